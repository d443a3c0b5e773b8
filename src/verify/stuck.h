/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who keeps others waiting: processes that do not end or go on, and kernel threads that get no CPU.
 * Needs libc only, because the static subjects link it.
 */
#ifndef CGCHURN_VERIFY_STUCK_H
#define CGCHURN_VERIFY_STUCK_H

#include "verify/invariant.h"

/* Notes processes of the group and of those below it, as far as there is room. */
void stuck_find_in_group(int group_fd, struct evidence *ret);

/*
 * Notes the descendants of a process that were killed and have not ended; where there are none, the
 * process itself. Somebody who waits for a child that cannot die is not the one that is stuck.
 */
void stuck_find_below(const struct view *v, pid_t pid, struct evidence *ret);

/* Adds a line for each that was noted: pid, name, state, and where in the kernel it is. Only who may
 * read kernel stacks can do that, which actors may not. */
void stuck_describe(struct evidence *e);

/*
 * Kernel threads that are ready to run and get no CPU. They do much of what the kernel promises about
 * groups: work queues remove groups and disable controllers, migrations wait for grace periods. Where
 * such a thread starves an operation hangs, and its own kernel stack does not show why.
 */
enum { STARVED_MAX = 8 };

struct starved {
	size_t n;
	struct starved_thread {
		pid_t pid;
		char name[64];
		uint64_t ran_ns; /* field 1 of /proc/PID/schedstat */
	} threads[STARVED_MAX];
};

/* The kernel threads that are ready to run now, STARVED_MAX of them at most. None where the kernel
 * keeps no statistics of its scheduler (CONFIG_SCHED_INFO). */
void starved_look(const struct view *v, struct starved *ret);

/* Keeps those of them that have not run since, and are still ready to. */
void starved_keep(const struct view *v, struct starved *s);

/* Looks for so long, and adds a line for each to the evidence, as far as there is room. */
void starved_add(const struct view *v, uint64_t for_ns, struct evidence *ret);

#endif
