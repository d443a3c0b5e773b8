/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workers of one trial: started in their groups, held at the gate, stopped, and read.
 *
 * Workers are born into their group (CLONE_INTO_CGROUP; where a sandbox refuses clone3 they move
 * themselves before they exec). Each is a session leader, so that a terminal's signals reach the
 * supervisor alone.
 */
#ifndef CGCHURN_RUN_WORKERS_H
#define CGCHURN_RUN_WORKERS_H

#include <sys/types.h>

#include "base/err.h"
#include "run/plan.h"
#include "run/slot.h"

struct workers_member {
	pid_t pid;  /* 0 once reaped */
	int pidfd;  /* readable when it has ended; -1 once reaped */
	int status; /* as waitpid() gave it */
	struct slot *slot;
	size_t offset, size; /* of the slot in the shared memory */
};

struct workers {
	const struct plan *plan; /* outlives the workers */
	int memory_fd, ready_fd;
	char *memory;
	size_t memory_size;
	struct workers_member *members; /* one a worker of the plan, in its order */
	size_t n_members, n_ready, n_running;
};

struct workers_places {
	int tree_fd;                          /* the tree's top group */
	int side_fd;                          /* the group beside it */
	const char *worker_path, *child_path; /* our helper programs */
	int rings_fd; /* of the part rings, for an attributed trial; else -1 */
};

/* Makes the shared memory and starts all workers. workers_finish() in any case. */
int workers_init(struct workers *c, const struct plan *plan, uint64_t trial,
		 const struct workers_places *places, struct err *e);

/* Takes note of workers that reported themselves ready, without blocking. */
void workers_note_ready(struct workers *c);

/* The sentence of a worker whose set-up failed, or NULL. */
const char *workers_failure(const struct workers *c, const struct plan_worker **ret_worker);

/* Why not all became ready, where waiting for `seconds` returned `r`. Always a negative errno. */
int workers_explain(const struct workers *c, int r, unsigned seconds, struct err *e);

/* Opens the gate: all begin at `start_ns`. */
void workers_open_gate(struct workers *c, uint64_t start_ns);

/* Asks all to end: those at the gate give up, those that run end after their step. */
void workers_stop(struct workers *c);

/* Reaps whoever has ended, without blocking; true once nobody runs. */
bool workers_reap(struct workers *c);

/* Whether all workers with a schedule have worked it off. */
bool workers_schedules_done(const struct workers *c);

/*
 * Kills and reaps what still runs, frees all. -ETIME where a worker does not end although it was
 * killed; EXIT_CANNOT in `e` says which and where in the kernel it is.
 */
int workers_finish(struct workers *c, struct err *e);

#endif
