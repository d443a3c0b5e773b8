/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "workload/parse.h"

#define THRESHOLD_MAX (24 * 3600 * NS_PER_S)

static int parse_kind_name(const struct json_at *at, const struct kind_table *kinds,
			   const struct kind **ret)
{
	_cleanup_free const char **names = calloc(kinds->n + 1, sizeof(*names));
	size_t index;
	int r;

	if (!names)
		return json_fail_memory(at);
	for (size_t i = 0; i < kinds->n; i++)
		names[i] = kinds->kinds[i]->name;
	r = json_get_choice(at, names, kinds->n, &index);
	if (r == 0)
		*ret = kinds->kinds[index];
	return r;
}

enum { PER_CPU_MAX = 64 };

/* "cpus", "cpus-1", "cpus+2", "cpus*4" */
static bool workers_from_text(const char *text, struct workload_workers *ret)
{
	struct workload_workers workers = {.per_cpu = 1};
	uint64_t n = 0;
	char sign;

	if (strncmp(text, "cpus", 4) != 0)
		return false;
	sign = text[4];
	if (sign && (num_parse_u64(text + 5, &n) < 0 || n > WORKLOAD_WORKERS_MAX))
		return false;
	if (sign == '*' && n >= 1 && n <= PER_CPU_MAX)
		workers.per_cpu = n;
	else if (sign == '+' || sign == '-')
		workers.add = sign == '-' ? -(int64_t)n : (int64_t)n;
	else if (sign)
		return false;
	*ret = workers;
	return true;
}

int parse_workers(const struct json_at *at, struct workload_workers *ret)
{
	struct workload_workers workers = {0};
	uint64_t n;

	if (!at->present)
		return 0;
	if (json_is_string(at) && workers_from_text(json_object_get_string(at->value), &workers)) {
		*ret = workers;
		return 0;
	}
	if (json_is_string(at) || json_get_u64(at, 1, WORKLOAD_WORKERS_MAX, &n) < 0)
		return json_refuse(
			at,
			"a whole number from 1 to %d, or \"cpus\", \"cpus-1\", \"cpus+2\", "
			"\"cpus*4\" (at most %d)",
			WORKLOAD_WORKERS_MAX, PER_CPU_MAX);
	*ret = (struct workload_workers){.add = (int64_t)n};
	return 0;
}

static int parse_thresholds(const struct json_at *at, struct workload_actor *actor)
{
	size_t n;
	int r;

	if (!at->present)
		return 0;
	r = json_want_array(at, 0, WORKLOAD_THRESHOLDS_MAX, &n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);
		uint64_t above = i ? actor->thresholds_ns[i - 1] : 0;

		r = json_get_u64(&element, above + 1, THRESHOLD_MAX, &actor->thresholds_ns[i]);
	}
	if (r == 0)
		actor->n_thresholds = n;
	return r;
}

/* With fewer leaves than groups some of a mover's groups would be one, and moves go nowhere. */
static int check_leaves(const struct json_at *at, const struct workload_actor *actor,
			const struct workload_hierarchy *hierarchy)
{
	const struct kind *kind = actor->kind;
	uint64_t leaves = hierarchy_leaves(hierarchy);
	uint64_t wanted = kind->leaves ? kind->leaves(actor->options) : 2;

	if (leaves < 2)
		return json_complain(
			at,
			"%s moves tasks between leaves: found a hierarchy with one "
			"leaf, allowed: at least 2 (depth 1 or more, fanout 2 or more)",
			kind->name);
	if (leaves < wanted)
		return json_complain(at,
				     "%s moves tasks among %llu groups: found a hierarchy with "
				     "%llu leaves, allowed: at least as many leaves as groups",
				     kind->name, (unsigned long long)wanted,
				     (unsigned long long)leaves);
	return 0;
}

/* What the kind asks of the hierarchy. */
static int check_needs(const struct json_at *at, const struct workload_actor *actor,
		       const struct workload_hierarchy *hierarchy)
{
	const struct kind *kind = actor->kind;
	const char *reason;
	int r = kind->moves_tasks ? check_leaves(at, actor, hierarchy) : 0;

	if (r < 0)
		return r;
	if (kind->makes_groups && hierarchy->threaded)
		return json_complain(
			at,
			"%s makes groups with processes in them, which cannot be below "
			"threaded groups; allowed: without \"threaded\" in $.hierarchy",
			kind->name);
	reason = kind->wants_threaded && !hierarchy->threaded ? kind->wants_threaded(actor->options)
							      : NULL;
	if (reason)
		return json_complain(at, "%s; allowed: with \"threaded\": true in $.hierarchy",
				     reason);
	return 0;
}

static int parse_parts(const struct json_at *at, const struct workload_hierarchy *hierarchy,
		       struct workload_actor *actor)
{
	struct json_at workers = json_member(at, "workers"), cpus = json_member(at, "cpus"),
		       place = json_member(at, "place"), arrival = json_member(at, "arrival"),
		       options = json_member(at, "options"),
		       thresholds = json_member(at, "thresholds_ns");
	int r = parse_workers(&workers, &actor->workers);

	if (r == 0)
		r = parse_cpus(&cpus, &actor->cpus);
	if (r == 0)
		r = parse_place(&place, hierarchy, &actor->place);
	if (r == 0)
		r = parse_arrival(&arrival, &actor->arrival);
	if (r == 0)
		r = parse_options(&options, actor->kind, actor->options);
	if (r == 0)
		r = parse_thresholds(&thresholds, actor);
	if (r == 0)
		r = optional_double(at, "max_failed", 0, 1, &actor->max_failed);
	return r;
}

int parse_actor(const struct json_at *at, const struct kind_table *kinds,
		const struct workload_hierarchy *hierarchy, struct workload_actor *ret)
{
	static const char *const keys[] = {"name",    "stressor",      "workers",
					   "cpus",    "place",         "arrival",
					   "options", "thresholds_ns", "max_failed"};
	struct json_at name = json_member(at, "name"), stressor = json_member(at, "stressor");
	struct workload_actor actor = {.workers = {.add = 1}, .max_failed = WORKLOAD_MAX_FAILED};
	int r = json_want_object(at, keys, sizeof(keys) / sizeof(keys[0]));

	if (r == 0)
		r = parse_name(&name, actor.name);
	if (r == 0)
		r = parse_kind_name(&stressor, kinds, &actor.kind);
	if (r == 0)
		r = parse_parts(at, hierarchy, &actor);
	if (r == 0)
		r = check_needs(at, &actor, hierarchy);
	if (r == 0)
		*ret = actor;
	return r;
}
