/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/group.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

int group_open(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int group_make(int parent_fd, const char *name)
{
	return mkdirat(parent_fd, name, 0755) < 0 ? -errno : group_open(parent_fd, name);
}

const char *group_next(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			return entry->d_name;
	return NULL;
}

/* What a file of a group answers once the group was removed: opening, and reading what is open. */
static bool is_gone(int r)
{
	return r == -ENOENT || r == -ENODEV;
}

int group_is_populated(int fd)
{
	int r = (int)io_read_number(fd, "cgroup.events", "populated");

	return is_gone(r) ? 0 : r;
}

/* SIGKILL to each process listed in the group's own cgroup.procs. */
static int kill_listed(int fd)
{
	_cleanup_free char *text = NULL;
	char *at, *line, *save = NULL;
	int r = io_read_all(fd, "cgroup.procs", 1 << 24, &text, NULL);

	/* A threaded group lists no processes; its domain's top does. */
	if (r == -EOPNOTSUPP || is_gone(r))
		return 0;
	for (at = text; r == 0 && (line = strtok_r(at, "\n", &save)); at = NULL) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);

		if (pid > 1 && kill(pid, SIGKILL) < 0 && errno != ESRCH)
			r = -errno;
	}
	return r;
}

/* The same for the group and every group below it. */
static int kill_listed_below(int fd)
{
	_cleanup_dir DIR *dir = io_open_folder(fd, ".");
	const char *name;
	int r;

	if (!dir)
		return is_gone(-errno) ? 0 : -errno;
	r = kill_listed(fd);
	while (r == 0 && (name = group_next(dir))) {
		_cleanup_fd int child = group_open(fd, name);

		/* Gone since it was listed: nothing left to do there. */
		r = child >= 0 ? kill_listed_below(child) : is_gone(child) ? 0 : child;
	}
	return r;
}

/*
 * Without cgroup.kill (before 5.14): frozen first, so that nobody forks while they are listed; a
 * frozen process of v2 dies of SIGKILL. Again while anybody is there, because freezing takes
 * time, and before 5.2 there is none.
 */
static int kill_by_walk(int fd)
{
	int r = io_write_attr(fd, "cgroup.freeze", "1");

	if (is_gone(r))
		r = 0;
	for (int round = 0; r == 0 && round < 1000 && group_is_populated(fd) > 0; round++) {
		r = kill_listed_below(fd);
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	}
	/* Whoever is put into the group later is to live. */
	io_write_attr(fd, "cgroup.freeze", "0");
	return r;
}

int group_kill(int fd)
{
	int r = io_write_attr(fd, "cgroup.kill", "1");

	return r == -ENOENT || r == -EOPNOTSUPP ? kill_by_walk(fd) : r;
}

/* The first that is listed; the kernel lists those of other PID namespaces, and dead ones, as 0. */
static pid_t first_listed(int fd)
{
	_cleanup_free char *text = NULL;
	pid_t pid = 0;

	if (io_read_all(fd, "cgroup.procs", 1 << 24, &text, NULL) < 0)
		return 0;
	for (char *line, *at = text; pid <= 0 && (line = strsep(&at, "\n"));)
		pid = (pid_t)strtol(line, NULL, 10);
	return pid;
}

pid_t group_find_process(int fd)
{
	_cleanup_dir DIR *dir = io_open_folder(fd, ".");
	pid_t pid = dir ? first_listed(fd) : 0;
	const char *name;

	while (dir && pid <= 0 && (name = group_next(dir))) {
		_cleanup_fd int child = group_open(fd, name);

		pid = child < 0 ? 0 : group_find_process(child);
	}
	return pid;
}

int group_wait_empty(int fd, uint64_t deadline_ns)
{
	_cleanup_fd int events = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = {.fd = events, .events = POLLPRI};

	if (events < 0)
		return is_gone(-errno) ? 0 : -errno;
	for (;;) {
		uint64_t now = clock_now_ns();
		struct timespec left = clock_timespec(deadline_ns > now ? deadline_ns - now : 0);
		int populated = group_is_populated(fd);

		if (populated <= 0)
			return populated;
		if (now >= deadline_ns)
			return -ETIME;
		/* kernfs notifies of changes since the last read of this very descriptor. */
		if (pread(events, (char[256]){0}, 256, 0) < 0)
			return is_gone(-errno) ? 0 : -errno;
		if (group_is_populated(fd) > 0 && ppoll(&p, 1, &left, NULL) < 0 && errno != EINTR)
			return -errno;
	}
}

