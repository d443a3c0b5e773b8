/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "stressor/spawn.h"

static const struct kind_option options[] = {SPAWN_OPTIONS(SPAWN_CHILD_EXIT)};

const struct stressor stressor_fork = {
	.kind =
		{
			.name = "fork",
			.role = KIND_FORKS,
			.noun = "forks",
			.noun_span = "cycle",
			.summary = "fork(2): copies the address space, then waits for the child",
			SPAWN_KIND(spawn_refuse, spawn_live_tasks),
		},
	.setup = spawn_setup_copied,
	.step = spawn_step_fork,
	.teardown = spawn_teardown,
};
