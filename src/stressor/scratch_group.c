/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/scratch_group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cgroup/group.h"

enum { FINISH_SECONDS = 5 };

/* The group that holds the worker's leaf; the tree's top where that is the leaf. */
static int open_parent(const struct worker_groups *g)
{
	char path[TREE_PATH_SIZE];
	char *slash;
	int fd;

	tree_leaf_path(g->depth, g->fanout, g->index % g->n_leaves, path);
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	fd = openat(g->tree_fd, slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One at a time: the kernel takes all of a line or nothing. */
static int enable_all(const struct scratch_group *y)
{
	char names[sizeof(y->controllers)], word[64];
	char *save = NULL;
	int r = 0;

	memcpy(names, y->controllers, sizeof(names));
	for (char *name = strtok_r(names, " ", &save); name && r == 0;
	     name = strtok_r(NULL, " ", &save)) {
		snprintf(word, sizeof(word), "+%s", name);
		r = io_write_attr(y->fd, "cgroup.subtree_control", word);
	}
	return r;
}

int scratch_group_init(struct scratch_group *y, struct worker *w, bool hand_down)
{
	int r;

	*y = (struct scratch_group){0};
	y->parent_fd = open_parent(&w->groups);
	if (y->parent_fd < 0)
		return worker_fail(w, -y->parent_fd, "opening the group above leaf %llu",
				   (unsigned long long)(w->groups.index % w->groups.n_leaves));
	snprintf(y->name, sizeof(y->name), "yard-%d", (int)getpid());
	r = group_make(y->parent_fd, y->name);
	if (r < 0)
		return worker_fail(w, -r, "making the group %s", y->name);
	y->fd = r;
	r = (int)io_read_attr(y->fd, "cgroup.controllers", y->controllers, sizeof(y->controllers));
	if (r < 0)
		return worker_fail(w, -r, "cgroup.controllers of %s", y->name);
	r = hand_down ? enable_all(y) : 0;
	return r < 0 ? worker_fail(w, -r, "enabling %s below %s", y->controllers, y->name) : 0;
}

void scratch_group_finish(struct scratch_group *y)
{
	uint64_t deadline = clock_now_ns() + FINISH_SECONDS * NS_PER_S;

	if (y->fd) {
		if (group_is_populated(y->fd) > 0 && group_kill(y->fd) == 0)
			group_wait_empty(y->fd, deadline);
		close(y->fd);
	}
	/* What cannot go now goes with the tree, which says so where it cannot either. */
	if (y->name[0])
		group_remove_all(y->parent_fd, y->name, deadline);
	if (y->parent_fd > 0)
		close(y->parent_fd);
	*y = (struct scratch_group){0};
}
