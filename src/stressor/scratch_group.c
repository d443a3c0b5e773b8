/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/scratch_group.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
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
static int enable_all(const struct scratch_group *g)
{
	const char *at = g->controllers;
	char word[64];
	int r = 0;

	while (r == 0 && controller_list_next(&at, word, sizeof(word)))
		r = controller_list_switch(g->fd, '+', word);
	return r;
}

int scratch_group_init(struct scratch_group *g, struct worker *w, bool hand_down)
{
	int r;

	*g = (struct scratch_group){0};
	g->parent_fd = open_parent(&w->groups);
	if (g->parent_fd < 0)
		return worker_fail(w, -g->parent_fd, "opening the group above leaf %llu",
				   (unsigned long long)(w->groups.index % w->groups.n_leaves));
	snprintf(g->name, sizeof(g->name), "scratch-%d", (int)getpid());
	r = group_make(g->parent_fd, g->name);
	if (r < 0)
		return worker_fail(w, -r, "making the group %s", g->name);
	g->fd = r;
	r = (int)io_read_attr(g->fd, "cgroup.controllers", g->controllers, sizeof(g->controllers));
	if (r < 0)
		return worker_fail(w, -r, "cgroup.controllers of %s", g->name);
	r = hand_down ? enable_all(g) : 0;
	return r < 0 ? worker_fail(w, -r, "enabling %s below %s", g->controllers, g->name) : 0;
}

int scratch_group_remove(const struct scratch_group *g, const char *name, uint64_t deadline_ns,
			 uint64_t *ret_retries)
{
	while (unlinkat(g->fd, name, AT_REMOVEDIR) < 0) {
		if (errno != EBUSY || clock_now_ns() > deadline_ns)
			return -errno;
		++*ret_retries;
		sched_yield();
	}
	return 0;
}

void scratch_group_finish(struct scratch_group *g)
{
	uint64_t deadline = clock_now_ns() + FINISH_SECONDS * NS_PER_S;

	if (g->fd) {
		if (group_is_populated(g->fd) > 0 && group_kill(g->fd) == 0)
			group_wait_empty(g->fd, deadline);
		close(g->fd);
	}
	/* What cannot go now goes with the tree, which says so where it cannot either. */
	if (g->name[0])
		group_remove_all(g->parent_fd, g->name, deadline);
	if (g->parent_fd > 0)
		close(g->parent_fd);
	*g = (struct scratch_group){0};
}

const char *const events_wait_choices[] = {
	[EVENTS_READ] = "read", [EVENTS_POLL] = "poll", [EVENTS_POLL + 1] = NULL};

/* The value of a key ("populated", "frozen"), 0 or 1, or a negative errno. */
static int events_read(int fd, const char *key)
{
	char text[128];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	at = strstr(text, key);
	return at && at[strlen(key)] == ' ' ? at[strlen(key) + 1] != '0' : -ENODATA;
}

int events_await(int fd, const char *key, int value, enum events_wait how, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = fd, .events = POLLPRI};

	for (;;) {
		int found = events_read(fd, key);
		uint64_t now = clock_now_ns();
		struct timespec left = clock_timespec(deadline_ns > now ? deadline_ns - now : 0);

		if (found < 0 || found == value)
			return found < 0 ? found : 0;
		if (now >= deadline_ns)
			return -ETIME;
		if (how == EVENTS_READ)
			sched_yield();
		else if (ppoll(&p, 1, &left, NULL) < 0 && errno != EINTR)
			return -errno;
	}
}

int events_await_empty(int group_fd, enum events_wait how, uint64_t deadline_ns)
{
	_cleanup_fd int fd = openat(group_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : events_await(fd, "populated", 0, how, deadline_ns);
}
