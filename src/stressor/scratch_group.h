/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch group: a group of the worker's own, in which a stressor makes and removes groups.
 *
 *	tree ... -+- 0      leaves: workers and the tasks they move
 *	          |- 1
 *	          `- scratch group-PID
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
 * negative errno after worker_fail(); yard_finish() in either case.
 */
int scratch_group_init(struct scratch_group *y, struct worker *w, bool hand_down);

/* Kills who is left in it, bounded, and removes it with all below. A zeroed scratch group is fine. */
void scratch_group_finish(struct scratch_group *y);

#endif
