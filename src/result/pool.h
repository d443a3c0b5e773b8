/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trials of a run together: for figures and pictures that show one line a series. Compare never
 * pools; whoever shows what is pooled says so.
 */
#ifndef CGCHURN_RESULT_POOL_H
#define CGCHURN_RESULT_POOL_H

#include "result/result.h"

/* A threshold's or an error's count is that of all the trials. */
struct pooled_series {
	const struct result_series *first; /* the names; belongs to the run */
	struct sparse_histogram histogram;
	uint64_t planned, late, missed;
	double window_s;   /* of the trials that were pooled, together */
	double rate_per_s; /* samples per second of it */
	struct result_error_count *errors;
	size_t n_errors;
	struct result_threshold thresholds[WORKLOAD_THRESHOLDS_MAX];
	size_t n_thresholds;
	double p50_low_ns, p50_high_ns; /* of the single trials' medians; 0 where none has one */
};

struct pool {
	const struct result_run *run;
	struct pooled_series *series;
	size_t n;
	size_t n_valid;   /* trials that count */
	size_t n_invalid; /* and those that don't */
};

/*
 * Pools the valid trials; where none is valid there are no series. The run must live as long.
 * -ENOMEM; `ret` then holds nothing.
 */
int pool_init(struct pool *ret, const struct result_run *run);
void pool_finish(struct pool *p); /* a zeroed one is fine */

/* Failures of all kinds together. */
uint64_t pooled_series_errors(const struct pooled_series *s);

#endif
