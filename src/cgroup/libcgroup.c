/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/libcgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/io.h"
#include "cgroup/group.h"

static void ignore_message(void *opaque, int level, const char *format, va_list ap)
{
}

static int to_errno(int code)
{
	switch (code) {
	case 0:
		return 0;
	case ECGOTHER:
		return cgroup_get_last_errno() > 0 ? -cgroup_get_last_errno() : -EIO;
	case ECGROUPNOTOWNER:
	case ECGROUPNOTALLOWED:
		return -EACCES;
	case ECGROUPVALUENOTEXIST:
	case ECGROUPNOTEXIST:
		return -ENOENT;
	case ECGROUPNOTMOUNTED:
	case ECGROUPSUBSYSNOTMOUNTED:
		return -ENODEV;
	case ECGNONEMPTY:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/* Reads the mounts and silences the library, which would print to stderr; once. */
static int start(void)
{
	static bool started;
	static int outcome;

	if (!started) {
		cgroup_set_logger(ignore_message, CGROUP_LOG_ERROR, NULL);
		outcome = to_errno(cgroup_init());
		started = true;
	}
	return outcome;
}

const char *libcgroup_version(void)
{
#ifdef CGCHURN_LIBCGROUP_TELLS_VERSION
	static char text[48];
	const struct cgroup_library_version *v = cgroup_version();

	snprintf(text, sizeof(text), "%u.%u.%u", v->major, v->minor, v->release);
	return text;
#else
	return CGCHURN_LIBCGROUP_VERSION;
#endif
}

static bool is_v2(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* What of `path` lies below `folder`, "." where they are the same, NULL where it does not. */
static const char *below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (strncmp(path, folder, n) != 0)
		return NULL;
	if (path[n] == '\0')
		return ".";
	return path[n] == '/' ? path + n + 1 : NULL;
}

/*
 * The first of libcgroup's controllers that `fits`, with its mount point. Its table mixes both
 * versions and does not say which is which; the file system does.
 */
static int find_controller(bool (*fits)(const struct cgroup_mount_point *, const void *),
			   const void *opaque, struct cgroup_mount_point *ret)
{
	struct cgroup_mount_point m;
	void *handle = NULL;
	int code, r = start();

	if (r < 0)
		return r;
	r = -ENOENT;
	for (code = cgroup_get_controller_begin(&handle, &m); code == 0;
	     code = cgroup_get_controller_next(&handle, &m)) {
		if (!is_v2(m.path) || !fits(&m, opaque))
			continue;
		*ret = m;
		r = 0;
		break;
	}
	if (handle)
		cgroup_get_controller_end(&handle);
	return r;
}

static bool any(const struct cgroup_mount_point *m, const void *opaque)
{
	return true;
}

int libcgroup_find_v2(char ret[PATH_MAX])
{
	struct cgroup_mount_point m;
	int r = find_controller(any, NULL, &m);

	if (r == 0)
		snprintf(ret, PATH_MAX, "%s", m.path);
	return r;
}

static bool holds_folder(const struct cgroup_mount_point *m, const void *folder)
{
	return below(folder, m->path);
}

int libcgroup_reach(const char *folder, struct libcgroup_place *ret)
{
	struct cgroup_mount_point m;
	int r = find_controller(holds_folder, folder, &m);

	if (r < 0)
		return r;
	snprintf(ret->controller, sizeof(ret->controller), "%.63s", m.name);
	snprintf(ret->mount, sizeof(ret->mount), "%s", m.path);
	snprintf(ret->folder, sizeof(ret->folder), "%s", below(folder, m.path));
	return 0;
}

static bool hands_down(const char *folder, const char *controller)
{
	char path[PATH_MAX + 32], words[1024];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", folder);
	return io_read_attr(AT_FDCWD, path, words, sizeof(words)) >= 0 &&
	       controller_list_have(words, controller);
}

/* Whether the mount and each folder down to the place hand the controller on already. */
static bool all_hand_down(const struct cgroup_mount_point *m, const void *opaque)
{
	const struct libcgroup_place *place = opaque;
	char path[2 * PATH_MAX];
	char *end;

	if (strcmp(m->path, place->mount) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", place->mount, place->folder);
	end = path + strlen(path);
	/* From the place upwards, one component less each time, to the mount. */
	for (char *mount_end = path + strlen(place->mount); end >= mount_end;
	     end = memrchr(path, '/', (size_t)(end - path))) {
		*end = '\0';
		if (!hands_down(path, m->name))
			return false;
	}
	return true;
}

/* A struct cgroup for `name` in the place with this one controller; NULL where memory ran out. */
static struct cgroup *describe(const struct libcgroup_place *place, const char *name,
			       const char *controller, struct cgroup_controller **ret)
{
	char path[2 * PATH_MAX];
	struct cgroup *group;

	snprintf(path, sizeof(path), "%s/%s", place->folder, name);
	/* libcgroup puts the mount before it as it stands. */
	group = cgroup_new_cgroup(strncmp(path, "./", 2) == 0 ? path + 2 : path);
	*ret = group ? cgroup_add_controller(group, controller) : NULL;
	if (group && !*ret)
		cgroup_free(&group);
	return group;
}

static bool exists(const struct libcgroup_place *place, const char *name)
{
	char path[3 * PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/%s", place->mount, place->folder, name);
	return stat(path, &st) == 0;
}

int libcgroup_create(const struct libcgroup_place *place, const char *name)
{
	struct cgroup_mount_point m;
	struct cgroup_controller *controller;
	struct cgroup *group;
	int r = find_controller(all_hand_down, place, &m);

	if (r < 0)
		return r == -ENOENT ? -EOPNOTSUPP : r;
	if (exists(place, name))
		return -EEXIST;
	group = describe(place, name, m.name, &controller);
	if (!group)
		return -ENOMEM;
	r = to_errno(cgroup_create_cgroup(group, 1));
	cgroup_free(&group);
	return r;
}

int libcgroup_set(const struct libcgroup_place *place, const char *name, const char *file,
		  const char *value)
{
	struct cgroup_controller *controller;
	struct cgroup *group = describe(place, name, place->controller, &controller);
	int r;

	if (!group)
		return -ENOMEM;
	r = to_errno(cgroup_add_value_string(controller, file, value));
	if (r == 0)
		r = to_errno(cgroup_modify_cgroup(group));
	cgroup_free(&group);
	return r;
}

int libcgroup_read(const struct libcgroup_place *place, const char *name, const char *file,
		   char *ret, size_t size)
{
	char path[2 * PATH_MAX], file_name[NAME_MAX + 1], text[4096] = "";
	void *handle = NULL;
	int code;

	snprintf(path, sizeof(path), "%s/%s", place->folder, name);
	snprintf(file_name, sizeof(file_name), "%s", file);
	code = cgroup_read_value_begin(place->controller, path, file_name, &handle, text,
				       sizeof(text));
	if (handle)
		cgroup_read_value_end(&handle);
	if (code != 0 && code != ECGEOF)
		return to_errno(code);
	text[strcspn(text, "\n")] = '\0';
	return (size_t)snprintf(ret, size, "%s", text) < size ? 0 : -E2BIG;
}

int libcgroup_remove(const struct libcgroup_place *place, const char *name)
{
	struct cgroup_controller *controller;
	struct cgroup *group = describe(place, name, place->controller, &controller);
	int r;

	if (!group)
		return -ENOMEM;
	/* Without this flag it would move the group's processes to the parent. */
	r = to_errno(cgroup_delete_cgroup_ext(group, CGFLAG_DELETE_EMPTY_ONLY));
	cgroup_free(&group);
	return r;
}
