/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a report, and the groups of its results; private to src/report/. */
#ifndef CGCHURN_REPORT_MODEL_H
#define CGCHURN_REPORT_MODEL_H

#include "compare/comparison.h"
#include "compare/history.h"
#include "report/picture.h"
#include "report/report.h"
#include "report/sweep_view.h"
#include "result/pool.h"

struct report_result {
	size_t argument;
	char *origin;
	struct result *result;
	size_t group;
};

struct report_group {
	char *name; /* "6.12.57, global": unique among the groups */
	size_t argument;
	const struct host *host; /* of its first result */
	const struct result *first;
	size_t n; /* results */
};

/* One series in one group: the valid trials of all its results together. */
struct report_cell {
	struct series all;
	double window_s;              /* of these trials together */
	size_t n_trials;              /* valid ones */
	const struct series *example; /* of the first valid trial; NULL: none */
};

struct report_series {
	struct series_id id;
	char stressor[SERIES_NAME_SIZE];
	bool primary; /* the workload has a primary metric of it */
	struct report_cell cells[REPORT_GROUPS_MAX];
};

/* Runs of one specification. The same name with another one (--set) is another workload here. */
struct report_workload {
	char name[WORKLOAD_NAME_SIZE];
	const char *sha256;
	const struct result_run *run; /* the first one */
	struct report_series *series;
	size_t n_series;
	size_t n_valid[REPORT_GROUPS_MAX], n_invalid[REPORT_GROUPS_MAX];
	const char *trouble[REPORT_GROUPS_MAX]; /* why a trial is invalid or a run was given up */
	size_t variant; /* number among workloads of the same name, from 0 */
};

struct report {
	struct report_settings settings;
	struct report_result *results;
	size_t n_results;
	struct report_group groups[REPORT_GROUPS_MAX];
	size_t n_groups;
	struct report_workload *workloads;
	size_t n_workloads;

	struct data data;
	bool has_comparison;
	struct comparison comparison;

	struct sweep_view *sweeps;
	size_t n_sweeps;

	struct history history;

	/* while it is printed */
	FILE *page;
	size_t n_pictures;
	bool failed; /* memory ran out */
};

/* Finds or makes the group of a result. EXIT_USAGE in `e` where there would be too many. */
int model_place(struct report *r, size_t argument, const struct result *result, size_t *ret,
		struct err *e);

/* Names groups and fills workloads, series and cells, after all results are added. -ENOMEM. */
int model_arrange(struct report *r);
void model_finish(struct report *r);

/* "migrate-under-fork", or with "(variant 2)" behind it. */
#define MODEL_NAME_SIZE (WORKLOAD_NAME_SIZE + 32)
const char *model_workload_name(const struct report_workload *w, char buf[MODEL_NAME_SIZE]);

#endif
