/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "workload/parse.h"

enum { WHY_MAX = 4096, STRESSOR_MAX = WORKLOAD_NAME_SIZE - 1 };

static void read_actor(const struct json_at *at, struct workload_outline_actor *ret)
{
	struct json_at stressor = json_member(at, "stressor"), workers = json_member(at, "workers");
	const char *name;

	ret->workers = (struct workload_workers){.add = 1};
	if (json_get_string(&stressor, STRESSOR_MAX, &name) < 0 ||
	    parse_workers(&workers, &ret->workers) < 0)
		return; /* its stressor stays "" */
	snprintf(ret->stressor, sizeof(ret->stressor), "%s", name);
}

static int read_actors(const struct json_at *at, struct workload_outline *ret)
{
	size_t n;

	if (json_want_array(at, 1, WORKLOAD_ACTORS_MAX, &n) < 0)
		return 0;
	ret->actors = calloc(n, sizeof(*ret->actors));
	if (!ret->actors)
		return -ENOMEM;
	for (; ret->n_actors < n; ret->n_actors++) {
		struct json_at actor = json_element(at, ret->n_actors);

		read_actor(&actor, &ret->actors[ret->n_actors]);
	}
	return 0;
}

int workload_outline_read(const struct json_at *spec, struct workload_outline *ret)
{
	/* What cannot be read stays unknown, so nobody wants to hear why. */
	struct json_at quiet = *spec;
	struct json_at why, actors;
	int r;

	quiet.e = NULL;
	why = json_member(&quiet, "why");
	actors = json_member(&quiet, "actors");
	*ret = (struct workload_outline){.warmup_ns = WORKLOAD_WARMUP_NS};
	optional_seconds(&quiet, "warmup_s", 0, WORKLOAD_WARMUP_MAX_S, &ret->warmup_ns);
	r = json_dup_string(&why, WHY_MAX, &ret->why);
	if (r != -ENOMEM)
		r = read_actors(&actors, ret);
	if (r == 0)
		return 0;
	workload_outline_finish(ret);
	return json_fail_memory(spec);
}

void workload_outline_finish(struct workload_outline *o)
{
	free(o->why);
	free(o->actors);
	*o = (struct workload_outline){0};
}
