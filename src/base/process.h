/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says of a process, and waiting for children with a bound.
 *
 * SIGKILL ends a process only when it next leaves the kernel: one in an uninterruptible sleep
 * (state D), or in a frozen group of cgroup v1, exists for as long as that lasts, and waitpid(2)
 * without WNOHANG waits for it, through any signal.
 */
#ifndef CGCHURN_BASE_PROCESS_H
#define CGCHURN_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Of /proc/PID/stat (proc_pid_stat(5)), which nothing else here parses. */
struct proc_stat {
	char name[64];    /* a worker of a work queue: with what it does, "kworker/1:0+events" */
	char state;       /* 'R': runs, or is ready to and waits for a CPU */
	pid_t parent;     /* 0: none, or in another pid namespace */
	unsigned flags;   /* PF_* of include/linux/sched.h */
	uint64_t started; /* in clock ticks (sysconf(_SC_CLK_TCK)) after boot */
};

/*
 * `task` is relative to `proc_fd`, an opened /proc: "PID" or "PID/task/TID"; with AT_FDCWD it is
 * "/proc/PID". 0; -ESRCH where the task is gone; -EPROTO where the line makes no sense; or what
 * reading it failed with.
 */
int proc_stat_read(int proc_fd, const char *task, struct proc_stat *ret);

/* The same, for a process of our own pid namespace. */
int proc_stat_of(pid_t pid, struct proc_stat *ret);

/*
 * Our own pid in the PID namespace that /proc shows, which after unshare(CLONE_NEWPID) without a
 * mount of /proc is not ours: there /proc/<getpid()> is another process. 0 where /proc does not
 * show us at all.
 */
pid_t proc_self(void);

/* It has ended, and waits for its parent at the most. */
static inline bool proc_stat_is_dead(const struct proc_stat *s)
{
	return s->state == 'Z' || s->state == 'X';
}

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

/*
 * Waits without a bound, through signals; `ret_status` may be NULL. 0 or a negative errno. Only for
 * who is watched with a bound itself, and can be killed while it waits: workers, actors and theirs.
 */
int child_reap(pid_t pid, int *ret_status);

/*
 * Until the child has ended and is reaped: 0 with its wait status (`ret_status` may be NULL).
 * -ETIME where it has not ended at `deadline_ns`; what waitpid(2) failed with.
 */
int child_wait(pid_t pid, uint64_t deadline_ns, int *ret_status);

/*
 * SIGKILL, and reaps it. Where it has not ended after CHILD_KILL_SECONDS: -ETIME, and EXIT_CANNOT
 * in `e` with `what` it is and what child_describe() says; it stays a zombie once it ends.
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
