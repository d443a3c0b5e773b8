/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep for people, and as JSON. */
#include <errno.h>
#include <math.h>

#include "base/escape.h"
#include "base/num.h"
#include "compare/print.h"
#include "compare/sweep.h"
#include "host/host.h"
#include "json/write.h"
#include "result/json.h"
#include "result/table_rows.h"

static size_t watch_all(const struct sweep *s, struct series_id ret[SWEEP_WATCHED_MAX])
{
	size_t n = 0;

	for (size_t i = 0; n == 0 && i < s->n; i++) {
		const struct result_run *run = &s->result->runs[s->points[i].run];

		if (!run->n_trials)
			continue;
		while (n < run->trials[0].n_series && n < SWEEP_WATCHED_MAX) {
			ret[n] = run->trials[0].series[n].id;
			n++;
		}
	}
	return n;
}

static void watch(struct series_id *list, size_t *n, const struct series_id *id)
{
	for (size_t i = 0; i < *n; i++)
		if (series_id_equal(&list[i], id))
			return;
	list[(*n)++] = *id;
}

size_t sweep_watched(const struct sweep *s, struct series_id ret[SWEEP_WATCHED_MAX])
{
	const struct result_run *run = s->n ? &s->result->runs[s->points[0].run] : NULL;
	size_t n = 0;

	if (s->has_bound)
		watch(ret, &n, &s->bound.id);
	for (size_t i = 0; run && i < run->n_primaries; i++)
		watch(ret, &n, &run->primaries[i].id);
	return n ? n : watch_all(s, ret);
}

static void print_percentile(const struct series *s, double q, FILE *to)
{
	double ns = series_percentile(s, q);
	char buf[NUM_TEXT_SIZE];

	fprintf(to, "  %9s", isnan(ns) ? "-" : num_format_ns(ns, buf));
}

static void print_row(const struct sweep *s, const struct sweep_point *p,
		      const struct series_id *id, bool judged, FILE *to)
{
	const struct result_run *run = &s->result->runs[p->run];
	char value[AXIS_TEXT_SIZE], count[NUM_TEXT_SIZE], metric[PRINT_CELL_SIZE],
		rate[TABLE_WINDOW_SIZE];
	struct pooled_series pooled;
	const struct series *all = &pooled.all;

	if (pool_series(&pooled, run, id, SWEEP_TRIALS) < 0)
		return;
	fprintf(to, "  %12s  %10s  %8s", axis_format(&s->axis, p->number, value),
		num_format_count(all->histogram.count, count),
		table_format_rate(all->rate_per_s, rate));
	print_percentile(all, 50, to);
	print_percentile(all, 90, to);
	print_percentile(all, 99, to);
	if (judged)
		fprintf(to, "  %11s  %s%s", print_value(s->bound.kind, p->metric, metric),
			sweep_verdict_names[p->verdict], p->pooled ? " (pooled)" : "");
	fputc('\n', to);
	if (judged && p->reason)
		text_print_wrapped("", 16, p->reason, to);
	if (series_errors(all))
		fprintf(to, "%16s%llu failures\n", "", (unsigned long long)series_errors(all));
	pooled_series_finish(&pooled);
}

static void print_series(const struct sweep *s, const struct series_id *id, bool judged, FILE *to)
{
	char label[SERIES_LABEL_SIZE];

	fprintf(to, "\n%s\n  %12s  %10s  %8s  %9s  %9s  %9s", series_label(id, label), s->axis.key,
		"count", "rate/s", "p50", "p90", "p99");
	if (judged)
		fprintf(to, "  %11s  bound", s->bound.metric);
	fputc('\n', to);
	for (size_t i = 0; i < s->n; i++)
		print_row(s, &s->points[i], id, judged, to);
}

static void print_knee(const struct sweep *s, FILE *to)
{
	const struct knee *k = &s->knee;
	char a[AXIS_TEXT_SIZE], b[AXIS_TEXT_SIZE], c[AXIS_TEXT_SIZE];

	if (!s->has_knee) {
		text_printf_wrapped("knee", 8, to, "The curve does not cross the bound here.");
		return;
	}
	axis_format(&s->axis, k->at, a);
	if (!k->has_interval) {
		text_printf_wrapped("knee", 8, to,
				    "%s, no interval: it needs at least two trials per point.", a);
		return;
	}
	text_printf_wrapped("knee", 8, to,
			    "%s, 95 %% interval %s to %s, from the spread of the trials of this "
			    "boot.",
			    a, axis_format(&s->axis, k->low, b), axis_format(&s->axis, k->high, c));
	if (k->undecided > 0.025)
		text_printf_wrapped("", 8, to,
				    "In %.0f %% of the resamples it lies beyond an end of the "
				    "axis.",
				    100 * k->undecided);
}

static void print_edge(const struct sweep *s, FILE *to)
{
	char a[AXIS_TEXT_SIZE], b[AXIS_TEXT_SIZE];
	size_t holds = 0;

	for (size_t i = 0; i < s->n; i++)
		holds += s->points[i].verdict == SWEEP_HOLDS;
	fputc('\n', to);
	if (s->has_edge)
		text_printf_wrapped("bound", 8, to, "%s: holds up to %s.%s %s, breaks at %s.",
				    s->bound_text, s->axis.actor, s->axis.key,
				    axis_format(&s->axis, s->edge_holds, a),
				    axis_format(&s->axis, s->edge_breaks, b));
	else
		text_printf_wrapped(
			"bound", 8, to, "%s: %s", s->bound_text,
			holds == s->n ? "holds at every point."
			: holds       ? "no edge between points that hold and one that breaks."
				      : "holds at no point.");
}

