/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's own files say for attribution, with tracing programs and without. */
#ifndef CGCHURN_TRACE_KERNEL_FILES_H
#define CGCHURN_TRACE_KERNEL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "record/wait_ring.h"

struct symbol {
	const char *name;
	uint64_t address; /* 0: not there, or hidden from us (kptr_restrict) */
};

/* Fills in the addresses of /proc/kallsyms below the folder `root`. 0 or a negative errno. */
int symbols_find(int root, struct symbol *symbols, size_t n);

/*
 * Why programs cannot be loaded here, judged from the kernel's own words for it; `error` is the
 * negative errno that loading gave, `log` what libbpf said. Below the folder `root`.
 */
void attribution_explain(int root, int error, const char *log, struct err *e);

/*
 * Where the kernel cannot be traced: what workers are at, by reading /proc/PID/stack now and then.
 * It gives shares of the time that passes, not of single spans, and nothing that is short beside
 * the time between two reads. Root may read it; kernels without CONFIG_STACKTRACE have no such
 * file.
 */

/* How often to look: seldom enough to leave workers alone, often enough for a few hundred looks. */
#define STACK_EVERY_NS 5000000

/* Whether stacks may be read here. */
bool stack_readable(void);

/*
 * What the process is at: running (on a CPU, or waiting for one), held by a lock, or asleep. -ESRCH
 * and other negative errnos where that is unknown, as when it has ended.
 */
int stack_look(pid_t pid);

/* Pure: `state` as in /proc/PID/stat, `stack` as in /proc/PID/stack. */
enum part stack_judge(char state, const char *stack);

#endif
