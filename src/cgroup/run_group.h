/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run group: the one group under which everything lies that an invocation makes.
 *
 * Its name tells its owner, "cgchurn-<pid>-<start time>-<random>", so that `cgchurn clean` can tell
 * a group whose owner has died from one whose pid was given to somebody else since.
 *
 * Made, bounded and removed through libcgroup where libcgroup can (backend "libcgroup"), else
 * through directory descriptors; read back after each change.
 */
#ifndef CGCHURN_CGROUP_RUN_GROUP_H
#define CGCHURN_CGROUP_RUN_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "cgroup/root.h"

#define RUN_GROUP_NAME_SIZE 64

/*
 * A name for this process's run group. Pid and start time (field 22) are those of /proc/self/stat,
 * in the PID namespace of /proc, where `cgchurn clean` looks for them.
 */
int run_group_name(char ret[RUN_GROUP_NAME_SIZE]);

struct run_group_settings {
	/* Alive at once; pids.max is above twice that, where v2 has the controller. 0: unbounded.
	 */
	uint64_t max_tasks;
	uint64_t max_bytes;             /* memory.max, likewise */
	const char *const *controllers; /* wanted below the run group */
	size_t n_controllers;
	/* May write the parent's cgroup.subtree_control, and move ourselves and our children to a
	 * leaf where that needs it; undone at the end, by the guardian or `clean` where we die. */
	bool enable_controllers;
};

/*
 * libcgroup makes a group only where all ancestors hand a controller down already, since it would
 * change them otherwise; where it only knows the way there, it bounds and removes what descriptors
 * made; where v2 has no controller, it knows no way.
 */
#define RUN_GROUP_BY_LIBCGROUP "libcgroup"
#define RUN_GROUP_BY_BOTH "directory descriptors; bounded and removed by libcgroup"
#define RUN_GROUP_BY_DESCRIPTORS "directory descriptors"

struct run_group {
	const struct cgroup_root *root; /* outlives the group */
	int fd, lock_fd;                /* run_name_hold() */
	char name[RUN_GROUP_NAME_SIZE];
	const char *backend; /* one of RUN_GROUP_BY_ below: what made it */
	char bounds[128];    /* "pids.max 1234, memory.max 5678", or "" where v2 bounds nothing */
	char enabled_in_parent[256]; /* what was switched on in the parent and is to be undone; ""
				      */
	bool moved_to_leaf; /* we moved ourselves out of a delegated group's way (run_leaf.h) */
};

/*
 * Makes the group `name` (run_group_name()). The guardian (run/guardian.h) watches that name
 * already. EXIT_CANNOT in `e`; what was made until then is gone again.
 */
int run_group_create(const struct cgroup_root *root, const char *name,
		     const struct run_group_settings *settings, struct run_group *ret,
		     struct err *e);

/*
 * Kills what is left in it, removes it and all below, and undoes what was changed in the parent.
 * -EBUSY at the deadline (CLOCK_MONOTONIC, ns), with `e` naming what stays and `cgchurn clean`.
 */
int run_group_remove(struct run_group *g, uint64_t deadline_ns, struct err *e);

/*
 * Calls `each` for every run group below `root` (not deeper than its children) whose owner no
 * longer lives: no process of that pid with that start time, and nobody who holds the group's lock
 * (cgroup/run_name.h). A non-zero return ends the walk and is returned.
 */
int run_groups_orphaned(const struct cgroup_root *root, int (*each)(const char *name, void *opaque),
			void *opaque);

#endif
