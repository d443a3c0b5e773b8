/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cgchurn has from libcgroup: the discovery of v2 mounts, and a group's making, values and
 * removal. libcgroup.c is the only file that includes <libcgroup.h>.
 *
 * libcgroup reaches a group by the name of a controller of its hierarchy, so it cannot work in a v2
 * mount without controllers. Nothing of it is used where time is measured: it reads /proc/mounts
 * anew in each call. All functions are for one thread. Errors are negative errnos: those that
 * libcgroup reports, else the nearest.
 */
#ifndef CGCHURN_CGROUP_LIBCGROUP_H
#define CGCHURN_CGROUP_LIBCGROUP_H

#include <limits.h>
#include <stddef.h>

/* "2.0.2"; never NULL. The running version from 3.0 on, else that of the build. */
const char *libcgroup_version(void);

/* The mount point of the first v2 controller that libcgroup knows; -ENOENT where there is none. */
int libcgroup_find_v2(char ret[PATH_MAX]);

/* How libcgroup reaches a folder of a v2 mount. */
struct libcgroup_place {
	char controller[64]; /* any controller of that mount */
	char mount[PATH_MAX];
	char folder[PATH_MAX]; /* relative to the mount; "." is the mount itself */
};

/* `folder` is absolute and without symbolic links. -ENOENT where libcgroup knows no way there. */
int libcgroup_reach(const char *folder, struct libcgroup_place *ret);

/*
 * Makes the group `name` in the place.
 *
 * cgroup_create_cgroup() of libcgroup (2.0 to 3.2) writes "+controller" to the
 * cgroup.subtree_control of every ancestor and leaves it so. Hence it is called only with a
 * controller that all of them hand down already, where that write changes nothing; -EOPNOTSUPP
 * where there is no such controller. -EEXIST where the group is there, which libcgroup itself takes
 * for success.
 */
int libcgroup_create(const struct libcgroup_place *place, const char *name);

/* Writes one file of a group. Read it back: libcgroup counts some refusals as success. */
int libcgroup_set(const struct libcgroup_place *place, const char *name, const char *file,
		  const char *value);

/* The first line of a file of the group, without its newline; "" for an empty file. `name` "." is
 * the place itself. */
int libcgroup_read(const struct libcgroup_place *place, const char *name, const char *file,
		   char *ret, size_t size);

/* Removes an empty group. Look whether it is gone: libcgroup 2.0 takes a busy one for success. */
int libcgroup_remove(const struct libcgroup_place *place, const char *name);

#endif
