/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"

/* Everything that a step down the tree needs. */
struct builder {
	const struct tree_spec *spec;
	struct tree *tree;
	int refused_in;   /* the folder in which a group could not be made, a duplicate; or -1 */
	char enable[256]; /* "+pids +cpu", what is written to each interior group; "" */
};

/* Those that can work on threads; the kernel refuses all others in a threaded subtree
 * (cgroup-v2.rst, "Threads"). */
static bool works_on_threads(const char *controller)
{
	return controller_list_have("cpu cpuset perf_event pids", controller);
}

static int miss_controller(struct builder *b, const char *controller, const char *why,
			   struct err *e)
{
	char line[160];

	if (!b->spec->optional) {
		err_set(e, EXIT_CANNOT, ENOENT, "controller %s %s", controller, why);
		err_hint(e, "`--enable-controllers` enables it in the parent where cgroup v2 has "
			    "it; with \"optional\": true the workload runs without.");
		return -ENOENT;
	}
	snprintf(line, sizeof(line), "%s %s", controller, why);
	controller_list_append(b->tree->skipped, sizeof(b->tree->skipped), "\n", line);
	return 0;
}

/* Which of the wanted controllers the top can hand down. */
static int choose_controllers(struct builder *b, struct err *e)
{
	char available[1024];
	int r = (int)io_read_attr(b->tree->fd, "cgroup.controllers", available, sizeof(available));

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "cgroup.controllers");
	for (size_t i = 0; i < b->spec->n_controllers; i++) {
		const char *controller = b->spec->controllers[i];
		const char *why = NULL;
		char word[64];

		if (!controller_list_have(available, controller))
			why = "is not available to the run group";
		else if (b->spec->threaded && !works_on_threads(controller))
			why = "does not work in threaded groups";
		if (why) {
			r = miss_controller(b, controller, why, e);
			if (r < 0)
				return r;
			continue;
		}
		snprintf(word, sizeof(word), "+%s", controller);
		controller_list_append(b->enable, sizeof(b->enable), " ", word);
		controller_list_append(b->tree->enabled, sizeof(b->tree->enabled), " ", controller);
	}
	return 0;
}

static int make_group(struct builder *b, int parent_fd, const char *name)
{
	int r = mkdirat(parent_fd, name, 0755) < 0 ? -errno : 0;

	if (r < 0)
		b->refused_in = fcntl(parent_fd, F_DUPFD_CLOEXEC, 3);
	else
		b->tree->n_groups++;
	return r;
}

static int make_children(struct builder *b, int fd, uint32_t level);

/* Depth is at most TREE_DEPTH_MAX, and a level's frame is small. */
static int fill_child(struct builder *b, int parent_fd, const char *name, uint32_t level)
{
	_cleanup_fd int fd = -1;
	int r;

	if (level == b->spec->depth && !b->spec->threaded)
		return 0;
	fd = group_open(parent_fd, name);
	if (fd < 0)
		return fd;
	r = b->spec->threaded ? io_write_attr(fd, "cgroup.type", "threaded") : 0;
	return r < 0 ? r : make_children(b, fd, level);
}

static int make_children(struct builder *b, int fd, uint32_t level)
{
	char name[TREE_COMPONENT_SIZE];
	int r = 0;

	if (level == b->spec->depth)
		return 0;
	if (b->enable[0])
		r = io_write_attr(fd, "cgroup.subtree_control", b->enable);
	for (uint32_t i = 0; r == 0 && i < b->spec->fanout; i++) {
		snprintf(name, sizeof(name), "%u", i);
		r = make_group(b, fd, name);
		if (r == 0)
			r = fill_child(b, fd, name, level + 1);
	}
	return r;
}

static int build(struct builder *b, struct err *e)
{
	struct tree *t = b->tree;
	char number[64];
	int r = make_group(b, t->parent_fd, t->name);

	if (r < 0)
		return refusal_of_group(t->parent_fd, t->name, -r, e);
	t->fd = group_open(t->parent_fd, t->name);
	if (t->fd < 0)
		return err_sys(e, EXIT_CANNOT, -t->fd, "opening the group %s", t->name);
	r = choose_controllers(b, e);
	if (r < 0)
		return r;
	r = make_children(b, t->fd, 0);
	if (r == 0)
		return 0;
	snprintf(number, sizeof(number), "number %llu of the hierarchy",
		 (unsigned long long)t->n_groups + 1);
	return refusal_of_group(b->refused_in, number, -r, e);
}

int tree_create(int parent_fd, const char *name, const struct tree_spec *spec, struct tree *ret,
		struct err *e)
{
	struct tree t = {
		.fd = -1, .parent_fd = parent_fd, .depth = spec->depth, .fanout = spec->fanout};
	struct builder b = {.spec = spec, .tree = &t, .refused_in = -1};
	int r;

	snprintf(t.name, sizeof(t.name), "%s", name);
	r = build(&b, e);
	close_fd(b.refused_in);
	if (r < 0) {
		close_fd(t.fd);
		/* A top that was there before is not ours. */
		if (t.n_groups)
			group_remove_all(parent_fd, name, clock_now_ns() + NS_PER_S);
		return r;
	}
	*ret = t;
	return 0;
}

/*
 * By name, as they were made: no directory is read but where somebody else's groups keep one busy.
 * A group that somebody else removed is no matter.
 */
static int remove_children(struct tree *t, int fd, uint32_t level, uint64_t deadline_ns)
{
	char name[TREE_COMPONENT_SIZE];
	int r = 0;

	for (uint32_t i = 0; r == 0 && level < t->depth && i < t->fanout; i++) {
		snprintf(name, sizeof(name), "%u", i);
		if (level + 1 < t->depth) {
			_cleanup_fd int child = group_open(fd, name);

			r = child >= 0         ? remove_children(t, child, level + 1, deadline_ns)
			    : child == -ENOENT ? 0
					       : child;
		}
		if (r == 0)
			r = group_remove_all(fd, name, deadline_ns);
	}
	return r;
}

int tree_remove(struct tree *t, uint64_t deadline_ns)
{
	int r = remove_children(t, t->fd, 0, deadline_ns);

	t->fd = close_fd(t->fd);
	if (r < 0)
		return r;
	/* Groups that others made below would make the last removal fail; they go too. */
	return group_remove_all(t->parent_fd, t->name, deadline_ns);
}
