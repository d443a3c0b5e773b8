/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where run groups may be made: a folder of a cgroup v2 mount.
 *
 * In this order: what --cgroup-root names; the root of the v2 mount (base/mounts.h) where it can
 * be written; else the group that we were started in, where it was delegated to us
 * (cgroup-v2.rst, "Delegation"). Found, and its facts read, through libcgroup wherever libcgroup
 * knows the mount (cgroup/libcgroup.h), else by ourselves.
 */
#ifndef CGCHURN_CGROUP_ROOT_H
#define CGCHURN_CGROUP_ROOT_H

#include <limits.h>
#include <stdbool.h>

#include "base/cpus.h"
#include "base/err.h"
#include "base/mounts.h"

struct cgroup_root {
	int fd;                /* of the folder, O_DIRECTORY */
	char path[PATH_MAX];   /* for people and for the result */
	char controllers[512]; /* cgroup.controllers: what the run group could be given */
	/* cpuset.cpus.effective of the nearest group, from the folder upward, that has the file;
	 * empty where none has */
	struct cpus cpus;
	bool delegated; /* the group we were started in, and not the mount's root */
};

/*
 * `wanted` is --cgroup-root or NULL. EXIT_CANNOT in `e` where there is no v2 mount or none of the
 * places may be written, EXIT_USAGE where `wanted` is no folder of a v2 mount; both say what would
 * help. Changes nothing. The caller calls cgroup_root_finish().
 */
int cgroup_root_find(const char *wanted, struct cgroup_root *ret, struct err *e);
void cgroup_root_finish(struct cgroup_root *r);

/*
 * The path in the line "ID:NAMES:PATH" of a /proc/PID/cgroup whose names hold this one; "" is
 * cgroup v2's. Not terminated; NULL: none.
 */
const char *cgroup_find_path(const char *cgroups, const char *name, size_t *ret_length);

/* Where the mount shows that group. -ENOENT where it lies not below the mount. */
int cgroup_folder(const struct cgroup_mount *m, const char *cgroups, const char *name,
		  char ret[PATH_MAX]);

/*
 * Which CPUs tasks below the folder `fd` may use by cpuset: those of cpuset.cpus.effective of the
 * nearest group upward that has the file (a group whose parent does not hand the controller down
 * shares its parent's; cgroup-v2.rst, "Cpuset"). Empty where none has.
 */
void cgroup_root_cpus(int fd, struct cpus *ret);

#endif
