/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "stressor/spawn.h"

static const struct kind_option options[] = {SPAWN_OPTIONS(SPAWN_CHILD_EXIT)};

static const char *refuse(const void *opaque)
{
	const struct spawn_options *o = opaque;

	if (o->child == SPAWN_CHILD_HOLD)
		return "vfork suspends the parent until the child execs or exits, so \"hold\" "
		       "would only "
		       "measure the hold; use \"exit\" or \"exec\"";
	return spawn_refuse(o);
}

static void step(struct worker *w)
{
	uint64_t start = worker_start(w);
	pid_t pid = vfork();

	if (pid == 0)
		spawn_child(w);
	spawn_finish(w, start, pid);
}

const struct stressor stressor_vfork = {
	.kind =
		{
			.name = "vfork",
			.role = KIND_FORKS,
			.noun = "vforks",
			.noun_span = "cycle",
			.summary =
				"vfork(2): shares the address space until the child execs or exits",
			SPAWN_KIND(refuse, spawn_live_tasks),
		},
	.setup = spawn_setup,
	.step = step,
	.teardown = spawn_teardown,
};
