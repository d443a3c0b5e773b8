/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the workers of a trial stand: in which groups, on which CPUs, and whether those groups ran.
 * Looked at twice: before the gate opens, and after the window but before the stop. Nothing is
 * looked at in between, because that would be in the window.
 *
 * So what is undone before the second look is caught only where the kernel counts it or keeps a
 * note of it: throttling (cpu.stat), freezing by cgroup v2 (frozen_usec of cgroup.stat.local where
 * there is one, else a notification of cgroup.events), writes to freezer.state of cgroup v1
 * (inotify). A worker that is moved away and back, or a CPU that goes and comes back under workers
 * that are not pinned, is not. What lies above the mounts that we see, is not seen.
 */
#ifndef CGCHURN_RUN_STANDING_H
#define CGCHURN_RUN_STANDING_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/workers.h"
#include "run/trial.h"

struct standing_worker {
	char *cgroups; /* /proc/PID/cgroup; NULL where it cannot be read, or the worker has ended */
	char *cpus;    /* Cpus_allowed_list of /proc/PID/status, or NULL */
};

/* A group that the workers are in, or one above it. */
struct standing_group {
	char path[PATH_MAX];
	uint64_t throttled_ns; /* 0 without the cpu controller or a quota */
	uint64_t frozen_ns;    /* where `has_frozen` */
	bool has_frozen;
	int watch; /* of its freezer.state; -1: none */
};

struct standing {
	char online[256]; /* CPUs, "0-3"; "" where unknown */
	struct standing_worker *workers;
	size_t n_workers;
	struct standing_group *groups;
	size_t n_groups;
	char root[NAME_MAX + 1]; /* the run group's name */
	int watch_fd, events_fd; /* -1: none */
};

/* What cannot be read stays unknown. -ENOMEM; standing_finish() in any case. */
int standing_begin(struct standing *s, const struct workers *workers, int run_group_fd);

/* The second look, and what it finds against the first one. -ENOMEM. */
int standing_end(struct standing *s, const struct workers *workers, struct trial_outcome *o);

/* Reads the counters of the group at `g->path`. */
void standing_look_at_group(struct standing_group *g);

/* Pure: reasons why a trial with these two looks is not valid. */
void standing_judge(const struct standing *before, const struct standing *after,
		    const struct plan *plan, struct trial_outcome *o);

void standing_finish(struct standing *s);

#endif
