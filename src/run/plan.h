/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload on this machine: how many workers of each actor, on which CPUs, in which groups, and
 * how many tasks at most. Made before anything is started, so that what cannot be is
 * refused first; `cgchurn show` prints it.
 */
#ifndef CGCHURN_RUN_PLAN_H
#define CGCHURN_RUN_PLAN_H

#include <stdint.h>
#include <stdio.h>

#include "base/cpus.h"
#include "base/err.h"
#include "run/slot.h"
#include "seccomp/filter.h"
#include "workload/workload.h"

#define PLAN_NOT_PINNED (-1)
#define PLAN_SIDE (-1) /* of a worker's leaf: the group beside the tree */
#define PLAN_TOP (-2)  /* the tree's top group */

struct plan_worker {
	uint32_t actor; /* index into the workload's actors */
	uint32_t index; /* among the actor's workers */
	int cpu;        /* or PLAN_NOT_PINNED */
	int64_t leaf;   /* or PLAN_SIDE, PLAN_TOP */
};

struct plan {
	const struct workload *workload; /* outlives the plan */
	struct cpus usable;              /* CPUs this process may run on, and the groups allow */
	uint64_t n_leaves, n_groups;
	struct sandbox_filter *filters; /* one an actor; n 0: it wants none */
	struct plan_worker *workers;
	size_t n_workers;
	uint64_t max_tasks;   /* workers and all they ever have alive at once */
	uint64_t trial_ns;    /* warm-up and window of one trial */
	uint64_t raw_samples; /* of each worker's ring; 0: no raw samples */
	uint64_t seed;
};

struct plan_settings {
	uint64_t seed;
	bool raw;
	const struct cpus
		*allowed; /* in the groups to be (struct cgroup_root); NULL or empty: all */
};

/*
 * EXIT_USAGE in `e` where a named CPU is not there or a seccomp profile is wrong, EXIT_CANNOT where
 * no CPU is left, or the limits on processes of this machine (RLIMIT_NPROC, pid_max, threads-max)
 * leave no room for it. The caller calls plan_finish().
 */
int plan_init(struct plan *ret, const struct workload *w, const struct plan_settings *settings,
	      struct err *e);
void plan_finish(struct plan *p);

/* The orders of one worker; the same for the same seed and trial. */
void plan_orders(const struct plan *p, size_t worker, uint64_t trial, struct slot_orders *ret);

/*
 * How long one step may last by its own options (a child that stays, a pause): the largest sum of
 * the durations of one actor. What the machine needs comes on top.
 */
uint64_t plan_longest_step_ns(const struct plan *p);

/*
 * Whether this plan, on this machine, holds as many samples as a primary of the workload needs. A
 * closed loop is taken to.
 */
bool plan_reaches(const struct plan *p, const struct workload_primary *primary);

/* For people. */
void plan_print(const struct plan *p, FILE *to);

/* A line for each primary that the plan does not reach, if `to` is not NULL; returns how many. */
size_t plan_warn(const struct plan *p, FILE *to);

#endif
