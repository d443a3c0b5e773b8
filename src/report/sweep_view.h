/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of `cgchurn sweep`, as a report shows it; private to src/report/. */
#ifndef CGCHURN_REPORT_SWEEP_VIEW_H
#define CGCHURN_REPORT_SWEEP_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "record/series.h"

#define SWEEP_VIEW_POINTS_MAX 1000
#define SWEEP_VIEW_TEXT_SIZE 128

/* One value of what was varied. Figures of the series that the bound is about; 0: absent. */
struct sweep_view_point {
	double number;
	struct series_id id;
	char text[SWEEP_VIEW_TEXT_SIZE]; /* as the workload was told: "100us" */
	char verdict[16];                /* "holds", "breaks", "unknown"; "" without a bound */
	double p50_ns, p99_ns, rate_per_s;
};

struct sweep_view {
	unsigned schema; /* the only one */
	char workload[SWEEP_VIEW_TEXT_SIZE];
	char vary_actor[SWEEP_VIEW_TEXT_SIZE], vary_key[SWEEP_VIEW_TEXT_SIZE];
	char unit[SWEEP_VIEW_TEXT_SIZE];                           /* of the numbers */
	char bound[SWEEP_VIEW_TEXT_SIZE];                          /* as it was asked; "": none */
	double edge_holds, edge_breaks, knee, knee_low, knee_high; /* 0: none */
	struct sweep_view_point *points;
	size_t n;
};

/* Whether the text begins like such a file. */
bool sweep_view_likely(const char *text, size_t size);

/* EXIT_USAGE in `e`, with `origin`, JSON path, what was found and what is allowed; EXIT_FAULT. */
int sweep_view_read(const char *text, size_t size, const char *origin, struct sweep_view *ret,
		    struct err *e);
void sweep_view_finish(struct sweep_view *v); /* a zeroed one is fine */

#endif
