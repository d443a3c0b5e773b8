/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a run group is, by its name and by the lock that its owner holds. */
#include "cgroup/run_group.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"

/* Written and read by the same format. */
#define NAME_FORMAT "cgchurn-%" PRIu32 "-%" PRIu64 "-%08" PRIx32

int run_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start)
{
	char again[RUN_GROUP_NAME_SIZE];
	uint32_t pid, random;
	uint64_t start;

	if (sscanf(name, "cgchurn-%" SCNu32 "-%" SCNu64 "-%" SCNx32, &pid, &start, &random) != 3)
		return -EINVAL;
	/* What reads in another way than it is written is none of ours. */
	snprintf(again, sizeof(again), NAME_FORMAT, pid, start, random);
	if (strcmp(again, name) != 0 || pid == 0 || pid > INT_MAX)
		return -EINVAL;
	*ret_pid = (pid_t)pid;
	*ret_start = start;
	return 0;
}

int run_name_start_time(pid_t pid, uint64_t *ret)
{
	struct proc_stat task;
	int r = proc_stat_of(pid, &task);

	if (r == 0 && proc_stat_is_dead(&task))
		r = -ESRCH;
	if (r < 0)
		return r;
	*ret = task.started;
	return 0;
}

int run_group_name(char ret[RUN_GROUP_NAME_SIZE])
{
	struct proc_stat self;
	uint32_t random;
	int r = proc_stat_read(AT_FDCWD, "/proc/self", &self);

	if (r < 0)
		return r;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(ret, RUN_GROUP_NAME_SIZE, NAME_FORMAT, (uint32_t)proc_self(), self.started,
		 random);
	return 0;
}

/* -ENOENT also where `fd` is no group of a mount of cgroup v2. */
static int open_lock(int fd)
{
	int r = openat(fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	if (r < 0 && errno == ENOENT)
		r = openat(fd, "cgroup.procs", O_RDWR | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

int run_name_hold_again(int lock_fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(lock_fd, F_SETLK, &whole) < 0 ? -errno : 0;
}

int run_name_hold(int fd)
{
	_cleanup_fd int lock = open_lock(fd);
	int r = lock < 0 ? lock : run_name_hold_again(lock);

	return r < 0 ? r : steal_fd(&lock);
}

/* What others lock for reading, as they may where they may read, is not taken for the owner's. */
static bool is_held(int parent_fd, const char *name)
{
	_cleanup_fd int fd = group_open(parent_fd, name);
	_cleanup_fd int lock = fd < 0 ? fd : open_lock(fd);
	struct flock found = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	if (lock < 0)
		return lock != -ENOENT;
	return fcntl(lock, F_GETLK, &found) < 0 || found.l_type != F_UNLCK;
}

/*
 * Whether the owner of the group `name` lives: there is a process of that pid and that start time,
 * or somebody holds the lock. Where neither is known, true.
 */
static bool owner_lives(int parent_fd, const char *name)
{
	uint64_t named, found;
	pid_t pid;
	int r;

	if (run_name_parse(name, &pid, &named) < 0)
		return true;
	r = run_name_start_time(pid, &found);
	if (r < 0 && r != -ESRCH)
		return true;
	return (r == 0 && found == named) || is_held(parent_fd, name);
}

/* The name of the run group that an entry belongs to: its own, or that of its leaf. */
static bool name_of(const char *entry, char ret[RUN_GROUP_NAME_SIZE])
{
	const char *suffix = strstr(entry, RUN_LEAF_SUFFIX);
	size_t n = suffix && strcmp(suffix, RUN_LEAF_SUFFIX) == 0 ? (size_t)(suffix - entry)
								  : strlen(entry);
	uint64_t start;
	pid_t pid;

	if (n >= RUN_GROUP_NAME_SIZE)
		return false;
	snprintf(ret, RUN_GROUP_NAME_SIZE, "%.*s", (int)n, entry);
	return run_name_parse(ret, &pid, &start) == 0;
}

/*
 * A leaf goes with its run group; alone it counts when the run group went before it. An entry can
 * be listed that `each` has removed since.
 */
static bool counts(int parent_fd, const char *entry, const char *name)
{
	return faccessat(parent_fd, entry, F_OK, 0) == 0 &&
	       (strcmp(entry, name) == 0 || faccessat(parent_fd, name, F_OK, 0) < 0);
}

int run_groups_orphaned(const struct cgroup_root *root, int (*each)(const char *name, void *opaque),
			void *opaque)
{
	_cleanup_dir DIR *dir = io_open_folder(root->fd, ".");
	char name[RUN_GROUP_NAME_SIZE];
	const char *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = group_next(dir)))
		if (name_of(entry, name) && counts(root->fd, entry, name) &&
		    !owner_lives(root->fd, name))
			r = each(name, opaque);
	return r;
}
