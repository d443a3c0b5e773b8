/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "workload/parse.h"

#define THRESHOLD_MAX (24 * 3600 * NS_PER_S)
#define PER_SECOND_MAX 1e6
#define PAUSE_MAX (3600 * NS_PER_S)
enum { PER_CPU_MAX = 64, CPU_INDEX_MAX = 65535 };

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

int take_workers(const struct json_at *at, const struct json_field *field, void *to)
{
	struct workload_workers *ret = (void *)((char *)to + field->offset);
	uint64_t n;

	if (json_is_string(at) && workers_from_text(json_object_get_string(at->value), ret))
		return 0;
	if (json_is_string(at) || json_get_u64(at, 1, WORKLOAD_WORKERS_MAX, &n) < 0)
		return json_refuse(
			at,
			"a whole number from 1 to %d, or \"cpus\", \"cpus-1\", \"cpus+2\", "
			"\"cpus*4\" (at most %d)",
			WORKLOAD_WORKERS_MAX, PER_CPU_MAX);
	*ret = (struct workload_workers){.add = (int64_t)n};
	return 0;
}

/* A decimal number at `*p`, `*p` moved behind it. */
static bool take_number(const char **p, uint64_t max, uint64_t *ret)
{
	size_t digits = strspn(*p, "0123456789");
	char number[24];

	if (digits == 0 || digits >= sizeof(number))
		return false;
	memcpy(number, *p, digits);
	number[digits] = '\0';
	*p += digits;
	return num_parse_u64(number, ret) == 0 && *ret <= max;
}

/* "0-3,8" */
static bool is_cpu_list(const char *p)
{
	for (;; p++) {
		uint64_t first, last;

		if (!take_number(&p, CPU_INDEX_MAX, &first))
			return false;
		if (*p == '-') {
			p++;
			if (!take_number(&p, CPU_INDEX_MAX, &last) || last < first)
				return false;
		}
		if (*p != ',')
			return *p == '\0';
	}
}

static int take_cpus(const struct json_at *at, const struct json_field *field, void *to)
{
	struct workload_cpus *ret = &((struct workload_actor *)to)->cpus;
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";

	if (strcmp(text, "all") == 0) {
		ret->kind = WORKLOAD_CPUS_ALL;
	} else if (strcmp(text, "any") == 0) {
		ret->kind = WORKLOAD_CPUS_ANY;
	} else if (strlen(text) < sizeof(ret->list) && is_cpu_list(text)) {
		ret->kind = WORKLOAD_CPUS_LIST;
		strcpy(ret->list, text);
	} else {
		return json_refuse(at,
				   "\"all\", \"any\", or a list such as \"0-3,8\" of at most "
				   "%zu bytes",
				   sizeof(ret->list) - 1);
	}
	return 0;
}

static int parse_leaf(const struct json_at *at, const char *number,
		      const struct workload_hierarchy *hierarchy, struct workload_place *ret)
{
	uint64_t leaves = hierarchy_leaves(hierarchy), leaf;

	if (num_parse_u64(number, &leaf) < 0 || leaf >= leaves)
		return json_refuse(at, "\"leaf:N\" with N from 0 to %llu (this hierarchy's leaves)",
				   (unsigned long long)leaves - 1);
	*ret = (struct workload_place){.kind = WORKLOAD_PLACE_LEAF, .leaf = leaf};
	return 0;
}

/* A cgroup2 group that hands domain controllers to its children cannot hold processes itself. */
static int check_top(const struct json_at *at, const struct workload_hierarchy *hierarchy)
{
	if (hierarchy->depth == 0 || !hierarchy_has_domain_controllers(hierarchy))
		return 0;
	return json_refuse(at, "another place, or only the controllers cpu, cpuset and pids: with "
			       "others enabled below it the top group cannot hold processes");
}

static int parse_place(const struct json_at *at, const struct workload_hierarchy *hierarchy,
		       struct workload_place *ret)
{
	const char *text;

