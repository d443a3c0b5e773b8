/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_group.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/num.h"
#include "cgroup/group.h"
#include "cgroup/libcgroup.h"
#include "cgroup/refusal.h"

enum { UNDO_SECONDS = 5 };

/* PID_MAX_LIMIT of include/linux/threads.h on 64-bit machines; pids.max takes no more. */
enum { TASKS_MAX = 4 * 1024 * 1024, TASKS_DYING = 1024 };

/* A group under construction. */
struct maker {
	struct run_group *g;
	const struct run_group_settings *settings;
	struct libcgroup_place place;
	bool reachable; /* libcgroup knows the way to the folder */
};

static int refuse(const struct run_group *g, int errnum, struct err *e)
{
	char path[PATH_MAX + RUN_GROUP_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", g->root->path, g->name);
	return refusal_of_group(g->root->fd, path, errnum, e);
}

static int make(struct maker *m, struct err *e)
{
	struct run_group *g = m->g;
	int r = m->reachable ? libcgroup_create(&m->place, g->name) : -EOPNOTSUPP;

	g->backend = RUN_GROUP_BY_LIBCGROUP;
	if (r < 0) {
		g->backend = m->reachable ? RUN_GROUP_BY_BOTH : RUN_GROUP_BY_DESCRIPTORS;
		if (mkdirat(g->root->fd, g->name, 0755) < 0)
			return refuse(g, errno, e);
	}
	g->fd = group_open(g->root->fd, g->name);
	if (g->fd < 0)
		return err_sys(e, EXIT_CANNOT, -g->fd, "opening the group %s/%s", g->root->path,
			       g->name);
	g->lock_fd = run_name_hold(g->fd);
	return g->lock_fd < 0 ? err_sys(e, EXIT_FAULT, -g->lock_fd, "locking the group %s", g->name)
			      : 0;
}

/* Takes the controller where the parent has it, and does not hand it down or does so for another
 * run only. */
static void want(struct run_group *g, const char *handed_down, const char *controller)
{
	if (controller_list_have(g->root->controllers, controller) &&
	    !controller_list_have(g->enabled_in_parent, controller) &&
	    (!controller_list_have(handed_down, controller) ||
	     run_note_found(g->root->fd, controller)))
		controller_list_append(g->enabled_in_parent, sizeof(g->enabled_in_parent), " ",
				       controller);
}

static bool has_processes(int fd)
{
	char text[64];

	/* -E2BIG: more than a few. */
	return io_read_attr(fd, "cgroup.procs", text, sizeof(text)) != 0;
}

static bool is_hierarchy_root(int fd)
{
	return faccessat(fd, "cgroup.type", F_OK, 0) < 0;
}

/*
 * No process may live in a group, other than the hierarchy's root, that hands controllers down to
 * groups with processes. The kernel refuses that for some controllers; after others it lets nobody
 * enter the groups below ("domain invalid").
 */
static int clear_parent(struct run_group *g, struct err *e)
{
	if (is_hierarchy_root(g->root->fd) || !has_processes(g->root->fd))
		return 0;
	g->moved_to_leaf = run_leaf_enter(g->root->fd, g->name) == 0;
	if (!has_processes(g->root->fd))
		return 0;
	err_set(e, EXIT_CANNOT, EBUSY,
		"--enable-controllers: other processes live in %s, so it can hand nothing down",
		g->root->path);
	err_hint(e, "Start cgchurn in a group of its own: `systemd-run --scope -p Delegate=yes "
		    "cgchurn ...`.");
	return -EBUSY;
}

static int enable_in_parent(struct maker *m, struct err *e)
{
	const struct run_group_settings *s = m->settings;
	struct run_group *g = m->g;
	char handed_down[1024], controller[64];
	const char *at = g->enabled_in_parent;
	int r = (int)io_read_attr(g->root->fd, "cgroup.subtree_control", handed_down,
				  sizeof(handed_down));

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "%s/cgroup.subtree_control", g->root->path);
	if (s->max_tasks)
		want(g, handed_down, "pids");
	if (s->max_bytes)
		want(g, handed_down, "memory");
	for (size_t i = 0; i < s->n_controllers; i++)
		want(g, handed_down, s->controllers[i]);
	if (!g->enabled_in_parent[0])
		return 0;
	r = run_note_write(g->fd, g->enabled_in_parent);
	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "--enable-controllers: noting what to undo");
	r = clear_parent(g, e);
	while (r == 0 && controller_list_next(&at, controller, sizeof(controller))) {
		r = controller_list_switch(g->root->fd, '+', controller);
		if (r < 0)
			err_sys(e, EXIT_CANNOT, -r, "--enable-controllers: enabling %s in %s",
				controller, g->root->path);
	}
	return r;
}

