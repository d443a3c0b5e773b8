/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/favordynmods.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mounts.h"

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