int group_remove(int parent_fd, const char *name, uint64_t deadline_ns)
{
	while (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || clock_now_ns() >= deadline_ns)
			return -errno;
		clock_sleep_until(clock_now_ns() + 100 * NS_PER_US);
	}
	return 0;
}

int group_remove_below(int fd, uint64_t deadline_ns)
{
	_cleanup_dir DIR *dir = io_open_folder(fd, ".");
	const char *name;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (name = group_next(dir)))
		r = group_remove_all(fd, name, deadline_ns);
	return r;
}

int group_remove_all(int parent_fd, const char *name, uint64_t deadline_ns)
{
	_cleanup_fd int fd = -1;
	int r;

	/* Most groups have no children: one call then. */
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	fd = group_open(parent_fd, name);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = group_remove_below(fd, deadline_ns);
	return r < 0 ? r : group_remove(parent_fd, name, deadline_ns);
}

int64_t group_count_dying(int fd)
{
	return io_read_number(fd, "cgroup.stat", "nr_dying_descendants");
}

int group_wait_dying(int fd, uint64_t deadline_ns)
{
	/* The kernel frees them from a work queue after a grace period and notifies nobody. */
	uint64_t pause = NS_PER_MS / 4;

	for (;;) {
		int64_t dying = group_count_dying(fd);

		if (dying <= 0)
			return (int)dying;
		if (clock_now_ns() >= deadline_ns)
			return -ETIME;
		clock_sleep_until(clock_now_ns() + pause);
		if (pause < 16 * NS_PER_MS)
			pause *= 2;
	}
}

int64_t group_count_descendants(int fd)
{
	return io_read_number(fd, "cgroup.stat", "nr_descendants");
}

int group_is_frozen(int fd)
{
	return (int)io_read_number(fd, "cgroup.events", "frozen");
}

int group_step_up(int fd)
{
	int parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = parent < 0 ? -errno : 0;

	if (r == 0 && faccessat(parent, "cgroup.procs", F_OK, 0) < 0) {
		close(parent);
		r = -ENOENT;
	}
	close_fd(fd);
	return r < 0 ? r : parent;
}

bool controller_list_have(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; length && (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

void controller_list_append(char *text, size_t size, const char *separator, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? separator : "", word);
}

bool controller_list_next(const char **at, char *ret, size_t size)
{
	size_t length;

	*at += strspn(*at, " ");
	length = strcspn(*at, " ");
	if (!length)
		return false;
	snprintf(ret, size, "%.*s", (int)length, *at);
	*at += length;
	return true;
}

int controller_list_switch(int fd, char sign, const char *word)
{
	char text[80];

	snprintf(text, sizeof(text), "%c%s", sign, word);
	return io_write_attr(fd, "cgroup.subtree_control", text);
}

int tree_count(uint64_t depth, uint64_t fanout, uint64_t *ret_leaves, uint64_t *ret_groups)
{
	uint64_t leaves = 1, groups = 1;

	if (depth > TREE_DEPTH_MAX || (depth && !fanout))
		return -EINVAL;
	for (uint64_t level = 0; level < depth; level++)
		if (__builtin_mul_overflow(leaves, fanout, &leaves) ||
		    __builtin_add_overflow(groups, leaves, &groups))
			return -EOVERFLOW;
	*ret_leaves = leaves;
	*ret_groups = groups;
	return 0;
}

void tree_leaf_path(uint32_t depth, uint32_t fanout, uint64_t leaf, char ret[TREE_PATH_SIZE])
{
	uint32_t digits[TREE_DEPTH_MAX];
	size_t used = 0;

	for (uint32_t level = depth; level-- > 0; leaf /= fanout)
		digits[level] = (uint32_t)(leaf % fanout);
	strcpy(ret, ".");
	for (uint32_t level = 0; level < depth; level++)
		used += (size_t)snprintf(ret + used, TREE_PATH_SIZE - used, "%s%u",
					 level ? "/" : "", digits[level]);
}
