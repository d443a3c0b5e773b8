/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the kernel refuses a group, or to let anybody live in one. An errno alone hides it: EAGAIN of
 * mkdir is a limit of some group above, and in a frozen group nobody starts.
 */
#ifndef CGCHURN_CGROUP_REFUSAL_H
#define CGCHURN_CGROUP_REFUSAL_H

#include "base/err.h"

#define REFUSAL_SIZE 512

#define REFUSAL_LIMIT_HINT                                                       \
	"Raise that limit (`echo max > FILE`), take a smaller hierarchy (--set " \
	"hierarchy.depth=N, "                                                    \
	"hierarchy.fanout=N), or name another group with --cgroup-root."
#define REFUSAL_READ_ONLY_HINT                                                                   \
	"Have it mounted writable: `mount -o remount,rw DIR`, or in a container a cgroup mount " \
	"of "                                                                                    \
	"its own (deploy/README.md). To be root does not help."

/*
 * Why no group can be made `levels` below the folder `fd` (1: in it): the file of the group above
 * that is the limit (cgroup_check_hierarchy_limits() in kernel/cgroup/cgroup.c), or that the mount
 * is read-only; else the errno's text. Returns `buf`.
 */
const char *refusal_reason(int fd, unsigned levels, int errnum, char buf[REFUSAL_SIZE]);

/* EXIT_CANNOT in `e`: the group `name` could not be made in the folder `fd`, why, and what to do.
 * Returns the negative errno. */
int refusal_of_group(int fd, const char *name, int errnum, struct err *e);

/* group_make() with that. A descriptor or a negative errno. */
int refusal_make_group(int fd, const char *name, struct err *e);

/* Where the limits above do not allow so many more groups below `fd`, down to so many levels:
 * EXIT_CANNOT and -EAGAIN; else 0. */
int refusal_if_limited(int fd, unsigned levels, unsigned groups, struct err *e);

/*
 * Where processes that enter the group `fd` would be frozen at once: EXIT_CANNOT with the group
 * that is, and -EBUSY; else 0.
 */
int refusal_if_frozen(int fd, struct err *e);

#endif
