/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for children with a bound. SIGKILL ends a process only when it next leaves the kernel:
 * one in an uninterruptible sleep (state D), or in a frozen group of cgroup v1, goes on to exist
 * for as long as that lasts, and waitpid(2) without WNOHANG waits for it, through any signal.
 */
#ifndef CGCHURN_BASE_CHILD_H
#define CGCHURN_BASE_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* How long a killed child may take to end: some ms, except on a machine that swaps. */
#define CHILD_KILL_SECONDS 10

/*
 * What a program that starts children must not inherit: where SIGCHLD is ignored, children reap
 * themselves and each wait for one fails with ECHILD (wait(2)); blocked signals stay blocked over
 * fork and exec. Ignored signals except SIGCHLD are left ignored, because nohup(1) wants that.
 */
void child_undo_inherited(void);

/* The same for a process that becomes another program: every signal at its default. */
void child_default_signals(void);

/*
 * The first call of a forked child that lives as long as `parent` at most. Where the parent has
 * gone already it does not return. System calls only.
 */
void child_dies_with(pid_t parent);

/* The same for a child that gets a session of its own, and no signal blocked. */
void child_begin(pid_t parent);

/* Waits without a bound, through signals; `ret_status` may be NULL. 0 or a negative errno. */
int child_reap(pid_t pid, int *ret_status);

/*
 * Until the child has ended and is reaped: 0 with its wait status (`ret_status` may be NULL).
 * -ETIME where it has not ended at `deadline_ns`; what waitpid(2) failed with.
 */
int child_wait(pid_t pid, uint64_t deadline_ns, int *ret_status);

/*
 * SIGKILL, and reaps it. Where it has not ended after CHILD_KILL_SECONDS: -ETIME, and EXIT_CANNOT
 * in `e` with `what` it is and what child_describe() says. It stays a zombie to be when it ends.
 */
int child_kill(pid_t pid, const char *what, struct err *e);

/*
 * Who a process is and where in the kernel it is, in one line without a newline:
 * "pid 123 (cgchurn-worker), state D, at __refrigerator < get_signal < ...", the innermost function
 * first, from /proc/PID/stack; from /proc/PID/wchan where that may not be read.
 */
#define CHILD_TEXT_SIZE 320
const char *child_describe(pid_t pid, char ret[CHILD_TEXT_SIZE]);

#endif
