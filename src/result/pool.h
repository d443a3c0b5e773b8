/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trials of a run together: for figures and pictures that show one line a series, and for
 * percentiles that a plan takes from pooled trials. Whoever shows what is pooled says so.
 */
#ifndef CGCHURN_RESULT_POOL_H
#define CGCHURN_RESULT_POOL_H

#include "result/result.h"

/* Invalid trials are pooled only where the caller asks for them by one of the last two. */
enum pool_trials {
	POOL_VALID,          /* the valid ones; where none is valid, nothing */
	POOL_VALID_ELSE_ALL, /* the valid ones, or all where none is: for views that say so */
	POOL_ALL,
};

bool pool_has_valid(const struct result_run *run);

/* Whether these trials of the run include this one. */
bool pool_takes(const struct result_run *run, const struct result_trial *trial,
		enum pool_trials which);

struct pooled_series {
	struct series all;              /* rate_per_s is of window_s; without intervals */
	size_t n_trials;                /* that have the series */
	double window_s;                /* their windows together */
	size_t n_p50;                   /* trials with enough samples for a median */
	double p50_low_ns, p50_high_ns; /* of these medians; 0 where there are none */
};

/*
 * Pools one series of a run; n_trials is 0 where no trial has it. -ENOMEM; `ret` then holds
 * nothing.
 */
int pool_series(struct pooled_series *ret, const struct result_run *run, const struct series_id *id,
		enum pool_trials which);
void pooled_series_finish(struct pooled_series *s); /* a zeroed one is fine */

struct pool {
	const struct result_run *run;
	struct pooled_series *series;
	size_t n;
	size_t n_valid, n_invalid; /* trials of the run */
};

/* Pools all series of a run, which must live as long. -ENOMEM; `ret` then holds nothing. */
int pool_init(struct pool *ret, const struct result_run *run, enum pool_trials which);
void pool_finish(struct pool *p); /* a zeroed one is fine */

#endif