void sweep_print(const struct sweep *s, FILE *to)
{
	const struct host *h = &s->result->host;
	struct series_id list[SWEEP_WATCHED_MAX];
	size_t n = sweep_watched(s, list);

	fprintf(to, "%s by %s.%s; kernel %s, lock %s\n", s->workload, s->axis.actor, s->axis.key,
		host_known(h->kernel_release), host_regime_word(h));
	if (lock_expectation(h))
		text_print_wrapped("RCU", 8, lock_expectation(h), to);
	for (size_t i = 0; i < n; i++)
		print_series(s, &list[i], s->has_bound && i == 0, to);
	if (!s->has_bound)
		return;
	print_edge(s, to);
	print_knee(s, to);
}

static const char *const unit_names[] = {
	[AXIS_NUMBER] = "number", [AXIS_TIME] = "ns", [AXIS_SIZE] = "bytes"};

static void put_axis(struct json_build *b, struct json_object *root, const struct axis *a)
{
	struct json_object *vary = json_put_object(b, root, "vary");

	json_put_string(b, vary, "actor", a->actor);
	json_put_string(b, vary, "key", a->key);
	json_put_string(b, vary, "unit", unit_names[a->unit]);
}

static void put_bound(struct json_build *b, struct json_object *root, const struct sweep *s)
{
	struct json_object *bound;

	if (!s->has_bound) {
		json_put_value(b, root, "bound", NULL);
		return;
	}
	bound = json_put_object(b, root, "bound");
	json_put_string(b, bound, "text", s->bound_text);
	json_put_string(b, bound, "actor", s->bound.id.actor);
	json_put_string(b, bound, "span", s->bound.id.span);
	json_put_string(b, bound, "time", span_time_names[s->bound.id.time]);
	json_put_string(b, bound, "metric", s->bound.metric);
	json_put_string(b, bound, "must_be", s->bound.below ? "below" : "above");
	json_put_double(b, bound, "value", s->bound.value);
}

static void put_series(struct json_build *b, struct json_object *list, const struct series *s)
{
	struct json_object *to = json_put_object(b, list, NULL);

	json_put_string(b, to, "actor", s->id.actor);
	json_put_string(b, to, "span", s->id.span);
	json_put_string(b, to, "time", span_time_names[s->id.time]);
	json_put_u64(b, to, "count", s->histogram.count);
	json_put_u64(b, to, "errors", series_errors(s));
	json_put_u64(b, to, "missed", s->missed);
	json_put_double(b, to, "rate_per_s", s->rate_per_s);
	json_put_double(b, to, "p50_ns", series_percentile(s, 50));
	json_put_double(b, to, "p90_ns", series_percentile(s, 90));
	json_put_double(b, to, "p99_ns", series_percentile(s, 99));
}

static void put_metrics(struct json_build *b, struct json_object *to, const struct sweep *s,
			const struct sweep_point *p)
{
	const struct result_run *run = &s->result->runs[p->run];
	struct json_object *trials = json_put_array(b, to, "metric_of_trials");

	for (size_t i = 0; i < run->n_trials; i++)
		json_put_double(b, trials, NULL, sweep_metric_of_trial(s, run, i));
	json_put_double(b, to, "metric", p->metric);
	json_put_bool(b, to, "metric_is_pooled", p->pooled);
	json_put_string(b, to, "verdict", sweep_verdict_names[p->verdict]);
	json_put_string(b, to, "reason", p->reason);
}

static void put_point(struct json_build *b, struct json_object *list, const struct sweep *s,
		      const struct sweep_point *p)
{
	struct json_object *to = json_put_object(b, list, NULL), *series;
	const struct result_run *run = &s->result->runs[p->run];
	struct series_id watched[SWEEP_WATCHED_MAX];
	size_t n = sweep_watched(s, watched);

	json_put_string(b, to, "value", p->text);
	json_put_double(b, to, "number", p->number);
	json_put_string(b, to, "run", run->workload);
	series = json_put_array(b, to, "series");
	for (size_t i = 0; i < n; i++) {
		struct pooled_series pooled;

		if (pool_series(&pooled, run, &watched[i], SWEEP_TRIALS) < 0)
			b->failed = true;
		else
			put_series(b, series, &pooled.all);
		pooled_series_finish(&pooled);
	}
	if (s->has_bound)
		put_metrics(b, to, s, p);
}

static void put_knee(struct json_build *b, struct json_object *root, const struct sweep *s)
{
	struct json_object *to;

	json_put_double(b, root, "edge_holds", s->has_edge ? s->edge_holds : NAN);
	json_put_double(b, root, "edge_breaks", s->has_edge ? s->edge_breaks : NAN);
	if (!s->has_knee) {
		json_put_value(b, root, "knee", NULL);
		return;
	}
	to = json_put_object(b, root, "knee");
	json_put_double(b, to, "at", s->knee.at);
	json_put_double(b, to, "low", s->knee.has_interval ? s->knee.low : NAN);
	json_put_double(b, to, "high", s->knee.has_interval ? s->knee.high : NAN);
	json_put_double(b, to, "undecided", s->knee.has_interval ? s->knee.undecided : NAN);
}

int sweep_to_json(const struct sweep *s, char **ret_text, size_t *ret_size)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b), *points;

	json_put_string(&b, root, "schema", SWEEP_SCHEMA);
	json_put_string(&b, root, "workload", s->workload);
	put_axis(&b, root, &s->axis);
	put_bound(&b, root, s);
	points = json_put_array(&b, root, "points");
	for (size_t i = 0; i < s->n; i++)
		put_point(&b, points, s, &s->points[i]);
	put_knee(&b, root, s);
	result_put_json(&b, json_put_object(&b, root, "result"), s->result);
	return json_build_text(&b, root, ret_text, ret_size);
}
