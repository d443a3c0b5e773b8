/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"
#include "cgroup/group.h"
#include "cgroup/libcgroup.h"
#include "cgroup/refusal.h"

static bool is_v2(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/*
 * Groups can be made there, and processes brought from there into them: the kernel asks for write
 * access to cgroup.procs of the common ancestor.
 */
static int may_build_in(int fd)
{
	return faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0 ||
			       faccessat(fd, "cgroup.procs", W_OK, AT_EACCESS) < 0
		       ? -errno
		       : 0;
}

/* Groups below a threaded group can hold threads of its processes and nobody else. */
static int refuse_threaded(const struct cgroup_root *r, struct err *e)
{
	char type[64];

	/* The hierarchy's root has no such file. */
	if (io_read_attr(r->fd, "cgroup.type", type, sizeof(type)) < 0 ||
	    strcmp(type, "domain") == 0 || strcmp(type, "domain threaded") == 0)
		return 0;
	if (strcmp(type, "threaded") == 0)
		err_set(e, EXIT_CANNOT, EOPNOTSUPP, "%s is a threaded group", r->path);
	else
		err_set(e, EXIT_CANNOT, EOPNOTSUPP,
			"%s lies in a threaded subtree (its cgroup.type is \"%s\")", r->path, type);
	err_hint(e, "Name another folder with --cgroup-root: only threads of its own processes can "
		    "enter groups below this one.");
	return -EOPNOTSUPP;
}

static int open_folder(const char *path, struct cgroup_root *r)
{
	_cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!is_v2(fd))
		return -ENODEV;
	if (!realpath(path, r->path))
		return -errno;
	r->fd = steal_fd(&fd);
	return 0;
}

/* Opens `path` if groups can be made there. -EACCES or -EROFS where they cannot. */
static int try_folder(const char *path, struct cgroup_root *r)
{
	int result = open_folder(path, r);

	if (result < 0)
		return result;
	result = may_build_in(r->fd);
	if (result < 0)
		r->fd = close_fd(r->fd);
	return result;
}

static int find_wanted(const char *wanted, struct cgroup_root *r, struct err *e)
{
	int result = try_folder(wanted, r);

	if (result == -EROFS) {
		err_set(e, EXIT_CANNOT, EROFS, "--cgroup-root: %s is mounted read-only", wanted);
		err_hint(e, REFUSAL_READ_ONLY_HINT);
	} else if (result == -EACCES) {
		err_set(e, EXIT_CANNOT, EACCES, "--cgroup-root: %s may not be written to", wanted);
		err_hint(e, "Run as root, or have the group and its cgroup.procs given to your "
			    "user.");
	} else if (result < 0) {
		if (result == -ENODEV)
			err_set(e, EXIT_USAGE, ENODEV,
				"--cgroup-root: %s does not lie in a cgroup v2 mount", wanted);
		else
			err_sys(e, EXIT_USAGE, -result, "--cgroup-root: %s", wanted);
		err_hint(e, "`findmnt -t cgroup2` lists the mounts of cgroup v2.");
	}
	return result;
}

/* What libcgroup found where that is a mount of the whole hierarchy, else what we find. */
static const struct cgroup_mount *choose_mount(const struct cgroup_mounts *mounts)
{
	char path[PATH_MAX];

	if (libcgroup_find_v2(path) == 0)
		for (size_t i = 0; i < mounts->n; i++) {
			const struct cgroup_mount *m = &mounts->items[i];

			if (m->v2 && strcmp(m->path, path) == 0 && strcmp(m->root, "/") == 0 &&
			    cgroup_mount_reachable(m))
				return m;
		}
	return mounts_find_v2(mounts);
}

const char *cgroup_find_path(const char *cgroups, const char *name, size_t *ret_length)
{
	size_t length = strlen(name);

	for (const char *line = cgroups; line && *line; line = strchr(line, '\n')) {
		const char *names = strchr(line += *line == '\n', ':');
		const char *end = names ? strchr(names + 1, ':') : NULL;

		for (const char *at = names; at && at < end; at = strpbrk(at + 1, ",:"))
			if (strncmp(at + 1, name, length) == 0 && strchr(",:", at[1 + length])) {
				*ret_length = strcspn(end + 1, "\n");
				return end + 1;
			}
	}
	return NULL;
}

