/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/group.h"

#include <dirent.h>
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
	struct dirent *entry;
	int r;

	if (!dir)
		return is_gone(-errno) ? 0 : -errno;
	r = kill_listed(fd);
	while (r == 0 && (entry = readdir(dir))) {
		_cleanup_fd int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* Gone since it was listed: nothing left to do there. */
		r = child >= 0 ? kill_listed_below(child) : is_gone(-errno) ? 0 : -errno;
	}
	return r;
}

/*
 * Without cgroup.kill (before 5.14): frozen first, so that nobody forks while they are listed; a
 * frozen process of v2 dies of SIGKILL all the same. Again as long as there is anybody, for the
 * freezing takes its time, and before 5.2 there is none.
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
	struct dirent *entry;

	while (dir && pid <= 0 && (entry = readdir(dir))) {
		_cleanup_fd int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		pid = child < 0 ? 0 : group_find_process(child);
	}
	return pid;
}

int group_make(int parent_fd, const char *name)
{
	int fd = mkdirat(parent_fd, name, 0755) < 0
			 ? -1
			 : openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
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
		/* kernfs notifies whoever has read the file since; group_is_populated() opens its
		 * own. */
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
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			r = group_remove_all(fd, entry->d_name, deadline_ns);
	return r;
}

int group_remove_all(int parent_fd, const char *name, uint64_t deadline_ns)
{
	_cleanup_fd int fd = -1;
	int r;

	/* Most groups have no children: one call then. */
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = group_remove_below(fd, deadline_ns);
	return r < 0 ? r : group_remove(parent_fd, name, deadline_ns);
}

int64_t group_count_dying(int fd)
{
	return io_read_number(fd, "cgroup.stat", "nr_dying_descendants");
}

int group_wait_dying(int fd, uint64_t deadline_ns)
{
	/* The kernel frees them from a work queue after a grace period and tells nobody. */
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

int group_open_parent(int fd)
{
	int parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (parent < 0)
		return -errno;
	if (faccessat(parent, "cgroup.procs", F_OK, 0) == 0)
		return parent;
	close(parent);
	return -ENOENT;
}
