/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/metric.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "stats/order.h"
#include "stats/welch.h"

void metrics_finish(struct metrics *m)
{
	free(m->items);
	*m = (struct metrics){0};
}

double metric_of_trial(const struct metric *m, const struct data_trial *trial)
{
	double value = metric_of_series(m->kind, m->percentile, m->threshold_ns, &trial->series);

	/* 0 has no logarithm. */
	return m->kind != METRIC_SHARE_ABOVE && value <= 0 ? NAN : value;
}

const char *metric_unit(const struct metric *m)
{
	return m->kind == METRIC_RATE ? "1/s" : m->kind == METRIC_SHARE_ABOVE ? "" : "ns";
}

/* As whether metric_of_trial() is a number, without searching for a percentile. */
static bool trial_has(const struct metric *m, const struct data_trial *trial)
{
	const struct sparse_histogram *h = &trial->series.histogram;

	if (m->kind == METRIC_PERCENTILE && (h->min_ns || !h->count))
		return sparse_histogram_percentile_supported(h, m->percentile);
	return !isnan(metric_of_trial(m, trial));
}

static bool all_trials_have(const struct metric *m)
{
	for (int side = 0; side < 2; side++) {
		const struct data_series_side *of = &m->series->side[side];

		for (size_t i = 0; i < of->n_trials; i++)
			if (!trial_has(m, &of->trials[i]))
				return false;
		if (!of->n_trials)
			return false;
	}
	return true;
}

static bool is_listed(const struct metrics *list, const struct metric *m)
{
	for (size_t i = 0; i < list->n_primaries; i++)
		if (list->items[i].series == m->series &&
		    strcmp(list->items[i].metric, m->metric) == 0)
			return true;
	return false;
}

static int add(struct metrics *list, const struct metric *m)
{
	struct metric *added = array_grow(&list->items, &list->n, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = *m;
	added->typical[0] = added->typical[1] = NAN;
	return 0;
}

static const struct data_series *find_series(const struct data *d, size_t workload,
					     const struct workload_primary *p)
{
	for (size_t i = 0; i < d->n_series; i++)
		if (d->series[i].workload == workload && primary_is_of(p, &d->series[i].id))
			return &d->series[i];
	return NULL;
}

static int add_primary(struct metrics *list, const struct data *d, size_t workload,
		       const struct workload_primary *p, double tolerance)
{
	struct metric m = {.workload = workload,
			   .series = find_series(d, workload, p),
			   .id = p->id,
			   .clock_step_ns = data_clock_step_ns(d),
			   .primary = p};

	strcpy(m.metric, p->metric);
	m.kind = metric_parse(m.metric, &m.percentile, &m.threshold_ns);
	m.pooled = p->from == PRIMARY_FROM_POOLED && m.kind == METRIC_PERCENTILE;
	m.decision.tolerance = tolerance > 0 ? tolerance : p->tolerance;
	m.decision.direction = p->direction;
	return add(list, &m);
}

static int add_primaries(struct metrics *list, const struct data *d, double tolerance)
{
	int r = 0;

	for (size_t i = 0; i < d->n_workloads; i++) {
		const struct data_workload *w = &d->workloads[i];

		for (size_t k = 0; r == 0 && k < w->n_primaries; k++)
			r = add_primary(list, d, i, &w->primaries[k], tolerance);
	}
	list->n_primaries = list->n;
	return r;
}

static int add_exploratory(struct metrics *list, const struct data_series *s, const char *name,
			   double tolerance)
{
	struct metric m = {.workload = s->workload, .series = s, .id = s->id};

	snprintf(m.metric, sizeof(m.metric), "%s", name);
	m.kind = metric_parse(m.metric, &m.percentile, &m.threshold_ns);
	m.decision.tolerance = tolerance > 0 ? tolerance : METRIC_EXPLORATORY_TOLERANCE;
	m.decision.direction = metric_default_direction(m.kind);
	if (is_listed(list, &m) || !all_trials_have(&m))
		return 0;
	return add(list, &m);
}

/* All spans of one step have one rate: it is looked at once an actor, at its first service time. */
static bool shows_rate(const struct data *d, const struct data_series *s)
{
	if (s->id.time != SPAN_SERVICE)
		return false;
	for (const struct data_series *k = d->series; k < s; k++)
		if (k->workload == s->workload && k->id.time == SPAN_SERVICE &&
		    strcmp(k->id.actor, s->id.actor) == 0)
			return false;
	return true;
}

/* "share>1ms", as a workload would spell it. */
static void name_share(uint64_t ns, char name[32])
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
	size_t i = 0;

	while (ns % units[i].ns)
		i++;
	snprintf(name, 32, "share>%llu%s", (unsigned long long)(ns / units[i].ns), units[i].unit);
}

static int add_shares(struct metrics *list, const struct data_series *s, double tolerance)
{
	const struct data_series_side *of = &s->side[0];
	char name[32];
	int r = 0;

	for (size_t i = 0; r == 0 && of->n_trials && i < of->trials[0].series.n_thresholds; i++) {
		name_share(of->trials[0].series.thresholds[i].ns, name);
		r = add_exploratory(list, s, name, tolerance);
	}
	return r;
}

