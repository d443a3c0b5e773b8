/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a tree of groups for tests to look at.
 *
 *	tree-holder [-c CONTROLLER]... [-o] [-t] PARENT NAME DEPTH FANOUT
 *
 * -o controllers are optional; -t threaded. It prints "key=value" lines, "ready", and waits for the
 * end of standard input; then it removes the tree and prints "removed".
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/group.h"
#include "cgroup/tree.h"

static void parse(struct tree_spec *spec, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "c:ot")) != -1) {
		if (letter == 'c')
			spec->controllers[spec->n_controllers++] = optarg;
		else if (letter == 'o')
			spec->optional = true;
		else if (letter == 't')
			spec->threaded = true;
		else
			exit(EXIT_USAGE);
	}
	if (argc - optind != 4)
		exit(EXIT_USAGE);
	spec->depth = (uint32_t)atoi(argv[optind + 2]);
	spec->fanout = (uint32_t)atoi(argv[optind + 3]);
}

static int hold(int parent_fd, const char *name, const struct tree_spec *spec, struct err *e)
{
	struct tree t;
	char byte;
	int r = tree_create(parent_fd, name, spec, &t, e);

	if (r < 0)
		return r;
	printf("groups=%llu\nenabled=%s\nskipped=%s\nready\n", (unsigned long long)t.n_groups,
	       t.enabled, t.skipped);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	r = tree_remove(&t, clock_now_ns() + NS_PER_S);
	if (r == 0)
		r = group_wait_dying(parent_fd, clock_now_ns() + 10 * NS_PER_S);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "removing the tree") : 0;
}

int main(int argc, char **argv)
{
	struct tree_spec spec = {0};
	struct err e = {0};
	_cleanup_fd int parent = -1;

	parse(&spec, argc, argv);
	parent = open(argv[optind], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0 || hold(parent, argv[optind + 1], &spec, &e) < 0) {
		err_print(&e, stderr);
		return e.exit_code;
	}
	puts("removed");
	return 0;
}
