/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/grid.h"

#include <string.h>

static bool is_spawning(const char *stressor)
{
	static const char *const names[] = {"fork", "vfork", "clone3", "posix_spawn", "thread"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(stressor, names[i]) == 0)
			return true;
	return false;
}

bool grid_place_of(const struct workload_outline *o, int64_t cpus, struct grid_place *ret)
{
	struct grid_place place = {0};

	for (size_t i = 0; i < o->n_actors; i++) {
		const struct workload_outline_actor *actor = &o->actors[i];
		uint64_t n = workload_count_workers(&actor->workers, cpus > 0 ? (uint64_t)cpus : 1);

		if (!actor->stressor[0] || (actor->workers.per_cpu && cpus < 1))
			return false;
		if (strcmp(actor->stressor, "migrate") == 0)
			place.migrators += n;
		else if (is_spawning(actor->stressor))
			place.forkers += n;
	}
	*ret = place;
	return place.migrators;
}
