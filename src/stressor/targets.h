/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes for a step to work on, that wait to be moved, frozen, counted: made in a set-up, killed
 * in the tear-down.
 */
#ifndef CGCHURN_STRESSOR_TARGETS_H
#define CGCHURN_STRESSOR_TARGETS_H

#include <stdint.h>
#include <sys/types.h>

#include "stressor/worker.h"

#define TARGETS_MAX 1024
#define TARGETS_THREADS_MAX 1024
#define TARGETS_TASKS_MAX 16384 /* of one worker, all targets and threads together */

/* An id as it is written to cgroup.procs, formatted beforehand, and where its task is. */
struct target_id {
	char text[11];
	uint8_t length;
	uint16_t group; /* index among the groups that its mover uses */
};

enum targets_life {
	TARGETS_WAIT, /* they sleep */
	TARGETS_FORK, /* each forks without a pause a child that exits, on any CPU of the run */
};

extern const char *const targets_life_choices[]; /* for an option's table */

/* Which processes; where a kind's options begin with it, the two functions serve as its own. */
struct targets_options {
	uint64_t targets, threads; /* threads of each, its leader included */
	uint64_t life;             /* enum targets_life */
};

uint64_t targets_live_tasks(const void *options);
const char *targets_refuse(const void *options);

struct targets {
	struct targets_options of;
	pid_t *pids;
	struct target_id *ids; /* by process then thread; the first of each process is its pid */
	size_t mapped;         /* size of the mapping that holds both */
};

void target_id_format(struct target_id *id, pid_t pid);

/*
 * Starts the processes, in the worker's own group, and waits until all of their threads exist. They
 * die with the worker. 0, or a negative errno after worker_fail(); targets_finish() in either case.
 */
int targets_init(struct targets *t, struct worker *w, const struct targets_options *o);

/*
 * Moves the processes `first`, `first` + `every` and so on into a group. 0, or a negative errno
 * after worker_fail().
 */
int targets_move(const struct targets *t, struct worker *w, int group_fd, uint64_t first,
		 uint64_t every);

/* Kills and reaps them. */
void targets_finish(struct targets *t);

#endif
