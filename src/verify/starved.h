/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel threads that are ready to run and get no CPU.
 *
 * Much of what the kernel promises about groups is kept by its threads: removed groups and disabled
 * controllers go through work queues, migrations wait for grace periods. Where the scheduler gives
 * such a thread no time, an operation hangs, and its own kernel stack does not tell why. Needs libc
 * only: the static subjects link it.
 */
#ifndef CGCHURN_VERIFY_STARVED_H
#define CGCHURN_VERIFY_STARVED_H

#include "verify/invariant.h"

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
