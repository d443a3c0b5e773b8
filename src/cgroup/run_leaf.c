/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "cgroup/run_group.h"
#include "cgroup/run_name.h"

enum { PROCS_SIZE_MAX = 1 << 24 };

#define LEAF_NAME_SIZE (RUN_GROUP_NAME_SIZE + sizeof(RUN_LEAF_SUFFIX))

static bool is_ours(pid_t pid)
{
	struct proc_stat task;

	return pid == getpid() || (proc_stat_of(pid, &task) == 0 && task.parent == getpid());
}

static bool anybody(pid_t pid)
{
	return true;
}

/* Moves those of `from` that are `wanted`; how many went, or a negative errno. */
static int move(int from, int to, bool (*wanted)(pid_t))
{
	_cleanup_free char *text = NULL;
	char *save = NULL;
	int moved = 0, r = io_read_all(from, "cgroup.procs", PROCS_SIZE_MAX, &text, NULL);

	if (r < 0)
		return r;
	for (char *pid = strtok_r(text, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
		if (!wanted(atoi(pid)))
			continue;
		r = io_write_attr(to, "cgroup.procs", pid);
		if (r < 0 && r != -ESRCH)
			return r;
		moved += r == 0;
	}
	return moved;
}

static void leaf_name(const char *name, char ret[LEAF_NAME_SIZE])
{
	snprintf(ret, LEAF_NAME_SIZE, "%s%s", name, RUN_LEAF_SUFFIX);
}

int run_leaf_enter(int parent_fd, const char *name)
{
	char leaf[LEAF_NAME_SIZE];
	_cleanup_fd int fd = -1;
	int r;

	leaf_name(name, leaf);
	if (mkdirat(parent_fd, leaf, 0755) < 0)
		return -errno;
	fd = openat(parent_fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = fd < 0 ? -errno : move(parent_fd, fd, is_ours);
	if (r == 0)
		r = -ESRCH;
	if (r < 0) {
		unlinkat(parent_fd, leaf, AT_REMOVEDIR);
		return r;
	}
	return 0;
}

int run_leaf_leave(int parent_fd, const char *name, uint64_t deadline_ns)
{
	char leaf[LEAF_NAME_SIZE];
	_cleanup_fd int fd = -1;
	int r;

	leaf_name(name, leaf);
	fd = openat(parent_fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = move(fd, parent_fd, anybody);
	return r < 0 ? r : group_remove(parent_fd, leaf, deadline_ns);
}