/* From the run group to the hierarchies below it. One that cannot be had is the tree's to judge. */
static void hand_down_wanted(struct maker *m)
{
	for (size_t i = 0; i < m->settings->n_controllers; i++)
		controller_list_switch(m->g->fd, '+', m->settings->controllers[i]);
}

static int write_value(struct maker *m, const char *file, const char *value)
{
	if (m->reachable && libcgroup_set(&m->place, m->g->name, file, value) == 0)
		return 0;
	return io_write_attr(m->g->fd, file, value);
}

/* Writes a bound and reads it back. The group has the file only where its parent hands the
 * controller down; without it there is no bound. */
static int bound(struct maker *m, const char *file, uint64_t limit, struct err *e)
{
	struct run_group *g = m->g;
	char wanted[24], found[64], text[96];
	int r;

	if (!limit || faccessat(g->fd, file, F_OK, 0) < 0)
		return 0;
	snprintf(wanted, sizeof(wanted), "%" PRIu64, limit);
	r = write_value(m, file, wanted);
	if (r == 0)
		r = (int)io_read_attr(g->fd, file, found, sizeof(found));
	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "setting %s of the run group to %s", file,
			       wanted);
	if (strcmp(wanted, found) != 0)
		return err_set(e, EXIT_CANNOT, EIO, "%s of the run group reads %s after writing %s",
			       file, found, wanted);
	snprintf(text, sizeof(text), "%s %s", file, found);
	controller_list_append(g->bounds, sizeof(g->bounds), ", ", text);
	return 0;
}

static int set_bounds(struct maker *m, struct err *e)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), tasks = m->settings->max_tasks;
	/* The kernel counts whole pages. */
	uint64_t bytes = m->settings->max_bytes / page * page;
	int r;

	/*
	 * The bound is there to stop what runs away, not to be met. A migration charges its
	 * destination before it releases its origin, so for a moment the common ancestor counts
	 * the process twice; under the global lock no fork can meet that moment, under the
	 * per-threadgroup one it can, and an exact bound gave it EAGAIN. And a joined thread is
	 * counted until it is dead, which is later: on two busy CPUs dozens were dying.
	 */
	tasks = tasks < (TASKS_MAX - TASKS_DYING) / 2 ? 2 * tasks + TASKS_DYING : TASKS_MAX;
	r = bound(m, "pids.max", tasks, e);
	return r < 0 ? r : bound(m, "memory.max", bytes, e);
}

static bool has_threaded_child(int fd, char ret[NAME_MAX + 1])
{
	_cleanup_dir DIR *dir = io_open_folder(fd, ".");
	const char *name;

	while (dir && (name = group_next(dir))) {
		char path[NAME_MAX + 16], type[64];

		snprintf(path, sizeof(path), "%s/cgroup.type", name);
		if (io_read_attr(fd, path, type, sizeof(type)) < 0 || strcmp(type, "threaded") != 0)
			continue;
		snprintf(ret, NAME_MAX + 1, "%s", name);
		return true;
	}
	return false;
}

