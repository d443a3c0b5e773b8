/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/regime_override.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cgroup/favordynmods.h"

/* Turning it on sets what no remount clears: on kernels with the patch, if that is not set yet. */
static bool is_one_way(enum regime_wish wish, const struct host *h)
{
	return wish == REGIME_ON && h->lock_patch_present != TRISTATE_NO &&
	       host_regime(h) != LOCK_REGIME_PER_THREADGROUP &&
	       host_regime(h) != LOCK_REGIME_PER_THREADGROUP_RESIDUAL;
}

int regime_override_check(enum regime_wish wish, bool allow_one_way, const struct host *h,
			  struct err *e)
{
	if (wish == REGIME_KEEP)
		return 0;
	if (!h->cgroup_mount) {
		err_set(e, EXIT_CANNOT, ENODEV, "--favordynmods: there is no cgroup v2 mount");
		return -ENODEV;
	}
	if (!is_one_way(wish, h) || allow_one_way)
		return 0;
	err_set(e, EXIT_USAGE, EPERM,
		"--favordynmods on cannot be taken back: this kernel %s the patch, and the lock "
		"per "
		"process stays until reboot, whatever is remounted",
		h->lock_patch_present == TRISTATE_YES ? "has" : "may have");
	err_hint(e, "Say --allow-one-way if that may be. `cgchurn host` explains it.");
	return -EPERM;
}

static int gather_again(struct host *h, struct err *e)
{
	_cleanup_free char *root = h->cgroup_root ? strdup(h->cgroup_root) : NULL;

	if (h->cgroup_root && !root)
		return err_no_memory(e);
	host_finish(h);
	return host_gather(h, root, e);
}

int regime_override_apply(struct regime_override *f, enum regime_wish wish, struct host *h,
			  struct err *e)
{
	bool on = wish == REGIME_ON;
	int is, r;

	*f = (struct regime_override){.one_way = is_one_way(wish, h)};
	if (wish == REGIME_KEEP)
		return 0;
	snprintf(f->path, sizeof(f->path), "%s", h->cgroup_mount);
	is = favordynmods_get(f->path);
	if (is < 0)
		return err_sys(e, EXIT_CANNOT, -is, "--favordynmods: the mount %s", f->path);
	if (is == (int)on)
		return 0;
	r = favordynmods_set(f->path, on, e);
	if (r < 0)
		return r;
	f->changed = true;
	f->was_on = is;
	r = gather_again(h, e);
	if (r < 0)
		regime_override_undo(f, NULL);
	return r;
}

int regime_override_undo(struct regime_override *f, struct err *e)
{
	if (!f->changed)
		return 0;
	f->changed = false;
	return favordynmods_set(f->path, f->was_on, e);
}
