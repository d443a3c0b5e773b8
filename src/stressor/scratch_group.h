/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch group: a group of the worker's own, in which a stressor makes and removes groups.
 *
 *	tree ... -+- 0      leaves: workers and the tasks they move
 *	          |- 1
 *	          `- scratch-PID
 *
 * It lies beside leaf number `index` of the worker, so at the leaves' depth and with their
 * controllers, and not in it: a group that holds processes cannot hand domain controllers down
 * (cgroup-v2.rst, "No Internal Process Constraint").
 */
#ifndef CGCHURN_STRESSOR_SCRATCH_GROUP_H
#define CGCHURN_STRESSOR_SCRATCH_GROUP_H

#include <stdbool.h>

#include "stressor/worker.h"

struct scratch_group {
	int fd; /* O_DIRECTORY; 0: there is none */
	int parent_fd;
	char name[24];
	char controllers[256]; /* what its children can be given, blank-separated; "" */
};

/*
 * Makes it. `hand_down`: all its controllers are enabled for the groups made in it. 0, or a
 * negative errno after worker_fail(); scratch_group_finish() in either case.
 */
int scratch_group_init(struct scratch_group *g, struct worker *w, bool hand_down);

/* Kills who is left in it, bounded, and removes it with all below. A zeroed scratch group is fine. */
void scratch_group_finish(struct scratch_group *g);

/*
 * Removes a group in it; EBUSY, which newer kernels answer for a moment after the last task has gone,
 * is tried again and counted. 0 or a negative errno.
 */
int scratch_group_remove(const struct scratch_group *g, const char *name, uint64_t deadline_ns,
			 uint64_t *ret_retries);

/*
 * Waiting until a group is frozen, thawed, or empty.
 *
 * cgroup.events says when, and a reader can be woken by POLLPRI. The kernel sends at most one such
 * wake-up a file every 10 ms (CGROUP_FILE_NOTIFY_MIN_INTV in kernel/cgroup/cgroup.c), so a waiter may
 * measure that limit instead of the group. Hence two ways:
 *
 *	poll   as managers do it; includes the limit
 *	read   over and over, the CPU yielded in between; the truth, at the price of a CPU
 */
enum events_wait { EVENTS_READ, EVENTS_POLL };

extern const char *const events_wait_choices[]; /* for an option's table */

/*
 * Until the key has the value. 0; -ETIME at the deadline (CLOCK_MONOTONIC, ns); another negative
 * errno.
 */
int events_await(int fd, const char *key, int value, enum events_wait how, uint64_t deadline_ns);

/* Until nobody lives in the group or below it; the same. */
int events_await_empty(int group_fd, enum events_wait how, uint64_t deadline_ns);

#endif
