/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What workers are at, by looking now and then: /proc/PID/stack, where the kernel cannot be traced.
 * It tells shares of the time that passes, not of single spans, and nothing that is short beside
 * the time between two looks. Root may look; kernels without CONFIG_STACKTRACE have no such file.
 */
#ifndef CGCHURN_TRACE_STACK_H
#define CGCHURN_TRACE_STACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/wait_ring.h"

/* How often to look: seldom enough to leave workers alone, often enough for a few hundred looks. */
#define STACK_EVERY_NS 5000000

/* Whether stacks may be read here. */
bool stack_readable(void);

/*
 * What the process is at: running (on a CPU, or waiting for one), held by a lock, or asleep. -ESRCH
 * and other negative errnos where it cannot be told, as when it has ended.
 */
int stack_look(pid_t pid);

/* Pure: `state` as in /proc/PID/stat, `stack` as in /proc/PID/stack. */
enum part stack_judge(char state, const char *stack);

#endif
