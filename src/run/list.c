/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "stressor/stressor.h"
#include "workload/catalogue.h"

static bool has_name(const struct run_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].workload->name, name) == 0)
			return true;
	return false;
}

int run_list_add_as(struct run_list *l, const char *name,
		    const struct workload_overrides *overrides, const char *as, struct err *e)
{
	struct run_item *item;
	struct workload *w;
	char path[PATH_MAX];
	int r = catalogue_find(CATALOGUE_WORKLOADS, name, path, e);

	if (r == 0)
		r = workload_load(path, stressor_kinds(), overrides, &w, e);
	if (r < 0)
		return r;
	if (as)
		snprintf(w->name, sizeof(w->name), "%s", as);
	/* Series are found by the workload's name; two of one name could not be told apart. */
	if (has_name(l, w->name)) {
		r = err_set(e, EXIT_USAGE, EEXIST, "%s: the workload %s is there already", path,
			    w->name);
		workload_destroy(w);
		return r;
	}
	item = array_grow(&l->items, &l->n, sizeof(*item));
	if (!item) {
		workload_destroy(w);
		return err_no_memory(e);
	}
	item->workload = w;
	return 0;
}

int run_list_add(struct run_list *l, const char *const *names, size_t n,
		 const struct workload_overrides *overrides, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = run_list_add_as(l, names[i], overrides, NULL, e);
	return r;
}

int run_list_add_suite(struct run_list *l, const char *name,
		       const struct workload_overrides *overrides, struct err *e)
{
	_cleanup_(suite_finish) struct suite suite = {0};
	char path[PATH_MAX];
	int r = catalogue_find(CATALOGUE_SUITES, name, path, e);

	if (r == 0)
		r = suite_load(path, &suite, e);
	if (r == 0)
		r = run_list_add(l, (const char *const *)suite.workloads, suite.n_workloads,
				 overrides, e);
	return r;
}

int run_list_plan(struct run_list *l, const struct plan_settings *settings, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < l->n && r == 0; i++) {
		if (l->items[i].planned)
			continue;
		r = plan_init(&l->items[i].plan, l->items[i].workload, settings, e);
		l->items[i].planned = r == 0;
	}
	return r;
}

uint64_t run_list_duration_ns(const struct run_list *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += l->items[i].workload->trials * l->items[i].plan.trial_ns;
	return sum;
}

void run_list_finish(struct run_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].planned)
			plan_finish(&l->items[i].plan);
		workload_destroy(l->items[i].workload);
	}
	free(l->items);
	*l = (struct run_list){0};
}
