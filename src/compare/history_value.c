/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one result says of one metric. */
#include "base/array.h"
#include "compare/history.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "result/pool.h"
#include "stats/order.h"

/* Of all valid trials' samples together; NAN where these do not suffice. */
static int pooled_value(const struct result_run *run, const struct workload_primary *p, double q,
			double *ret)
{
	struct pooled_series pooled;
	int r = pool_series(&pooled, run, &p->id, POOL_VALID);

	if (r < 0)
		return r;
	*ret = series_percentile(&pooled.all, q);
	pooled_series_finish(&pooled);
	return 0;
}

/*
 * The median over the valid trials; NAN where one has no value. As in compare: a trial with too few
 * samples may be a slow one, so the others would be a selection.
 */
static int median_of_trials(const struct result_run *run, const struct workload_primary *p,
			    double *ret)
{
	_cleanup_free double *values = calloc(run->n_trials + 1, sizeof(*values));
	uint64_t threshold_ns = 0;
	double q = 0;
	enum metric_kind kind = metric_parse(p->metric, &q, &threshold_ns);
	size_t n = 0, without = 0;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *trial = &run->trials[i];
		const struct series *s = series_find(trial->series, trial->n_series, &p->id);

		if (!s || !pool_takes(run, trial, POOL_VALID))
			continue;
		values[n] = metric_of_series(kind, q, threshold_ns, s);
		*(isfinite(values[n]) ? &n : &without) += 1;
	}
	*ret = n && !without ? order_median(values, n) : NAN;
	return 0;
}

/* The first trial that is not valid, where none is. */
static const struct result_trial *first_invalid(const struct result_run *run)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return NULL;
	return run->n_trials ? &run->trials[0] : NULL;
}

static char *why_missing(const struct result *result, const struct result_run *run,
			 const struct workload_primary *p)
{
	const struct result_trial *invalid = first_invalid(run);

	if (p->later_key)
		return text_create("its %s, \"%s\", is a word of a later version", p->later_key,
				   p->later_word);
	if (invalid)
		return text_create("no valid trial of %zu: %.200s", run->n_trials,
				   invalid->n_reasons ? invalid->reasons[0] : "no reason is given");
	if (run->n_trials)
		return text_create("the samples do not suffice for its %.31s", p->metric);
	if (run->failure)
		return text_create("given up: %.200s", run->failure);
	return text_create("no trial was made%s",
			   result->complete ? "" : " before the run was interrupted");
}

int history_value_of(const struct result *result, const struct result_run *run,
		     const struct workload_primary *p, double *ret, char **ret_missing)
{
	bool pooled = p->from == PRIMARY_FROM_POOLED;
	double q;
	int r;

	pooled &= metric_parse(p->metric, &q, &(uint64_t){0}) == METRIC_PERCENTILE;
	r = pooled ? pooled_value(run, p, q, ret) : median_of_trials(run, p, ret);
	*ret_missing = NULL;
	if (p->later_key)
		*ret = NAN;
	if (r < 0 || isfinite(*ret))
		return r;
	*ret_missing = why_missing(result, run, p);
	return *ret_missing ? 0 : -ENOMEM;
}