	if (!at->present)
		return 0;
	text = json_is_string(at) ? json_object_get_string(at->value) : "";
	if (strncmp(text, "leaf:", 5) == 0)
		return parse_leaf(at, text + 5, hierarchy, ret);
	ret->leaf = 0;
	if (strcmp(text, "leaves") == 0)
		ret->kind = WORKLOAD_PLACE_LEAVES;
	else if (strcmp(text, "side") == 0)
		ret->kind = WORKLOAD_PLACE_SIDE;
	else if (strcmp(text, "top") == 0)
		ret->kind = WORKLOAD_PLACE_TOP;
	else
		return json_refuse(at, "\"leaves\", \"leaf:N\", \"side\" or \"top\"");
	return ret->kind == WORKLOAD_PLACE_TOP ? check_top(at, hierarchy) : 0;
}

static int take_rate(const struct json_at *at, const struct json_field *field, void *to)
{
	double rate = json_is_number(at) ? json_object_get_double(at->value) : 0;

	if (!(rate > 0 && rate <= PER_SECOND_MAX))
		return json_refuse(at, "a number above 0 and at most %.0f", PER_SECOND_MAX);
	((struct workload_arrival *)to)->per_second = rate;
	return 0;
}

/* The keys that mean something with each kind. */
static const struct json_field closed_fields[] = {
	{.key = "kind"},
	FIELD("pause", take_duration, struct workload_arrival, pause_ns, .max = PAUSE_MAX),
};
static const struct json_field paced_fields[] = {
	{.key = "kind"},
	{.key = "per_second", .take = take_rate, .required = true},
	FIELD("jitter", json_field_double, struct workload_arrival, jitter, .max = 1),
	FIELD("max_missed", json_field_double, struct workload_arrival, max_missed, .max = 1),
};
static const struct json_field poisson_fields[] = {
	{.key = "kind"},
	{.key = "per_second", .take = take_rate, .required = true},
	FIELD("max_missed", json_field_double, struct workload_arrival, max_missed, .max = 1),
};

static int take_arrival(const struct json_at *at, const struct json_field *field, void *to)
{
	static const char *const words[] = {"closed", "paced", "poisson"};
	struct workload_arrival *a = &((struct workload_actor *)to)->arrival;
	struct json_at word = json_member(at, "kind");
	size_t kind;
	int r = json_want_object(at, NULL, 0);

	if (r == 0)
		r = json_get_choice(&word, words, 3, &kind);
	if (r < 0)
		return r;
	a->kind = (enum workload_arrival_kind)kind;
	switch (a->kind) {
	case WORKLOAD_CLOSED:
		return json_get_known_fields(at, closed_fields, 2, a);
	case WORKLOAD_PACED:
		return json_get_known_fields(at, paced_fields, 4, a);
	case WORKLOAD_POISSON:
		break;
	}
	return json_get_known_fields(at, poisson_fields, 3, a);
}

static int take_thresholds(const struct json_at *at, const struct json_field *field, void *to)
{
	struct workload_actor *actor = to;
	size_t n;
	int r = json_want_array(at, 0, SERIES_THRESHOLDS_MAX, &n);

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

int parse_actor(const struct json_at *at, const struct kind_table *kinds,
		const struct workload_hierarchy *hierarchy, struct workload_actor *ret)
{
	static const struct json_field fields[] = {
		FIELD("name", take_name, struct workload_actor, name, .required = true),
		{.key = "stressor"},
		FIELD("workers", take_workers, struct workload_actor, workers),
		{.key = "cpus", .take = take_cpus},
		{.key = "place"},
		{.key = "arrival", .take = take_arrival},
		{.key = "options"},
		{.key = "thresholds_ns", .take = take_thresholds},
		FIELD("max_failed", json_field_double, struct workload_actor, max_failed, .max = 1),
	};
	struct json_at stressor = json_member(at, "stressor"), place = json_member(at, "place"),
		       options = json_member(at, "options");
	struct workload_actor actor = {.workers = {.add = 1},
				       .arrival = {.jitter = 0.5, .max_missed = 0.01},
				       .max_failed = WORKLOAD_MAX_FAILED};
	int r = json_get_known_fields(at, fields, sizeof(fields) / sizeof(fields[0]), &actor);

	if (r == 0)
		r = parse_kind_name(&stressor, kinds, &actor.kind);
	if (r == 0)
		r = parse_place(&place, hierarchy, &actor.place);
	if (r == 0)
		r = parse_options(&options, actor.kind, actor.options);
	if (r == 0)
		r = check_needs(at, &actor, hierarchy);
	if (r == 0)
		*ret = actor;
	return r;
}
