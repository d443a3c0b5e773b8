/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/history_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/order.h"

static double share_above(const struct result_series *s, uint64_t threshold_ns)
{
	for (size_t i = 0; i < s->n_thresholds; i++)
		if (s->thresholds[i].ns == threshold_ns && s->histogram.count)
			return (double)s->thresholds[i].above / (double)s->histogram.count;
	return NAN;
}

/* NAN where the samples do not support it. */
static double value_of_series(const struct workload_primary *p, const struct result_series *s)
{
	uint64_t threshold_ns = 0;
	double q = 0;

	switch (metric_parse(p->metric, &q, &threshold_ns)) {
	case METRIC_PERCENTILE:
		return sparse_histogram_percentile_supported(&s->histogram, q)
			       ? sparse_histogram_percentile(&s->histogram, q)
			       : NAN;
	case METRIC_MEAN:
		return s->histogram.count ? sparse_histogram_mean(&s->histogram) : NAN;
	case METRIC_RATE:
		return s->rate_per_s;
	case METRIC_SHARE_ABOVE:
		return share_above(s, threshold_ns);
	case METRIC_INVALID:
		break;
	}
	return NAN;
}

static const struct result_series *series_of(const struct result_trial *trial,
					     const struct workload_primary *p)
{
	return trial->valid ? result_find_series(trial, p->actor, p->span, p->time) : NULL;
}

/* Of all valid trials' samples together; NAN where these do not suffice. */
static int pooled_value(const struct result_run *run, const struct workload_primary *p, double q,
			double *ret)
{
	_cleanup_free struct histogram *all = calloc(1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *s = series_of(&run->trials[i], p);

		if (s)
			sparse_histogram_add_to(&s->histogram, all);
	}
	*ret = histogram_percentile_supported(all, q) ? histogram_percentile(all, q) : NAN;
	return 0;
}

/* The median over the valid trials; NAN where none has a value. */
static int median_of_trials(const struct result_run *run, const struct workload_primary *p,
			    double *ret)
{
	_cleanup_free double *values = calloc(run->n_trials + 1, sizeof(*values));
	size_t n = 0;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *s = series_of(&run->trials[i], p);

		values[n] = s ? value_of_series(p, s) : NAN;
		n += isfinite(values[n]);
	}
	*ret = n ? order_median(values, n) : NAN;
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
	char *text = NULL;
	int r;

	if (p->later_key)
		r = asprintf(&text, "its %s, \"%s\", is a word of a later version", p->later_key,
			     p->later_word);
	else if (invalid)
		r = asprintf(&text, "no valid trial of %zu: %.200s", run->n_trials,
			     invalid->n_reasons ? invalid->reasons[0] : "no reason is given");
	else if (run->n_trials)
		r = asprintf(&text, "the samples do not suffice for its %.31s", p->metric);
	else if (run->failure)
		r = asprintf(&text, "given up: %.200s", run->failure);
	else
		r = asprintf(&text, "no trial was made%s",
			     result->complete ? "" : " before the run was interrupted");
	return r < 0 ? NULL : text;
}

int value_of_run(const struct result *result, const struct result_run *run,
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
