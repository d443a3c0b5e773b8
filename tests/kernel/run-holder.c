/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds a run group as `cgchurn run` does, for tests to look at and to kill.
 *
 *	run-holder [-r ROOT] [-e] [-c CONTROLLER]... [-t TASKS] [-b BYTES] [-g] [-s STORMS]
 *	           [-d DEPTH]
 *
 * -e may enable controllers in the parent; -g without a guardian; -s so many processes live in the
 * group, each of which forks children one after the other; -d a tree of this depth below, fanout 2.
 * It prints "key=value" lines, "ready", and waits for the end of standard input; then it removes
 * all and prints "removed". Exit status as of the program: 4, 5, ...
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/libcgroup.h"
#include "cgroup/run_group.h"
#include "cgroup/tree.h"
#include "run/guardian.h"

struct holder {
	const char *wanted_root;
	struct run_group_settings settings;
	const char *controllers[TREE_CONTROLLERS_MAX];
	bool unguarded;
	unsigned storms, depth;
	struct cgroup_root root;
	struct run_group group;
	struct guardian guardian;
	struct tree tree;
};

static void parse(struct holder *h, int argc, char **argv)
{
	int letter;

	h->settings.controllers = h->controllers;
	while ((letter = getopt(argc, argv, "r:ec:t:b:gs:d:")) != -1) {
		switch (letter) {
		case 'r':
			h->wanted_root = optarg;
			break;
		case 'e':
			h->settings.enable_controllers = true;
			break;
		case 'c':
			h->controllers[h->settings.n_controllers++] = optarg;
			break;
		case 't':
			h->settings.max_tasks = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			h->settings.max_bytes = strtoull(optarg, NULL, 10);
			break;
		case 'g':
			h->unguarded = true;
			break;
		case 's':
			h->storms = (unsigned)atoi(optarg);
			break;
		case 'd':
			h->depth = (unsigned)atoi(optarg);
			break;
		default:
			exit(EXIT_USAGE);
		}
	}
}

/* In the group: children one after the other, for a minute at most whoever forgets to kill it. */
static _Noreturn void storm(void)
{
	alarm(60);
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/* In the last leaf, for a group that hands controllers down can hold no process. */
static int start_storm(const struct tree *tree)
{
	char leaf[TREE_PATH_SIZE];
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	_cleanup_fd int fd = -1;
	pid_t pid;

	tree_leaf_path(tree->depth, tree->fanout, (UINT64_C(1) << tree->depth) - 1, leaf);
	fd = openat(tree->fd, leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	args.cgroup = (uint64_t)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		storm();
	return pid < 0 ? -errno : 0;
}

static int make(struct holder *h, struct err *e)
{
	char name[RUN_GROUP_NAME_SIZE];
	int r = cgroup_root_find(h->wanted_root, &h->root, e);

	if (r < 0)
		return r;
	r = run_group_name(name);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "naming the run group");
	/* So that a test knows what to look for, however early it kills. */
	printf("root=%s\nname=%s\n", h->root.path, name);
	fflush(stdout);
	if (!h->unguarded && (r = guardian_start(h->root.fd, name, &h->guardian, e)) < 0)
		return r;
	return run_group_create(&h->root, name, &h->settings, &h->group, e);
}

static int populate(struct holder *h, struct err *e)
{
	struct tree_spec spec = {.depth = h->depth,
				 .fanout = 2,
				 .n_controllers = h->settings.n_controllers,
				 .optional = true};
	int r;

	memcpy(spec.controllers, h->controllers, sizeof(spec.controllers));
	r = tree_create(h->group.fd, "tree", &spec, &h->tree, e);
	if (r < 0)
		return r;
	for (unsigned i = 0; r == 0 && i < h->storms; i++)
		r = start_storm(&h->tree);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "starting a storm") : 0;
}

static void tell(const struct holder *h)
{
	printf("delegated=%d\ncontrollers=%s\nbackend=%s\nbounds=%s\nenabled=%s\nleaf=%d\n"
	       "tree=%s\nlibcgroup=%s\nguardian=%d\nready\n",
	       h->root.delegated, h->root.controllers, h->group.backend, h->group.bounds,
	       h->group.enabled_in_parent, h->group.moved_to_leaf, h->tree.enabled,
	       libcgroup_version(), h->guardian.pid);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct holder h = {0};
	struct err e = {0};
	char byte;
	int r, removed;

	parse(&h, argc, argv);
	r = make(&h, &e);
	if (r == 0) {
		r = populate(&h, &e);
		if (r == 0) {
			tell(&h);
			while (read(STDIN_FILENO, &byte, 1) > 0)
				;
		}
		removed = run_group_remove(&h.group, clock_now_ns() + 5 * NS_PER_S,
					   r == 0 ? &e : NULL);
		r = r == 0 ? removed : r;
	}
	guardian_dismiss(&h.guardian);
	if (r < 0) {
		err_print(&e, stderr);
		return e.exit_code;
	}
	puts("removed");
	return 0;
}
