/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "json/write.h"
#include "result/json.h"
#include "compare/sweep.h"

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

/* The result as it would lie in a file of its own. */
static void put_result(struct json_build *b, struct json_object *root, const struct result *r)
{
	_cleanup_free char *text = NULL;
	struct json_object *value;
	size_t size;

	if (result_to_json(r, &text, &size) < 0) {
		b->failed = true;
		return;
	}
	value = json_tokener_parse(text);
	b->failed |= !value;
	json_put_value(b, root, "result", value);
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
	put_result(&b, root, s->result);
	return json_build_text(&b, root, ret_text, ret_size);
}