/* "domain invalid" where the parent hands controllers down and has processes of its own. */
static int check_type(const struct run_group *g, struct err *e)
{
	char type[64], child[NAME_MAX + 1];
	int r = (int)io_read_attr(g->fd, "cgroup.type", type, sizeof(type));

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "cgroup.type of the run group");
	if (strcmp(type, "domain") == 0)
		return 0;
	err_set(e, EXIT_CANNOT, EOPNOTSUPP,
		"no process could enter the run group in %s: the kernel calls it \"%s\"",
		g->root->path, type);
	if (has_threaded_child(g->root->fd, child))
		err_hint(e,
			 "Its group %s is threaded, which makes it the domain of a threaded "
			 "subtree. Name another with --cgroup-root.",
			 child);
	else
		err_hint(e, "That group has processes of its own and hands controllers down. Name "
			    "another with --cgroup-root.");
	return -EOPNOTSUPP;
}

static int fill(struct maker *m, struct err *e)
{
	int r = m->settings->enable_controllers ? enable_in_parent(m, e) : 0;

	if (r == 0)
		r = check_type(m->g, e);
	if (r == 0)
		r = refusal_if_frozen(m->g->fd, e);
	if (r < 0)
		return r;
	hand_down_wanted(m);
	return set_bounds(m, e);
}

int run_group_create(const struct cgroup_root *root, const char *name,
		     const struct run_group_settings *settings, struct run_group *ret,
		     struct err *e)
{
	struct run_group g = {.root = root, .fd = -1, .lock_fd = -1};
	struct maker m = {.g = &g, .settings = settings};
	int r;

	snprintf(g.name, sizeof(g.name), "%s", name);
	m.reachable = libcgroup_reach(root->path, &m.place) == 0;
	r = make(&m, e);
	if (r == 0)
		r = fill(&m, e);
	if (r < 0) {
		/* Where it could not even be opened, there may be somebody else's of that name. */
		if (g.fd >= 0)
			run_drain_remove(root->fd, name, clock_now_ns() + UNDO_SECONDS * NS_PER_S);
		close_fd(g.fd);
		close_fd(g.lock_fd);
		return r;
	}
	*ret = g;
	return 0;
}

static int explain(const struct run_group *g, int r, struct err *e)
{
	_cleanup_fd int fd = group_open(g->root->fd, g->name);
	pid_t pid = fd < 0 ? 0 : group_find_process(fd);
	char text[CHILD_TEXT_SIZE];

	if (pid > 0) {
		err_set(e, EXIT_CANNOT, -r,
			"%s/%s could not be removed: a process in it was killed and has not ended, "
			"%s",
			g->root->path, g->name, child_describe(pid, text));
		err_hint(e, "The guardian goes on for a minute; after that, `cgchurn clean` tries "
			    "again.");
	} else if (faccessat(g->root->fd, g->name, F_OK, 0) == 0) {
		err_sys(e, EXIT_FAULT, -r, "%s/%s could not be removed", g->root->path, g->name);
		err_hint(e, "When cgchurn has ended, `cgchurn clean` tries again.");
	} else {
		err_sys(e, EXIT_FAULT, -r, "undoing what was changed in %s (%s enabled%s)",
			g->root->path, g->enabled_in_parent[0] ? g->enabled_in_parent : "nothing",
			g->moved_to_leaf ? ", cgchurn moved to a leaf" : "");
		if (r == -EBUSY)
			err_hint(e, "Another group there uses the controller now.");
	}
	return r == -ETIME ? -EBUSY : r;
}

int run_group_remove(struct run_group *g, uint64_t deadline_ns, struct err *e)
{
	struct libcgroup_place place;
	int r;

	if (strcmp(g->backend, RUN_GROUP_BY_DESCRIPTORS) != 0 &&
	    libcgroup_reach(g->root->path, &place) == 0 &&
	    run_drain(g->fd, g->root->fd, deadline_ns) == 0)
		libcgroup_remove(&place, g->name);
	/* Whatever libcgroup made of it: nothing to do, or all. */
	r = run_drain_remove(g->root->fd, g->name, deadline_ns);
	g->fd = close_fd(g->fd);
	g->lock_fd = close_fd(g->lock_fd);
	return r < 0 ? explain(g, r, e) : 0;
}
