/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgchurn clean: finishes what a killed run could not. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/group.h"
#include "cgroup/run_group.h"
#include "command/command.h"

enum { REMOVAL_SECONDS = 10 }; /* for each group */

struct clean_options {
	const char *cgroup_root;
	bool dry_run;
};

/* A walk over the orphans. */
struct clean {
	const struct cgroup_root *root;
	bool dry_run;
	size_t n_found, n_failed;
};

static bool is_populated(const struct clean *c, const char *name)
{
	_cleanup_fd int fd = openat(c->root->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && group_is_populated(fd) > 0;
}

static int clean_one(const char *name, void *opaque)
{
	struct clean *c = opaque;
	const char *populated = is_populated(c, name) ? ", with processes in it" : "";
	int r;

	c->n_found++;
	if (c->dry_run) {
		printf("would remove %s/%s%s\n", c->root->path, name, populated);
		return 0;
	}
	r = run_drain_remove(c->root->fd, name, clock_now_ns() + REMOVAL_SECONDS * NS_PER_S);
	if (r < 0) {
		c->n_failed++;
		fprintf(stderr, "cgchurn: %s/%s could not be removed: %s\n", c->root->path, name,
			strerror(-r));
	} else {
		printf("removed %s/%s%s\n", c->root->path, name, populated);
	}
	return 0;
}

static int clean_all(struct clean *c, struct err *e)
{
	int r = run_groups_orphaned(c->root, clean_one, c);

	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "reading %s", c->root->path);
	if (c->n_failed)
		return err_set(e, EXIT_FAULT, EBUSY, "%zu of %zu run groups could not be removed",
			       c->n_failed, c->n_found);
	if (!c->n_found)
		printf("nothing to clean in %s\n", c->root->path);
	return EXIT_DONE;
}

static int clean_main(const struct command_call *call, struct err *e)
{
	const struct clean_options *o = call->options;
	struct cgroup_root root;
	struct clean c = {.root = &root, .dry_run = o->dry_run};
	int r = cgroup_root_find(o->cgroup_root, &root, e);

	if (r < 0)
		return r;
	r = clean_all(&c, e);
	cgroup_root_finish(&root);
	return r;
}

/* clang-format off */
#define AT(member) offsetof(struct clean_options, member)
static const struct command_option options[] = {
	{.name = "cgroup-root", .argument = "DIR", .type = OPTION_STRING, .offset = AT(cgroup_root),
	 .help = "Look in this directory of a cgroup v2 mount, as given to `cgchurn run`. The\n"
		 "default is also that of `cgchurn run`: the top of the mount, or the delegated\n"
		 "group if the top is not writable."},
	{.name = "dry-run", .letter = 'n', .type = OPTION_FLAG, .offset = AT(dry_run),
	 .help = "Print what would be removed and change nothing."},
	{0},
};
/* clang-format on */

static const char help[] =
	"A run creates all its groups below one group, cgchurn-PID-START-RANDOM, and removes\n"
	"it at the end. When the run is killed, its guardian removes it within seconds. When\n"
	"both are killed, the groups stay and their processes may continue. This command kills\n"
	"these processes, removes the groups, reverts --enable-controllers, and brings CPUs\n"
	"online that `stress --unplug-cpus` took offline.\n\n"
	"It never touches a run that is alive. The name of a group contains the PID and the\n"
	"start time of its owner; the group is skipped while this process exists. It is also\n"
	"skipped while its owner holds a lock on it, because the owner may be in another PID\n"
	"namespace. Groups with other names are ignored.\n\n"
	"Example: print what would be removed, then remove it.\n\n"
	"    cgchurn clean --dry-run\n"
	"    cgchurn clean\n\n"
	"Exit status: 0 nothing is left, 4 this host has no writable cgroup v2 group,\n"
	"5 something could not be removed.";

const struct command command_clean = {
	.name = "clean",
	.summary = "remove the groups of runs that were killed",
	.arguments = "",
	.help = help,
	.options = options,
	.options_size = sizeof(struct clean_options),
	.main = clean_main,
};
