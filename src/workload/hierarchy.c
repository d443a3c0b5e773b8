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

static int parse_controllers(const struct json_at *at, struct workload_hierarchy *h)
{
	size_t n;
	int r = json_want_array(at, 0, WORKLOAD_CONTROLLERS_MAX, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = parse_controller(at, i, h);
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

int parse_hierarchy(const struct json_at *at, struct workload_hierarchy *ret)
{
	static const char *const keys[] = {"depth", "fanout", "controllers", "optional",
					   "threaded"};
	struct workload_hierarchy h = {.depth = 1, .fanout = 2};
	struct json_at list = json_member(at, "controllers");
	int r = at->present ? json_want_object(at, keys, 5) : 0;

	if (r == 0)
		r = optional_u64(at, "depth", 0, WORKLOAD_DEPTH_MAX, &h.depth);
	if (r == 0)
		r = optional_u64(at, "fanout", 1, WORKLOAD_GROUPS_MAX, &h.fanout);
	if (r == 0)
		r = check_size(at, &h);
	if (r == 0 && list.present)
		r = parse_controllers(&list, &h);
	if (r == 0)
		r = optional_bool(at, "optional", &h.optional);
	if (r == 0)
		r = optional_bool(at, "threaded", &h.threaded);
	if (r == 0)
		r = check_threaded(at, &h);
	if (r == 0)
		*ret = h;
	return r;
}
