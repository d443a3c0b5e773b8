/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"
#include "cgroup/group.h"

/* For people; "" where unknown. */
static void path_of(int fd, char ret[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, PATH_MAX - 1);
	ret[n < 0 ? 0 : n] = '\0';
}

/* A limit of the group; UINT64_MAX for "max", and for the hierarchy's root, which has no limits. */
static uint64_t limit_of(int fd, const char *file)
{
	char text[32];
	uint64_t value;

	if (io_read_attr(fd, file, text, sizeof(text)) < 0 || num_parse_u64(text, &value) < 0)
		return UINT64_MAX;
	return value;
}

/* `groups` more, down to `levels` below. */
static const char *limit_reached(int fd, unsigned levels, unsigned groups)
{
	int64_t n = group_count_descendants(fd);

	if (levels > limit_of(fd, "cgroup.max.depth"))
		return "cgroup.max.depth";
	if (n >= 0 && (uint64_t)n + groups > limit_of(fd, "cgroup.max.descendants"))
		return "cgroup.max.descendants";
	return NULL;
}

/* The file that stops a group `levels` below `fd`, with its path and value; false where none does
 * (any more). */
static bool find_limit(int fd, unsigned levels, unsigned groups, char buf[REFUSAL_SIZE])
{
	_cleanup_fd int group = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	char path[PATH_MAX];

	while (group >= 0) {
		const char *file = limit_reached(group, levels++, groups);

		if (file) {
			path_of(group, path);
			snprintf(buf, REFUSAL_SIZE, "%.400s/%s is %llu", path, file,
				 (unsigned long long)limit_of(group, file));
			return true;
		}
		group = group_step_up(group);
	}
	return false;
}

const char *refusal_reason(int fd, unsigned levels, int errnum, char buf[REFUSAL_SIZE])
{
	if (errnum == EROFS)
		snprintf(buf, REFUSAL_SIZE, "cgroup v2 is mounted read-only here");
	else if (errnum != EAGAIN || !find_limit(fd, levels, 1, buf))
		snprintf(buf, REFUSAL_SIZE, "%s", strerror(errnum));
	return buf;
}

int refusal_of_group(int fd, const char *name, int errnum, struct err *e)
{
	char reason[REFUSAL_SIZE];

	refusal_reason(fd, 1, errnum, reason);
	err_set(e, EXIT_CANNOT, errnum, "making group %s: %s", name, reason);
	if (errnum == EAGAIN)
		err_hint(e, REFUSAL_LIMIT_HINT);
	else if (errnum == EROFS)
		err_hint(e, REFUSAL_READ_ONLY_HINT);
	return -errnum;
}

int refusal_make_group(int fd, const char *name, struct err *e)
{
	int made = group_make(fd, name);

	return made < 0 ? refusal_of_group(fd, name, -made, e) : made;
}

int refusal_if_limited(int fd, unsigned levels, unsigned groups, struct err *e)
{
	char reason[REFUSAL_SIZE];

	if (!find_limit(fd, levels, groups, reason))
		return 0;
	err_set(e, EXIT_CANNOT, EAGAIN,
		"%s, and at least %u groups in %u levels are needed below the run group", reason,
		groups, levels);
	err_hint(e, REFUSAL_LIMIT_HINT);
	return -EAGAIN;
}

/* The nearest group from `fd` upward that is frozen by its own file; "" where none shows. */
static void find_frozen(int fd, char ret[PATH_MAX])
{
	_cleanup_fd int group = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	ret[0] = '\0';
	while (group >= 0 && limit_of(group, "cgroup.freeze") != 1)
		group = group_step_up(group);
	if (group >= 0)
		path_of(group, ret);
}

int refusal_if_frozen(int fd, struct err *e)
{
	char path[PATH_MAX];

	/* An empty group below a frozen one is frozen itself (cgroup_create()). */
	if (group_is_frozen(fd) <= 0)
		return 0;
	find_frozen(fd, path);
	err_set(e, EXIT_CANNOT, EBUSY,
		"%s is frozen (cgroup.freeze): no process would run below it",
		path[0] ? path : "a group above the run group");
	err_hint(e, "Thaw it (`echo 0 > cgroup.freeze` there), or name another group with "
		    "--cgroup-root.");
	return -EBUSY;
}
