/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/regime.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mounts.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "host/probe.h"

static const char flag[] = "favordynmods";

/* The v2 mount on top at this path; the last one hides those before it. */
static const struct cgroup_mount *find(const struct cgroup_mounts *m, const char *path)
{
	const struct cgroup_mount *found = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].v2 && strcmp(m->items[i].path, path) == 0)
			found = &m->items[i];
	return found;
}

int favordynmods_get(const char *path)
{
	struct cgroup_mounts mounts = {0};
	const struct cgroup_mount *m;
	int r = mounts_read(MOUNTS_SELF, &mounts);

	if (r == 0) {
		m = find(&mounts, path);
		r = m ? cgroup_mount_has_option(m, flag) : -ENOENT;
	}
	mounts_finish(&mounts);
	return r;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

int favordynmods_options(const char *super_options, bool on, char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (const char *at = super_options; *at; at += at[0] == ',') {
		size_t length = strcspn(at, ",");

		if (!is_word(at, length, "rw") && !is_word(at, length, "ro") &&
		    !is_word(at, length, "seclabel") && !is_word(at, length, flag) && used < size)
			used += (size_t)snprintf(ret + used, size - used, "%s%.*s", used ? " " : "",
						 (int)length, at);
		at += length;
	}
	if (on && used < size)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? " " : "", flag);
	return used < size ? 0 : -E2BIG;
}

/* By fspick(2) and not mount(2): the superblock's options alone, the mount's own stay. */
static int reconfigure(const char *path, char *options)
{
	_cleanup_fd int fd =
		(int)syscall(SYS_fspick, AT_FDCWD, path, FSPICK_CLOEXEC | FSPICK_NO_AUTOMOUNT);
	char *save = NULL;

	if (fd < 0)
		return -errno;
	for (char *word = strtok_r(options, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
			return -errno;
	return syscall(SYS_fsconfig, fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0 ? -errno : 0;
}

static int remount(const char *path, bool on)
{
	struct cgroup_mounts mounts = {0};
	const struct cgroup_mount *m;
	char options[1024];
	int r = mounts_read(MOUNTS_SELF, &mounts);

	if (r == 0) {
		m = find(&mounts, path);
		r = m ? favordynmods_options(m->super_options, on, options, sizeof(options))
		      : -ENOENT;
	}
	mounts_finish(&mounts);
	return r < 0 ? r : reconfigure(path, options);
}

int favordynmods_set(const char *path, bool on, struct err *e)
{
	int r = remount(path, on), is;

	if (r < 0) {
		err_sys(e, EXIT_CANNOT, -r, "turning favordynmods %s for %s", on ? "on" : "off",
			path);
		if (r == -EINVAL)
			err_hint(e, "Linux knows the option since 6.0.");
		else if (r == -EPERM)
			err_hint(e, "Only root may remount.");
		return r;
	}
	is = favordynmods_get(path);
	if (is == (int)on)
		return 0;
	err_set(e, EXIT_CANNOT, EOPNOTSUPP, "the kernel left favordynmods %s for %s",
		on ? "off" : "on", path);
	if (on)
		err_hint(e, "It takes the option from the initial cgroup namespace only: run it "
			    "outside of a container.");
	else
		err_hint(e, "With cgroup_favordynmods=1 on the kernel's command line nothing "
			    "turns it off.");
	return -EOPNOTSUPP;
}

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

static const char *const names[2] = {"probe-a", "probe-b"};
enum { REMOVE_SECONDS = 5 };

static int probe_in(int parent, int signal_fd, struct probe_samples *ret, struct err *e)
{
	_cleanup_fd int a = refusal_make_group(parent, names[0], e), b = -1;

	if (a < 0)
		return a;
	b = refusal_make_group(parent, names[1], e);
	return b < 0 ? b : probe_run(a, b, signal_fd, ret, e);
}

int session_probe_regime(struct session *s, struct host *h, struct err *e)
{
	struct probe_samples samples;
	struct probe_verdict verdict;
	int r = probe_in(s->group.fd, s->signal_fd, &samples, e);

	for (size_t i = 0; i < 2; i++)
		group_remove_all(s->group.fd, names[i], clock_now_ns() + REMOVE_SECONDS * NS_PER_S);
	if (r < 0)
		return r;
	probe_judge(&samples, &verdict);
	return host_judge_lock(h, &verdict, e);
}
