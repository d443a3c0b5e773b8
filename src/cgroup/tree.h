/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hierarchy of a trial: a top group, and below it `fanout` children at each of `depth` levels.
 *
 *	name            the top; workers may live here where no domain controller is enabled below
 *	 |- 0           interior groups: controllers are enabled for their children
 *	 |  |- 0        leaves: workers and the tasks they move
 *	 |  `- 1
 *	 `- 1 ...
 *
 * Made and removed through directory descriptors, one open a level: every step is a mkdirat(2) or
 * unlinkat(2) with a name of one component, whatever the depth.
 */
#ifndef CGCHURN_CGROUP_TREE_H
#define CGCHURN_CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cgroup/group.h"

#define TREE_CONTROLLERS_MAX 16

struct tree_spec {
	uint32_t depth, fanout;
	const char *controllers[TREE_CONTROLLERS_MAX];
	size_t n_controllers;
	bool optional; /* a controller that cannot be had is skipped, not refused */
	bool threaded; /* all groups below the top become "threaded" */
};

struct tree {
	int fd;        /* of the top group */
	int parent_fd; /* the caller's; not closed */
	char name[64];
	uint32_t depth, fanout;
	uint64_t n_groups;  /* made, the top included */
	char enabled[256];  /* controllers in force in the leaves, blank-separated; "" */
	char skipped[1024]; /* a line each for those that were left out, and why; "" */
};

/*
 * Makes the tree. EXIT_CANNOT in `e` where a controller is missing and not optional, or the kernel
 * refuses; what was made until then is removed again.
 */
int tree_create(int parent_fd, const char *name, const struct tree_spec *spec, struct tree *ret,
		struct err *e);

/* Removes it, children first, and closes it. Empty of processes is the caller's duty. */
int tree_remove(struct tree *t, uint64_t deadline_ns);

#endif