int cgroup_folder(const struct cgroup_mount *m, const char *cgroups, const char *name,
		  char ret[PATH_MAX])
{
	size_t length, prefix = strcmp(m->root, "/") == 0 ? 0 : strlen(m->root);
	const char *path = cgroup_find_path(cgroups, name, &length);

	/* "/", or the root of the mount, is the mount itself. */
	if (!path || length <= 1 || length <= prefix || strncmp(path, m->root, prefix) != 0 ||
	    path[prefix] != '/')
		return -ENOENT;
	if (strlen(m->path) + length - prefix >= PATH_MAX)
		return -ENAMETOOLONG;
	snprintf(ret, PATH_MAX, "%s%.*s", m->path, (int)(length - prefix), path + prefix);
	return 0;
}

/* The folder of the group that we live in, through this mount. */
static int own_folder(const struct cgroup_mount *m, char ret[PATH_MAX])
{
	_cleanup_free char *text = NULL;
	int r = io_read_all(AT_FDCWD, "/proc/self/cgroup", 1 << 16, &text, NULL);

	return r < 0 ? r : cgroup_folder(m, text, "", ret);
}

static int find_in_mount(const struct cgroup_mount *m, struct cgroup_root *r, struct err *e)
{
	char own[PATH_MAX] = "";
	int result = try_folder(m->path, r);

	if (result == 0)
		return 0;
	if (own_folder(m, own) == 0 && try_folder(own, r) == 0) {
		r->delegated = true;
		return 0;
	}
	err_set(e, EXIT_CANNOT, -result,
		"no group of cgroup v2 may be written to: neither %s%s%s%s", m->path,
		own[0] ? " nor ours, " : " nor one that we were started in", own,
		result == -EROFS ? "; it is mounted read-only" : "");
	if (result == -EROFS)
		err_hint(e, REFUSAL_READ_ONLY_HINT);
	else
		err_hint(e, "Run as root, or in a group that is delegated to you: "
			    "`systemd-run --user --scope -p Delegate=yes cgchurn ...`.");
	return result;
}

static int discover(struct cgroup_root *r, struct err *e)
{
	struct cgroup_mounts mounts = {0};
	const struct cgroup_mount *m;
	int result = mounts_read(MOUNTS_SELF, &mounts);

	if (result < 0)
		return err_sys(e, EXIT_CANNOT, -result, MOUNTS_SELF);
	m = choose_mount(&mounts);
	if (m) {
		result = find_in_mount(m, r, e);
	} else {
		result = err_set(e, EXIT_CANNOT, ENODEV, "cgroup v2 is not mounted here");
		err_hint(e, "As root: `mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none "
			    "/sys/fs/cgroup/unified`.");
	}
	mounts_finish(&mounts);
	return result;
}

static void read_controllers(struct cgroup_root *r)
{
	struct libcgroup_place place;

	if (libcgroup_reach(r->path, &place) == 0 &&
	    libcgroup_read(&place, ".", "cgroup.controllers", r->controllers,
			   sizeof(r->controllers)) == 0)
		return;
	if (io_read_attr(r->fd, "cgroup.controllers", r->controllers, sizeof(r->controllers)) < 0)
		r->controllers[0] = '\0';
}

void cgroup_root_cpus(int fd, struct cpus *ret)
{
	_cleanup_fd int group = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	char text[16384] = "";
	const char *at = text;
	uint32_t first, last;

	memset(ret, 0, sizeof(*ret));
	while (group >= 0 && io_read_attr(group, "cpuset.cpus.effective", text, sizeof(text)) < 0) {
		text[0] = '\0';
		group = group_step_up(group);
	}
	while (num_list_next(&at, &first, &last))
		for (uint32_t cpu = first; cpu <= last && cpu < CPUS_MAX; cpu++)
			cpus_add(ret, cpu);
}

int cgroup_root_find(const char *wanted, struct cgroup_root *ret, struct err *e)
{
	struct cgroup_root r = {.fd = -1};
	int result = wanted ? find_wanted(wanted, &r, e) : discover(&r, e);

	if (result < 0)
		return result;
	result = refuse_threaded(&r, e);
	if (result < 0) {
		close_fd(r.fd);
		return result;
	}
	read_controllers(&r);
	cgroup_root_cpus(r.fd, &r.cpus);
	*ret = r;
	return 0;
}

void cgroup_root_finish(struct cgroup_root *r)
{
	r->fd = close_fd(r->fd);
}
