/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <spawn.h>

#include "stressor/spawn.h"

static const struct kind_option options[] = {SPAWN_OPTIONS(SPAWN_CHILD_EXEC)};

static const char *refuse(const void *opaque)
{
	const struct spawn_options *o = opaque;

	if (o->child == SPAWN_CHILD_EXIT)
		return "posix_spawn always executes a program; use \"exec\" or \"hold\"";
	if (o->child_cpus == SPAWN_CPUS_ANY)
		return "posix_spawn has no attribute for CPUs; use \"child_cpus\": \"same\"";
	return spawn_refuse(o);
}

static void step(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	uint64_t start = worker_start(w);
	pid_t pid = -1;
	int r = posix_spawn(&pid, s->argv[0], NULL, NULL, s->argv, (char *[]){NULL});

	if (r != 0) {
		errno = r;
		pid = -1;
	}
	spawn_finish(w, start, pid);
}

const struct stressor stressor_posix_spawn = {
	.kind =
		{
			.name = "posix_spawn",
			.summary = "posix_spawn(3): in glibc clone(CLONE_VM|CLONE_VFORK) and exec",
			.spans = spawn_spans,
			.n_spans = SPAWN_SPANS,
			.options = options,
			.n_options = sizeof(options) / sizeof(options[0]),
			.options_size = sizeof(struct spawn_options),
			.spans_on = spawn_spans_on,
			.refuse = refuse,
			.live_tasks = spawn_live_tasks,
		},
	.setup = spawn_setup_exec,
	.step = step,
	.teardown = spawn_teardown,
};