static int add_series(struct metrics *list, const struct data *d, const struct data_series *s,
		      double tolerance)
{
	static const char *const percentiles[] = {"p50", "p90", "p99"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < 3; i++)
		r = add_exploratory(list, s, percentiles[i], tolerance);
	if (r == 0 && shows_rate(d, s))
		r = add_exploratory(list, s, "rate", tolerance);
	return r < 0 ? r : add_shares(list, s, tolerance);
}

int metrics_list(const struct data *d, double tolerance, struct metrics *ret)
{
	struct metrics list = {0};
	int r = add_primaries(&list, d, tolerance);

	for (size_t i = 0; r == 0 && i < d->n_series; i++)
		r = add_series(&list, d, &d->series[i], tolerance);
	if (r < 0)
		metrics_finish(&list);
	else
		*ret = list;
	return r;
}

void metric_sample_finish(struct metric_sample *s)
{
	free(s->values);
	free(s->units);
	*s = (struct metric_sample){0};
}

/* Trials are in the order of units: the first one behind that of `first`. */
static size_t end_of_unit(const struct data_series_side *of, size_t first)
{
	size_t end = first;

	while (end < of->n_trials && of->trials[end].unit == of->trials[first].unit)
		end++;
	return end;
}

static void take_units(const struct data_series_side *of, double *logs, struct metric_sample *s)
{
	for (size_t first = 0, end; first < of->n_trials; first = end) {
		end = end_of_unit(of, first);
		s->within_squares += welch_squares(logs + first, end - first);
		s->within_degrees += end - first - 1;
		s->values[s->n] = order_median(logs + first, end - first);
		s->units[s->n++] = of->trials[first].unit;
	}
}

static double take_logarithm(double value, struct metric_sample *s)
{
	s->missing += !(value > 0);
	s->zeros += value == 0;
	return log(value);
}

/* The percentile of all these trials' samples together. -ENOMEM. */
static int pooled_percentile(const struct data_trial *trials, size_t n, double q, double *ret)
{
	struct series all = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = sparse_histogram_merge(&all.histogram, &trials[i].series.histogram);
	*ret = series_percentile(&all, q);
	series_finish(&all);
	return r;
}

static int take_pooled(const struct metric *m, const struct data_series_side *of,
		       struct metric_sample *s)
{
	int r = 0;

	for (size_t first = 0, end; r == 0 && first < of->n_trials; first = end) {
		end = end_of_unit(of, first);
		r = pooled_percentile(of->trials + first, end - first, m->percentile,
				      &s->values[s->n]);
		s->values[s->n] = take_logarithm(s->values[s->n], s);
		s->units[s->n++] = of->trials[first].unit;
	}
	s->parts = s->n;
	if (s->missing)
		s->n = 0;
	return r;
}

static void take_trials(const struct metric *m, const struct data_series_side *of, double *logs,
			struct metric_sample *s)
{
	for (size_t i = 0; i < of->n_trials; i++)
		logs[i] = take_logarithm(metric_of_series(m->kind, m->percentile, m->threshold_ns,
							  &of->trials[i].series),
					 s);
	s->parts = of->n_trials;
	if (!s->missing)
		take_units(of, logs, s);
}

int metric_sample(const struct metric *m, int side, struct metric_sample *ret)
{
	const struct data_series_side *of = &m->series->side[side];
	_cleanup_free double *logs = malloc((of->n_trials + 1) * sizeof(*logs));
	struct metric_sample s = {
		.values = malloc((of->n_trials + 1) * sizeof(*s.values)),
		.units = malloc((of->n_trials + 1) * sizeof(*s.units)),
		.trials = of->n_trials,
	};

	int r = logs && s.values && s.units ? 0 : -ENOMEM;

	if (r == 0 && m->pooled)
		r = take_pooled(m, of, &s);
	else if (r == 0)
		take_trials(m, of, logs, &s);
	if (r < 0)
		metric_sample_finish(&s);
	*ret = s;
	return r;
}

/* Of the trial that has the fewest samples. */
static double fewest_samples(const struct data_series_side *of)
{
	double fewest = INFINITY;

	for (size_t i = 0; i < of->n_trials; i++)
		fewest = fmin(fewest, (double)of->trials[i].series.histogram.count);
	return fewest;
}

double metric_resolution(const struct metric *m, int side, const struct metric_sample *s)
{
	double smallest = INFINITY;

	for (size_t i = 0; i < s->n; i++)
		smallest = fmin(smallest, s->values[i]);
	if (!s->n)
		return 0;
	if (m->kind == METRIC_PERCENTILE)
		return log1p(histogram_resolution(exp(smallest)));
	if (m->kind == METRIC_MEAN)
		return log1p(m->clock_step_ns / exp(smallest));
	return log1p(1 / fewest_samples(&m->series->side[side]));
}
