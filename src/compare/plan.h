/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many boots and trials a side show an effect, judged by how earlier results scatter.
 *
 * The variance of a boot's value is that between boots plus that of the median of its k trials:
 *
 *	var(unit) = between + within * power_median_variance(k)
 *
 * `within` is estimated from trials of the same unit, `between` as what is left of the variance of
 * the units' values. More trials help only as far as `within` is what scatters.
 */
#ifndef CGCHURN_COMPARE_PLAN_H
#define CGCHURN_COMPARE_PLAN_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "compare/data.h"
#include "compare/metric.h"

#define PLAN_UNITS_MAX 100 /* a side; more is no plan */
#define PLAN_TRIALS 5
extern const unsigned plan_trials[PLAN_TRIALS]; /* numbers of trials a unit that are looked at */

struct plan_row {
	double between, within;    /* standard deviations of logarithms; within NAN unknown */
	size_t units[PLAN_TRIALS]; /* a side; 0: more than PLAN_UNITS_MAX, or never */
};

struct needs {
	const struct data *data;
	double effect; /* logarithm, above 0 */
	struct metrics metrics;
	struct plan_row *rows;     /* one a primary */
	size_t planned;            /* rows that could be */
	size_t units[PLAN_TRIALS]; /* for all of these */
	double trial_s;            /* one trial of each workload, with warm-up and set-up */
};

/* "10%" or "1.1x" as a logarithm above 0. -EINVAL with EXIT_USAGE in `e`. */
int needs_parse_effect(const char *text, double *ret, struct err *e);

/* All results lie on side 0 of `d`, arranged. EXIT_USAGE in `e` with less than 2 units. */
int needs_find(const struct data *d, double effect, double tolerance, uint64_t seed,
	       struct needs *ret, struct err *e);
void needs_finish(struct needs *n);

void needs_print_text(const struct needs *n, FILE *to);

#endif
