/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
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
		return s->rate_per_s > 0 ? s->rate_per_s : NAN;
	case METRIC_SHARE_ABOVE:
		return share_above(s, threshold_ns);
	case METRIC_INVALID:
		break;
	}
	return NAN;
}

/* Of all valid trials' samples together; NAN where these do not suffice. */
static double pooled_value(const struct result_run *run, const struct workload_primary *p, double q)
{
	_cleanup_free struct histogram *all = calloc(1, sizeof(*all));

	for (size_t i = 0; all && i < run->n_trials; i++) {
		const struct result_series *s =
			result_find_series(&run->trials[i], p->actor, p->span, p->time);

		if (run->trials[i].valid && s)
			sparse_histogram_add_to(&s->histogram, all);
	}
	return all && histogram_percentile_supported(all, q) ? histogram_percentile(all, q) : NAN;
}

/* The median over the valid trials; NAN where none has a value. */
static double median_of_trials(const struct result_run *run, const struct workload_primary *p)
{
	_cleanup_free double *values = calloc(run->n_trials + 1, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; values && i < run->n_trials; i++) {
		const struct result_series *s =
			result_find_series(&run->trials[i], p->actor, p->span, p->time);

		values[n] = run->trials[i].valid && s ? value_of_series(p, s) : NAN;
		n += isfinite(values[n]);
	}
	return n ? order_median(values, n) : NAN;
}

static double value_of_run(const struct result_run *run, const struct workload_primary *p)
{
	double q;

	if (p->from == PRIMARY_FROM_POOLED &&
	    metric_parse(p->metric, &q, &(uint64_t){0}) == METRIC_PERCENTILE)
		return pooled_value(run, p, q);
	return median_of_trials(run, p);
}

static bool same_primary(const struct workload_primary *a, const struct workload_primary *b)
{
	return strcmp(a->actor, b->actor) == 0 && strcmp(a->span, b->span) == 0 &&
	       a->time == b->time && strcmp(a->metric, b->metric) == 0;
}

static struct history_metric *find_metric(struct history *h, const char *workload,
					  const struct workload_primary *p)
{
	struct history_metric *m;

	for (size_t i = 0; i < h->n_metrics; i++)
		if (strcmp(h->metrics[i].workload, workload) == 0 &&
		    same_primary(&h->metrics[i].primary, p))
			return &h->metrics[i];
	m = array_grow(&h->metrics, &h->n_metrics, sizeof(*m));
	if (m) {
		strcpy(m->workload, workload);
		m->primary = *p;
	}
	return m;
}

static int add_run(struct history *h, size_t result, const struct result_run *run)
{
	for (size_t i = 0; i < run->n_primaries; i++) {
		const struct workload_primary *p = &run->primaries[i];
		double value = value_of_run(run, p);
		struct history_metric *m;
		struct history_point *point;

		if (!isfinite(value))
			continue;
		m = find_metric(h, run->workload, p);
		point = m ? array_grow(&m->points, &m->n, sizeof(*point)) : NULL;
		if (!point)
			return -ENOMEM;
		*point = (struct history_point){result, value};
	}
	return 0;
}

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

int history_add(struct history *h, const char *origin, const struct result *result, struct err *e)
{
	struct history_result *kept;
	int64_t started_at_s;
	int r = 0;

	if (clock_parse_rfc3339(result->started_at, &started_at_s) < 0)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "%s: $.started_at: found \"%s\", allowed: a time like "
			       "2026-01-31T23:59:59Z",
			       origin, result->started_at);
	kept = array_grow(&h->results, &h->n_results, sizeof(*kept));
	if (!kept)
		return err_set(e, EXIT_FAULT, ENOMEM, "out of memory");
	*kept = (struct history_result){
		.started_at_s = started_at_s,
		.order = h->n_results - 1,
		.id = copy(result->id),
		.label = copy(result->label),
		.kernel = copy(result->host.kernel_release),
		.regime = result->host.lock_regime,
	};
	if (!kept->id || !kept->label || !kept->kernel)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = add_run(h, h->n_results - 1, &result->runs[i]);
	return r < 0 ? err_set(e, EXIT_FAULT, -r, "out of memory") : 0;
}

static int by_time(const void *a, const void *b)
{
	const struct history_result *x = a, *y = b;

	if (x->started_at_s != y->started_at_s)
		return x->started_at_s < y->started_at_s ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int by_result(const void *a, const void *b)
{
	const struct history_point *x = a, *y = b;

	return (x->result > y->result) - (x->result < y->result);
}

static int sort_by_time(struct history *h)
{
	_cleanup_free size_t *place = calloc(h->n_results + 1, sizeof(*place));

	if (!place)
		return -ENOMEM;
	if (h->n_results)
		qsort(h->results, h->n_results, sizeof(*h->results), by_time);
	for (size_t i = 0; i < h->n_results; i++)
		place[h->results[i].order] = i;
	for (size_t i = 0; i < h->n_metrics; i++) {
		struct history_metric *m = &h->metrics[i];

		for (size_t k = 0; k < m->n; k++)
			m->points[k].result = place[m->points[k].result];
		qsort(m->points, m->n, sizeof(*m->points), by_result);
	}
	return 0;
}

static bool is_share(const struct history_metric *m)
{
	return metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0}) == METRIC_SHARE_ABOVE;
}

static int add_segment(struct history_metric *m, size_t first, size_t end, double p, double *room)
{
	struct history_segment *s = array_grow(&m->segments, &m->n_segments, sizeof(*s));

	if (!s)
		return -ENOMEM;
	for (size_t i = first; i < end; i++)
		room[i - first] = m->points[i].value;
	*s = (struct history_segment){first, end - first, order_median(room, end - first), p};
	return 0;
}

static int find_segments(struct history_metric *m, uint64_t seed)
{
	_cleanup_free double *values = calloc(m->n + 1, sizeof(*values));
	_cleanup_free struct change *changes = NULL;
	size_t n = 0;
	int r;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		values[i] = is_share(m) ? m->points[i].value : log(m->points[i].value);
	r = changes_find(values, m->n, 0.05, seed, &changes, &n);
	for (size_t i = 0; r == 0 && i <= n; i++)
		r = add_segment(m, i ? changes[i - 1].index : 0, i < n ? changes[i].index : m->n,
				i ? changes[i - 1].p : 0, values);
	return r;
}

int history_arrange(struct history *h, uint64_t seed, struct err *e)
{
	int r = sort_by_time(h);

	for (size_t i = 0; r == 0 && i < h->n_metrics; i++)
		r = find_segments(&h->metrics[i], seed);
	if (r == -EINVAL)
		return err_set(e, EXIT_USAGE, EINVAL, "found %zu results, allowed: at most %d",
			       h->n_results, CHANGES_N_MAX);
	return r < 0 ? err_set(e, EXIT_FAULT, -r, "out of memory") : 0;
}

void history_finish(struct history *h)
{
	for (size_t i = 0; i < h->n_results; i++) {
		free(h->results[i].id);
		free(h->results[i].label);
		free(h->results[i].kernel);
	}
	for (size_t i = 0; i < h->n_metrics; i++) {
		free(h->metrics[i].points);
		free(h->metrics[i].segments);
	}
	free(h->results);
	free(h->metrics);
	*h = (struct history){0};
}
