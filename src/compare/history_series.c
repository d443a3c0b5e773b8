/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was seen in results to series of points, and their changes. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "compare/history.h"
#include "stats/order.h"
#include "stats/sides.h"

static int by_time(const void *a, const void *b)
{
	const struct history_result *x = a, *y = b;

	if (x->started_at_s != y->started_at_s)
		return x->started_at_s < y->started_at_s ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int by_metric(const void *a, const void *b)
{
	const struct history_point *x = a, *y = b;

	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return (x->result > y->result) - (x->result < y->result);
}

static void sort_seen(struct history *h)
{
	if (h->n_seen)
		qsort(h->seen, h->n_seen, sizeof(*h->seen), by_metric);
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
	for (size_t i = 0; i < h->n_seen; i++)
		h->seen[i].result = place[h->seen[i].result];
	sort_seen(h);
	return 0;
}

/* By the sorted ones; `n` of them. */
static bool was_seen(const struct history_point *seen, size_t n, size_t metric, size_t result)
{
	struct history_point key = {.metric = metric, .result = result};

	return n && bsearch(&key, seen, n, sizeof(key), by_metric);
}

/* An interrupted result may lack whole workloads. */
static int add_interrupted(struct history *h)
{
	size_t n = h->n_seen;

	for (size_t i = 0; i < h->n_results; i++)
		for (size_t m = 0; !h->results[i].complete && m < h->n_metrics; m++) {
			struct history_point *point;

			if (was_seen(h->seen, n, m, i))
				continue;
			point = array_grow(&h->seen, &h->n_seen, sizeof(*point));
			if (!point)
				return -ENOMEM;
			*point = (struct history_point){m, i, 1, NAN, NULL};
			point->missing = strdup("the run was interrupted before this workload");
			if (!point->missing)
				return -ENOMEM;
		}
	sort_seen(h);
	return 0;
}

static struct history_series *find_series(struct history *h, const struct history_point *point)
{
	const char *workload = h->metrics[point->metric].workload;
	bool lenient = point->missing;

	for (size_t i = h->n_series; i-- && h->series[i].metric == point->metric;)
		if (history_same_series(h, workload, h->series[i].like, point->result, lenient))
			return &h->series[i];
	return NULL;
}

/* Takes over what the point holds. */
static int place_point(struct history *h, struct history_point *point)
{
	struct history_series *s = find_series(h, point);
	struct history_point *placed;

	if (!s) {
		s = array_grow(&h->series, &h->n_series, sizeof(*s));
		if (!s)
			return -ENOMEM;
		s->metric = point->metric;
		s->like = point->result;
	}
	placed = point->missing ? array_grow(&s->missing, &s->n_missing, sizeof(*placed))
				: array_grow(&s->points, &s->n, sizeof(*placed));
	if (!placed)
		return -ENOMEM;
	*placed = *point;
	point->missing = NULL;
	return 0;
}

/* Values first: one that is missing may lack what tells the series apart. */
static int place_metric(struct history *h, struct history_point *points, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		if (!points[i].missing)
			r = place_point(h, &points[i]);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (points[i].missing)
			r = place_point(h, &points[i]);
	return r;
}

static int place_all(struct history *h)
{
	int r = 0;

	for (size_t from = 0, to; r == 0 && from < h->n_seen; from = to) {
		for (to = from; to < h->n_seen && h->seen[to].metric == h->seen[from].metric; to++)
			;
		r = place_metric(h, h->seen + from, to - from);
	}
	return r;
}

static bool same_boot(const struct history *h, size_t a, size_t b)
{
	return strcmp(h->results[a].boot, h->results[b].boot) == 0;
}

static bool one_point(const struct history *h, size_t first, size_t other)
{
	return same_boot(h, first, other) &&
	       h->results[other].started_at_s - h->results[first].started_at_s < HISTORY_POINT_S;
}

/* Puts together what is one point, in place. */
static int merge_points(const struct history *h, struct history_series *s)
{
	_cleanup_free double *values = calloc(s->n + 1, sizeof(*values));
	size_t kept = 0;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0, end; i < s->n; i = end) {
		struct history_point point = s->points[i];

		for (end = i; end < s->n && one_point(h, point.result, s->points[end].result);
		     end++)
			values[end - i] = s->points[end].value;
		point.n = end - i;
		point.value = order_median(values, point.n);
		s->shared_boots |= kept && same_boot(h, s->points[kept - 1].result, point.result);
		s->points[kept++] = point;
	}
	s->n = kept;
	return 0;
}

