/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "workload/parse.h"

/*
 * What cgroup2 can enable in cgroup.subtree_control (Documentation/admin-guide/cgroup-v2.rst);
 * perf_event is always on there. A name that no kernel knows is a typing error, which "optional"
 * must not hide.
 */
static const struct {
	const char *name;
	bool threaded; /* also works in threaded groups, and in one that holds tasks */
} controllers[] = {
	{"cpu", true},      {"cpuset", true}, {"pids", true},  {"io", false},   {"memory", false},
	{"hugetlb", false}, {"rdma", false},  {"misc", false}, {"dmem", false},
};
enum { N_CONTROLLERS = sizeof(controllers) / sizeof(controllers[0]) };

bool hierarchy_has_domain_controllers(const struct workload_hierarchy *h)
{
	for (size_t i = 0; i < h->n_controllers; i++)
		for (size_t j = 0; j < N_CONTROLLERS; j++)
			if (!controllers[j].threaded &&
			    strcmp(h->controllers[i], controllers[j].name) == 0)
				return true;
	return false;
}

/* Groups on level `level`, or WORKLOAD_GROUPS_MAX + 1 where there are more. */
static uint64_t groups_on_level(const struct workload_hierarchy *h, uint64_t level)
{
	uint64_t n = 1;

	for (uint64_t i = 0; i < level && n <= WORKLOAD_GROUPS_MAX; i++)
		n *= h->fanout; /* both at most a million: no overflow */
	return n <= WORKLOAD_GROUPS_MAX ? n : WORKLOAD_GROUPS_MAX + 1;
}

uint64_t hierarchy_leaves(const struct workload_hierarchy *h)
{
	return groups_on_level(h, h->depth);
}

static int check_size(const struct json_at *at, const struct workload_hierarchy *h)
{
	uint64_t groups = 0;

	for (uint64_t level = 0; level <= h->depth; level++)
		groups += groups_on_level(h, level);
	if (groups <= WORKLOAD_GROUPS_MAX)
		return 0;
	return json_complain(at,
			     "found depth %llu with fanout %llu, allowed: at most %d groups on all "
			     "levels together",
			     (unsigned long long)h->depth, (unsigned long long)h->fanout,
			     WORKLOAD_GROUPS_MAX);
}

static int parse_controller(const struct json_at *list, size_t i, struct workload_hierarchy *h)
{
	struct json_at at = json_element(list, i);
	const char *words[N_CONTROLLERS];
	size_t index;
	int r;

	for (size_t j = 0; j < N_CONTROLLERS; j++)
		words[j] = controllers[j].name;
	r = json_get_choice(&at, words, N_CONTROLLERS, &index);
	if (r < 0)
		return r;
	for (size_t j = 0; j < i; j++)
		if (strcmp(h->controllers[j], words[index]) == 0)
			return json_refuse(&at, "each controller once");
	strcpy(h->controllers[i], words[index]);
	h->n_controllers = i + 1;
	return 0;
}

static int take_controllers(const struct json_at *at, const struct json_field *field, void *to)
{
	size_t n;
	int r = json_want_array(at, 0, WORKLOAD_CONTROLLERS_MAX, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = parse_controller(at, i, to);
	return r;
}

static int check_threaded(const struct json_at *at, const struct workload_hierarchy *h)
{
	struct json_at threaded = json_member(at, "threaded");

	if (!h->threaded || h->depth == 0 || !hierarchy_has_domain_controllers(h))
		return 0;
	return json_refuse(&threaded,
			   "false, or only the controllers cpu, cpuset and pids: the others do not "
			   "work in threaded groups");
}

int take_hierarchy(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("depth", json_field_u64, struct workload_hierarchy, depth,
		      .max = WORKLOAD_DEPTH_MAX),
		FIELD("fanout", json_field_u64, struct workload_hierarchy, fanout, .min = 1,
		      .max = WORKLOAD_GROUPS_MAX),
		{.key = "controllers", .take = take_controllers},
		FIELD("optional", json_field_bool, struct workload_hierarchy, optional),
		FIELD("threaded", json_field_bool, struct workload_hierarchy, threaded),
	};
	struct workload_hierarchy *h = (void *)((char *)to + field->offset);
	int r = json_get_known_fields(at, fields, sizeof(fields) / sizeof(fields[0]), h);

	if (r == 0)
		r = check_size(at, h);
	return r == 0 ? check_threaded(at, h) : r;
}
