/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leaf beside a run group, "<name of the run group>.leaf".
 *
 * A group other than the hierarchy's root can hand domain controllers down only while no process
 * lives in it (cgroup-v2.rst, "No Internal Process Constraint"). The delegated group that cgchurn
 * was started in holds cgchurn itself and its guardian, so these move into a leaf for as long as it
 * takes. Nobody else is moved.
 */
#ifndef CGCHURN_CGROUP_RUN_LEAF_H
#define CGCHURN_CGROUP_RUN_LEAF_H

#include <stdint.h>

/*
 * Makes the leaf of `name` in `parent_fd` and moves ourselves and our children there. -ESRCH where
 * we do not live in that group, so that moving would help nothing.
 */
int run_leaf_enter(int parent_fd, const char *name);

/* Moves whoever is in the leaf back and removes it. 0 also where there is none. */
int run_leaf_leave(int parent_fd, const char *name, uint64_t deadline_ns);

#endif
