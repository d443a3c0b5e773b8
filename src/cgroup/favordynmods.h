/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flag favordynmods of a cgroup v2 mount.
 *
 * There is no option that turns it off: a remount sets what it names and clears the rest
 * (kernel/cgroup/cgroup.c, cgroup_reconfigure()), so all the others have to be named again. Mounts
 * of v2 share one superblock, so any of them stands for all. The kernel takes the flags from the
 * initial cgroup namespace only and ignores them elsewhere without a word; with the boot parameter
 * cgroup_favordynmods=1 each remount sets this one anew.
 */
#ifndef CGCHURN_CGROUP_FAVORDYNMODS_H
#define CGCHURN_CGROUP_FAVORDYNMODS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Whether the mount at `path` shows it: 1, 0, or a negative errno (-ENOENT: no v2 mount there). */
int favordynmods_get(const char *path);

/*
 * Sets or clears it, keeps all else, and looks whether that took. EXIT_CANNOT in `e`, with what
 * would help.
 */
int favordynmods_set(const char *path, bool on, struct err *e);

/*
 * The options that a remount has to name: those of `super_options` but rw, ro and favordynmods, and
 * the latter where it is to be `on`. Separated by blanks. -E2BIG.
 */
int favordynmods_options(const char *super_options, bool on, char *ret, size_t size);

#endif
