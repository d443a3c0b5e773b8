/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of one machine over time: for each primary metric of each workload one value a result,
 * and where these changed (stats/changes.h).
 *
 * A value is the median over the valid trials of a result. Times and rates are looked at as
 * logarithms, so that a change is a factor; shares as they are.
 */
#ifndef CGCHURN_HISTORY_HISTORY_H
#define CGCHURN_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "result/result.h"
#include "stats/changes.h"

#define HISTORY_SCHEMA "cgchurn-history/1"

/* What is kept of a result. */
struct history_result {
	int64_t started_at_s; /* since 1970 */
	size_t order;         /* in which it was added: between those of one second */
	char *id, *label, *kernel;
	enum lock_regime regime;
};

struct history_point {
	size_t result; /* index */
	double value;  /* ns, per second, or a share */
};

/* What holds from one change to the next. */
struct history_segment {
	size_t first, n; /* points */
	double middle;   /* median */
	double p;        /* of the change that begins it; 0 for the first segment */
};

struct history_metric {
	char workload[WORKLOAD_NAME_SIZE];
	struct workload_primary primary;
	struct history_point *points; /* by time, once arranged */
	size_t n;
	struct history_segment *segments;
	size_t n_segments;
};

struct history {
	struct history_result *results; /* by time, once arranged */
	size_t n_results;
	struct history_metric *metrics;
	size_t n_metrics;
};

/* A zeroed one is empty. EXIT_USAGE in `e` where the result's time is none. */
int history_add(struct history *h, const char *origin, const struct result *result, struct err *e);

/* Sorts by time and finds the changes, once all is added. -ENOMEM, or -EINVAL for too many. */
int history_arrange(struct history *h, uint64_t seed, struct err *e);
void history_finish(struct history *h);

/* "p50 of migrator write (response)" */
#define HISTORY_LABEL_SIZE 192
const char *history_label(const struct history_metric *m, char buf[HISTORY_LABEL_SIZE]);

/* "6.05 ms", "17 %", "12 600/s" */
#define HISTORY_VALUE_SIZE 64
const char *history_value(const struct history_metric *m, double value,
			  char buf[HISTORY_VALUE_SIZE]);

/* "75x lower", "8.6 % higher"; `worse` is set where that is the wrong direction. */
const char *history_change(const struct history_metric *m, size_t segment,
			   char buf[HISTORY_VALUE_SIZE], bool *ret_worse);

void history_print_text(const struct history *h, FILE *to);
int history_print_json(const struct history *h, FILE *to); /* -ENOMEM */

#endif
