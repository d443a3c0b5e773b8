/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workloads and suites that are installed; argv names the former. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "stressor/stressor.h"
#include "workload/catalogue.h"
#include "workload/workload.h"

static char **names;

/* scripts/vm-compare takes this many trials a boot where it is not asked for more. */
enum { TRIALS_OF_A_BOOT = 2 };

static struct workload *load(const char *name)
{
	struct workload *w = NULL;
	struct err e = {0};
	char path[4096];

	snprintf(path, sizeof(path), "%s/workloads/%s.json", getenv("CGCHURN_SOURCE"), name);
	if (workload_load(path, stressor_kinds(), NULL, &w, &e) < 0)
		fail_msg("%s", e.text);
	return w;
}

static void check_samples(const struct workload *w, const struct workload_primary *p)
{
	double needed = PRIMARY_SAMPLES_MARGIN * (double)primary_samples_needed(p);
	double planned = workload_planned_samples(w, p, 1);

	if (planned < needed)
		fail_msg("%s: %s of %s/%s: %.0f samples are planned, wanted: %.0f", w->name,
			 p->metric, p->id.actor, p->id.span, planned, needed);
}

/* However few CPUs there are, some failed steps leave every primary enough samples. */
static void test_samples(void **state)
{
	for (char **name = names; *name; name++) {
		struct workload *w = load(*name);

		if (w->trials > TRIALS_OF_A_BOOT)
			w->trials = TRIALS_OF_A_BOOT;
		for (size_t i = 0; i < w->n_primaries; i++)
			check_samples(w, &w->primaries[i]);
		workload_destroy(w);
	}
}

static bool is_shipped(const char *workload)
{
	for (char **name = names; *name; name++)
		if (strcmp(*name, workload) == 0)
			return true;
	return false;
}

static void test_suites(void **state)
{
	struct err e = {0};
	char **paths;
	size_t n;

	if (catalogue_list(CATALOGUE_SUITES, &paths, &n, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		_cleanup_(suite_finish) struct suite suite = {0};

		if (suite_load(paths[i], &suite, &e) < 0)
			fail_msg("%s", e.text);
		for (size_t k = 0; k < suite.n_workloads; k++)
			if (!is_shipped(suite.workloads[k]))
				fail_msg("%s: %s is not installed", paths[i], suite.workloads[k]);
	}
	array_free_texts(paths, n);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_suites),
	};
	char folder[4096];

	if (argc < 2)
		return 2;
	names = argv + 1;
	snprintf(folder, sizeof(folder), "%s/workloads", getenv("CGCHURN_SOURCE"));
	setenv("CGCHURN_WORKLOADS", folder, 1);
	return cmocka_run_group_tests_name("shipped", tests, NULL, NULL);
}
