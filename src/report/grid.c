/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/grid.h"

#include <stdlib.h>
#include <string.h>

#include "json/read.h"

enum { NAME_MAX_BYTES = 64 };

/* 3, "cpus", "cpus-1", "cpus+2"; 1 where there is none. 0: not understood. */
static uint64_t workers_of(const struct json_at *actor, int64_t cpus)
{
	struct json_at at = json_member(actor, "workers");
	const char *text;
	uint64_t n = 1;
	int64_t sum;

	if (!at.present)
		return 1;
	if (json_is_number(&at))
		return json_get_u64(&at, 1, WORKLOAD_WORKERS_MAX, &n) < 0 ? 0 : n;
	if (json_get_string(&at, NAME_MAX_BYTES, &text) < 0 || strncmp(text, "cpus", 4) != 0 ||
	    cpus < 1 || cpus > WORKLOAD_WORKERS_MAX)
		return 0;
	sum = cpus + strtol(text + 4, NULL, 10);
	return sum < 1 ? 1 : (uint64_t)sum;
}

static bool is_spawning(const char *stressor)
{
	static const char *const names[] = {"fork", "vfork", "clone3", "posix_spawn", "thread"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(stressor, names[i]) == 0)
			return true;
	return false;
}

static bool add_actor(const struct json_at *actor, int64_t cpus, struct grid_place *to)
{
	struct json_at at = json_member(actor, "stressor");
	const char *stressor;
	uint64_t n = workers_of(actor, cpus);

	if (!n || !at.present || json_get_string(&at, NAME_MAX_BYTES, &stressor) < 0)
		return false;
	if (strcmp(stressor, "migrate") == 0)
		to->migrators += n;
	else if (is_spawning(stressor))
		to->forkers += n;
	return true;
}

bool grid_place_of(const char *spec, int64_t cpus, struct grid_place *ret)
{
	struct err e;
	struct json_doc doc;
	struct json_at root, actors;
	struct grid_place place = {0};
	size_t n = 0;
	bool good;

	if (!spec || json_doc_init(&doc, spec, strlen(spec), "spec", &e) < 0)
		return false;
	root = json_root(&doc, &e);
	actors = json_member(&root, "actors");
	good = actors.present && json_want_array(&actors, 1, WORKLOAD_ACTORS_MAX, &n) == 0;
	for (size_t i = 0; good && i < n; i++) {
		struct json_at actor = json_element(&actors, i);

		good = json_want_object(&actor, NULL, 0) == 0 && add_actor(&actor, cpus, &place);
	}
	json_doc_finish(&doc);
	if (good)
		*ret = place;
	return good && place.migrators;
}