static bool is_share(const struct history *h, const struct history_series *s)
{
	return metric_parse(h->metrics[s->metric].primary.metric, &(double){0}, &(uint64_t){0}) ==
	       METRIC_SHARE_ABOVE;
}

static double smallest_above_0(const struct history_series *s)
{
	double smallest = INFINITY;

	for (size_t i = 0; i < s->n; i++)
		if (s->points[i].value > 0)
			smallest = fmin(smallest, s->points[i].value);
	return isfinite(smallest) ? smallest : 1;
}

/* As the changes are looked for: logarithms, half of the smallest other value for 0; or shares. */
static void scale(const struct history *h, const struct history_series *s, double *ret)
{
	double least = smallest_above_0(s) / 2;

	for (size_t i = 0; i < s->n; i++) {
		double value = s->points[i].value;

		ret[i] = is_share(h, s) ? value : log(fmax(value, least));
	}
}

static int add_segment(struct history_series *s, const double *scaled, size_t first, size_t end,
		       const struct change *change)
{
	struct history_segment *g = array_grow(&s->segments, &s->n_segments, sizeof(*g));
	_cleanup_free double *values = calloc(end - first + 1, sizeof(*values));

	if (!g || !values)
		return -ENOMEM;
	for (size_t i = first; i < end; i++)
		values[i - first] = s->points[i].value;
	*g = (struct history_segment){.first = first, .n = end - first};
	g->middle = order_median(values, g->n);
	if (change) {
		g->p = change->p;
		g->level_changed = change->level;
		g->spread_changed = change->spread;
	}
	return sides_spread(scaled + first, g->n, &g->spread);
}

static int find_segments(const struct history *h, struct history_series *s, uint64_t seed)
{
	_cleanup_free double *scaled = calloc(s->n + 1, sizeof(*scaled));
	_cleanup_free struct change *changes = NULL;
	double tests = h->n_tested ? (double)h->n_tested : 1;
	size_t n = 0;
	int r;

	if (!scaled)
		return -ENOMEM;
	scale(h, s, scaled);
	r = changes_find(scaled, s->n, HISTORY_ALPHA / tests, seed, &changes, &n);
	for (size_t i = 0; r == 0 && i < n; i++)
		changes[i].p = fmin(1, changes[i].p * tests);
	for (size_t i = 0; r == 0 && s->n && i <= n; i++)
		r = add_segment(s, scaled, i ? changes[i - 1].index : 0,
				i < n ? changes[i].index : s->n, i ? &changes[i - 1] : NULL);
	return r;
}

int history_arrange(struct history *h, uint64_t seed, struct err *e)
{
	int r = sort_by_time(h);

	if (r == 0)
		r = add_interrupted(h);
	if (r == 0)
		r = place_all(h);
	for (size_t i = 0; r == 0 && i < h->n_series; i++) {
		r = merge_points(h, &h->series[i]);
		h->n_tested += h->series[i].n >= CHANGES_N_MIN;
	}
	for (size_t i = 0; r == 0 && i < h->n_series; i++)
		r = find_segments(h, &h->series[i], seed);
	if (r == -EINVAL)
		return err_set(e, EXIT_USAGE, EINVAL, "found %zu results, allowed: at most %d",
			       h->n_results, CHANGES_N_MAX);
	return r < 0 ? err_no_memory(e) : 0;
}

bool history_can_show(const struct history *h, const struct history_series *s)
{
	return s->n >= CHANGES_N_MIN &&
	       changes_smallest_p(s->n) * (double)h->n_tested <= HISTORY_ALPHA;
}

bool history_is_first(const struct history *h, size_t series)
{
	return series == 0 || h->series[series - 1].metric != h->series[series].metric;
}

static bool value_between(const struct history_series *s, size_t a, size_t b)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->points[i].result > a && s->points[i].result < b)
			return true;
	return false;
}

size_t history_missing_end(const struct history_series *s, size_t from)
{
	const struct history_point *m = s->missing;
	size_t end = from + 1;

	while (end < s->n_missing && strcmp(m[end].missing, m[from].missing) == 0 &&
	       !value_between(s, m[end - 1].result, m[end].result))
		end++;
	return end;
}
