/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller switched on and off for groups that hold processes, as managers do when a unit asks
 * for a limit: every process below moves to another set of controllers, under the write side of the
 * global lock, with and without the patch.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/group.h"
#include "stressor/scratch_group.h"
#include "stressor/stressor.h"
#include "stressor/targets.h"

enum { SPAN_ENABLE, SPAN_DISABLE, SPANS };
enum { GROUPS_MAX = 256, WORD_SIZE = 16 };
enum { CONTROLLER_ANY };

static const struct kind_span spans[SPANS] = {
	[SPAN_ENABLE] = {"enable", true, "write(2) of +controller", .steps = 2},
	[SPAN_DISABLE] = {"disable", true, "write(2) of -controller", .steps = 2},
};

struct subtree_options {
	struct targets_options of; /* which always wait */
	uint64_t controller, groups;
};

struct subtree_state {
	struct scratch_group scratch_group;
	struct targets targets;
	int control_fd;
	uint64_t turn;
	char words[SPANS][WORD_SIZE]; /* "+pids", "-pids" */
};

/* In the order in which "any" looks for one: the cheapest first. */
static const char *const controllers[] = {"any", "misc",   "pids", "hugetlb", "cpu",
					  "io",  "cpuset", "rdma", "memory",  NULL};

/* clang-format off */
#define AT(member) offsetof(struct subtree_options, member)
static const struct kind_option options[] = {
	{.name = "controller", .type = KIND_CHOICE, .offset = AT(controller),
	 .fallback = CONTROLLER_ANY, .choices = controllers,
	 .help = "which; or any that there is, in this order"},
	{.name = "groups", .type = KIND_COUNT, .offset = AT(groups), .fallback = 1, .min = 1,
	 .max = GROUPS_MAX, .help = "groups that are switched together"},
	{.name = "targets", .type = KIND_COUNT, .offset = AT(of.targets), .fallback = 8, .min = 1,
	 .max = TARGETS_MAX, .help = "waiting processes, dealt to the groups"},
	{.name = "threads", .type = KIND_COUNT, .offset = AT(of.threads), .fallback = 1, .min = 1,
	 .max = TARGETS_THREADS_MAX, .help = "threads of each, its leader included"},
};
/* clang-format on */

static const char *choose_controller(const struct scratch_group *g, uint64_t wanted)
{
	if (wanted != CONTROLLER_ANY)
		return controller_list_have(g->controllers, controllers[wanted])
			       ? controllers[wanted]
			       : NULL;
	for (size_t i = CONTROLLER_ANY + 1; controllers[i]; i++)
		if (controller_list_have(g->controllers, controllers[i]))
			return controllers[i];
	return NULL;
}

/* Every group gets its share of the targets. */
static int populate(struct worker *w, struct subtree_state *s, const struct subtree_options *o)
{
	char name[WORD_SIZE];
	int r = targets_init(&s->targets, w, &o->of);

	for (uint64_t i = 0; r == 0 && i < o->groups; i++) {
		int fd;

		snprintf(name, sizeof(name), "%u", (unsigned)i);
		fd = group_make(s->scratch_group.fd, name);
		if (fd < 0)
			return worker_fail(w, -fd, "making group %s", name);
		r = targets_move(&s->targets, w, fd, i, o->groups);
		close(fd);
	}
	return r;
}

static int setup(struct worker *w)
{
	struct subtree_state *s = STRESSOR_STATE(struct subtree_state, w);
	const struct subtree_options *o = (const void *)w->options;
	const char *controller;
	int r = scratch_group_init(&s->scratch_group, w, false);

	if (r < 0)
		return r;
	controller = choose_controller(&s->scratch_group, o->controller);
	if (!controller)
		return worker_fail(w, ENODEV, "no controller to switch: wanted %s, there are: %s",
				   controllers[o->controller],
				   s->scratch_group.controllers[0] ? s->scratch_group.controllers
								   : "none");
	snprintf(s->words[SPAN_ENABLE], WORD_SIZE, "+%s", controller);
	snprintf(s->words[SPAN_DISABLE], WORD_SIZE, "-%s", controller);
	s->control_fd = openat(s->scratch_group.fd, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
	if (s->control_fd < 0)
		return worker_fail(w, errno, "cgroup.subtree_control");
	return populate(w, s, o);
}

static void step(struct worker *w)
{
	struct subtree_state *s = STRESSOR_STATE(struct subtree_state, w);
	unsigned span = s->turn++ % 2 ? SPAN_DISABLE : SPAN_ENABLE;
	size_t length = strlen(s->words[span]);
	uint64_t start = worker_start(w);

	if (write(s->control_fd, s->words[span], length) < 0)
		worker_error(w, span, errno);
	else
		worker_span(w, span, start, clock_now_ns());
}

static void teardown(struct worker *w)
{
	struct subtree_state *s = STRESSOR_STATE(struct subtree_state, w);

	targets_finish(&s->targets);
	scratch_group_finish(&s->scratch_group);
}

const struct stressor stressor_subtree = {
	.kind =
		{
			.name = "subtree",
			.summary = "switches a controller on and off for groups with processes",
			STRESSOR_TABLES(struct subtree_options),
			.refuse = targets_refuse,
			.live_tasks = targets_live_tasks,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
