/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an actor's workers run: which CPUs, which group. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "workload/parse.h"

enum { CPU_INDEX_MAX = 65535 };

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

int parse_cpus(const struct json_at *at, struct workload_cpus *ret)
{
	const char *text;

	if (!at->present)
		return 0;
	text = json_is_string(at) ? json_object_get_string(at->value) : "";
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

int parse_place(const struct json_at *at, const struct workload_hierarchy *hierarchy,
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
