/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/PID/stat says of a task (proc_pid_stat(5)); nothing else here takes that line apart.
 */
#ifndef CGCHURN_BASE_PROC_STAT_H
#define CGCHURN_BASE_PROC_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

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

#endif
