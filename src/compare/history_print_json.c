/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"
#include "compare/history.h"
#include "json/write.h"

static void put_result(struct json_build *b, struct json_object *to, const struct history *h,
		       size_t result)
{
	char time[CLOCK_RFC3339_SIZE];

	json_put_string(b, to, "result", h->results[result].id);
	json_put_string(b, to, "started_at",
			clock_format_rfc3339(h->results[result].started_at_s, time));
	json_put_string(b, to, "host", history_fact(h, result, "host"));
	json_put_string(b, to, "kernel", history_fact(h, result, "kernel.release"));
	json_put_string(b, to, "regime", history_fact(h, result, "lock.regime"));
}

static void put_points(struct json_build *b, struct json_object *to, const struct history *h,
		       const struct history_series *s)
{
	struct json_object *points = json_put_array(b, to, "points");

	for (size_t i = 0; i < s->n && !b->failed; i++) {
		struct json_object *point = json_put_object(b, points, NULL);

		put_result(b, point, h, s->points[i].result);
		json_put_u64(b, point, "results", s->points[i].n);
		json_put_double(b, point, "value", s->points[i].value);
	}
}

static void put_missing(struct json_build *b, struct json_object *to, const struct history *h,
			const struct history_series *s)
{
	struct json_object *points = json_put_array(b, to, "missing");

	for (size_t i = 0; i < s->n_missing && !b->failed; i++) {
		struct json_object *point = json_put_object(b, points, NULL);

		put_result(b, point, h, s->missing[i].result);
		json_put_string(b, point, "reason", s->missing[i].missing);
	}
}

static void put_change(struct json_build *b, struct json_object *change, const struct history *h,
		       const struct history_series *s, size_t segment)
{
	const struct history_segment *after = &s->segments[segment], *before = after - 1;
	char text[HISTORY_VALUE_SIZE], beside[HISTORY_BESIDE_SIZE];
	enum history_direction direction;

	json_put_u64(b, change, "first_point", after->first);
	json_put_string(b, change, "change", history_change(h, s, segment, text, &direction));
	json_put_bool(b, change, "level_changed", after->level_changed);
	json_put_bool(b, change, "spread_changed", after->spread_changed);
	json_put_double(b, change, "before", before->middle);
	json_put_double(b, change, "after", after->middle);
	json_put_double(b, change, "spread_before", before->spread);
	json_put_double(b, change, "spread_after", after->spread);
	if (direction == HISTORY_NEITHER)
		json_put_value(b, change, "worse", NULL);
	else
		json_put_bool(b, change, "worse", direction == HISTORY_WORSE);
	json_put_double(b, change, "p", after->p);
	json_put_string(b, change, "beside", history_beside_change(h, s, segment, beside));
}

static void put_changes(struct json_build *b, struct json_object *to, const struct history *h,
			const struct history_series *s)
{
	struct json_object *changes = json_put_array(b, to, "changes");

	for (size_t i = 1; i < s->n_segments && !b->failed; i++)
		put_change(b, json_put_object(b, changes, NULL), h, s, i);
}

/* One element a series; those of one metric stand beside each other. */
static void put_series(struct json_build *b, struct json_object *metrics, const struct history *h,
		       size_t index)
{
	const struct history_series *s = &h->series[index];
	const struct history_metric *m = &h->metrics[s->metric];
	struct json_object *to = json_put_object(b, metrics, NULL);
	char beside[HISTORY_BESIDE_SIZE];

	json_put_string(b, to, "workload", m->workload);
	json_put_string(b, to, "actor", m->primary.actor);
	json_put_string(b, to, "span", m->primary.span);
	json_put_string(b, to, "time",
			primary_word(&m->primary, "time", span_time_names[m->primary.time]));
	json_put_string(b, to, "metric", m->primary.metric);
	json_put_string(b, to, "apart_by",
			history_is_first(h, index) ? NULL
						   : history_beside(h, s, h->series[index - 1].like,
								    s->like, true, beside));
	json_put_bool(b, to, "shared_boots", s->shared_boots);
	put_points(b, to, h, s);
	put_missing(b, to, h, s);
	put_changes(b, to, h, s);
}

static void put_copies(struct json_build *b, struct json_object *to, const struct history *h)
{
	struct json_object *copies = json_put_array(b, to, "copies");

	for (size_t i = 0; i < h->n_copies && !b->failed; i++) {
		struct json_object *copy = json_put_object(b, copies, NULL);

		json_put_string(b, copy, "file", h->copies[i].origin);
		json_put_string(b, copy, "same_as", h->copies[i].of);
	}
}

int history_print_json(const struct history *h, FILE *to)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b), *metrics;

	json_put_string(&b, root, "schema", HISTORY_SCHEMA);
	json_put_double(&b, root, "alpha", HISTORY_ALPHA);
	put_copies(&b, root, h);
	metrics = json_put_array(&b, root, "metrics");
	for (size_t i = 0; i < h->n_series; i++)
		put_series(&b, metrics, h, i);
	return json_build_print(&b, root, to);
}
