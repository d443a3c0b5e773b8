/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock's regime: another one for one invocation (--favordynmods), and what it is by behaviour
 * (host/probe.h), with groups of the session to try it on.
 */
#ifndef CGCHURN_RUN_REGIME_H
#define CGCHURN_RUN_REGIME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "host/host.h"
#include "run/session.h"

enum regime_wish { REGIME_KEEP, REGIME_ON, REGIME_OFF };

struct regime_override {
	bool changed; /* was_on is to be put back */
	bool was_on;
	bool one_way; /* what was turned on stays in force until reboot */
	char path[PATH_MAX];
};

/*
 * Whether the wish can be met at all, judged from the gathered host; changes nothing. EXIT_USAGE
 * where turning it on cannot be undone and `allow_one_way` is false; EXIT_CANNOT without a mount.
 */
int regime_override_check(enum regime_wish wish, bool allow_one_way, const struct host *h,
			  struct err *e);

/*
 * Remounts where the mount is not as wished, then gathers `h` anew. Signals that would end the
 * process must be blocked from here to regime_override_undo(). On failure the mount is as it was.
 */
int regime_override_apply(struct regime_override *f, enum regime_wish wish, struct host *h,
			  struct err *e);

/* Puts the mount back. A struct that was not applied is fine. */
int regime_override_undo(struct regime_override *f, struct err *e);

/*
 * The mount flag favordynmods. There is no option that turns it off: a remount sets what it names
 * and clears the rest (kernel/cgroup/cgroup.c, cgroup_reconfigure()), so all the others have to be
 * named again. Mounts of v2 share one superblock, so any of them stands for all. The kernel takes
 * the flags from the initial cgroup namespace only and ignores them elsewhere without a word; with
 * the boot parameter cgroup_favordynmods=1 each remount sets this one anew.
 */

/* Whether the mount at `path` shows it: 1, 0, or a negative errno (-ENOENT: no v2 mount there). */
int favordynmods_get(const char *path);

/* Sets or clears it, keeps all else, and checks whether that took. EXIT_CANNOT in `e`. */
int favordynmods_set(const char *path, bool on, struct err *e);

/*
 * The options that a remount has to name: those of `super_options` except rw, ro and favordynmods,
 * and the latter where it is to be `on`. Separated by blanks. -E2BIG.
 */
int favordynmods_options(const char *super_options, bool on, char *ret, size_t size);

/*
 * Probes in two groups of the begun session's run group and judges the lock anew with what it
 * found; some 3 s. Worth it where host_lock_certain() is false. On failure the host's facts stay as
 * they were, and the groups are gone or go with the run group.
 */
int session_probe_regime(struct session *s, struct host *h, struct err *e);

#endif
