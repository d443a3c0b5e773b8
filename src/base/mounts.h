/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cgroup mounts of a mount namespace, v1 and v2, as /proc/PID/mountinfo lists them
 * (proc_pid_mountinfo(5)).
 *
 * It stands alone, left of both host/ (which reads mount flags as evidence of the lock's state) and
 * cgroup/ (which looks for a place to build in), so that both see the same list.
 */
#ifndef CGCHURN_BASE_MOUNTS_H
#define CGCHURN_BASE_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MOUNTS_SELF "/proc/self/mountinfo"

struct cgroup_mount {
	bool v2;
	dev_t dev;           /* of the superblock: two mounts of one hierarchy share it */
	char *path;          /* the mount point, octal escapes undone */
	char *root;          /* what of the hierarchy is mounted; "/" unless bound or namespaced */
	char *options;       /* of this mount: "rw,nosuid" */
	char *super_options; /* of the superblock; here stand favordynmods and v1's controllers */
};

struct cgroup_mounts {
	struct cgroup_mount *items; /* in the order of the file */
	size_t n;
};

/*
 * Reads `path` (MOUNTS_SELF). 0, or a negative errno: of the read, -ENOMEM, -EINVAL where a line is
 * none of mountinfo's. The caller frees with mounts_finish().
 */
int mounts_read(const char *path, struct cgroup_mounts *ret);

/* The same from text that is already here. */
int mounts_parse(const char *text, struct cgroup_mounts *ret);

void mounts_finish(struct cgroup_mounts *m); /* a zeroed struct is fine */

/* Whether the superblock's or the mount's comma-separated options hold this one, whole. */
bool cgroup_mount_has_option(const struct cgroup_mount *m, const char *option);

/*
 * Whether `path` leads to this mount now: false where another mount hides it, or where it may not
 * be looked at.
 */
bool cgroup_mount_reachable(const struct cgroup_mount *m);

/*
 * The v2 mount to work in: of those that mount the hierarchy's root the first reachable one, else
 * the first reachable one; NULL where there is none.
 */
const struct cgroup_mount *mounts_find_v2(const struct cgroup_mounts *m);

#endif
