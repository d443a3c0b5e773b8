/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "stressor/spawn.h"

static const struct kind_option options[] = {SPAWN_OPTIONS(SPAWN_CHILD_EXIT)};

static void step(struct worker *w)
{
	bool exits_at_once = spawn_exits_at_once(w);
	uint64_t start = worker_start(w);
	pid_t pid = fork();

	if (pid == 0)
		spawn_copied_child(w, exits_at_once);
	spawn_finish(w, start, pid);
}

const struct stressor stressor_fork = {
	.kind =
		{
			.name = "fork",
			.summary = "fork(2): copies the address space, then waits for the child",
			.spans = spawn_spans,
			.n_spans = SPAWN_SPANS,
			.options = options,
			.n_options = sizeof(options) / sizeof(options[0]),
			.options_size = sizeof(struct spawn_options),
			.spans_on = spawn_spans_on,
			.refuse = spawn_refuse,
			.live_tasks = spawn_live_tasks,
			.profile = spawn_profile,
		},
	.setup = spawn_setup_copied,
	.step = step,
	.teardown = spawn_teardown,
};
