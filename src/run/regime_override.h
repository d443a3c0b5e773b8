/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --favordynmods: another regime of the lock for one invocation. */
#ifndef CGCHURN_RUN_REGIME_OVERRIDE_H
#define CGCHURN_RUN_REGIME_OVERRIDE_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"
#include "host/host.h"

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
 * process must be blocked from here to favor_undo(). On failure the mount is as it was.
 */
int regime_override_apply(struct regime_override *f, enum regime_wish wish, struct host *h,
			  struct err *e);

/* Puts the mount back. A struct that was not applied is fine. */
int regime_override_undo(struct regime_override *f, struct err *e);

#endif
