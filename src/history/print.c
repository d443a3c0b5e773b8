/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "history/history.h"
#include "json/build.h"

static const char *when(const struct history *h, size_t result, char buf[CLOCK_RFC3339_SIZE])
{
	return clock_format_rfc3339(h->results[result].started_at_s, buf);
}

static const struct history_result *result_at(const struct history *h,
					      const struct history_metric *m, size_t point)
{
	return &h->results[m->points[point].result];
}

/* "2026-03-04 (6.17.3 to 6.18.0): 6.05 ms to 81.0 us, 75x lower, better (p 0.001)" */
static void print_change(const struct history *h, const struct history_metric *m, size_t segment,
			 FILE *to)
{
	const struct history_segment *s = &m->segments[segment];
	const struct history_result *before = result_at(h, m, s->first - 1),
				    *after = result_at(h, m, s->first);
	char time[CLOCK_RFC3339_SIZE], from[HISTORY_VALUE_SIZE], value[HISTORY_VALUE_SIZE],
		change[HISTORY_VALUE_SIZE];
	bool same = strcmp(before->kernel, after->kernel) == 0, worse;

	history_change(m, segment, change, &worse);
	text_printf_wrapped(
		"  change", 10, to, "%.10s, %s%s%s%s: %s to %s, %s, %s (p %.3f, %zu results since)",
		when(h, m->points[s->first].result, time), same ? "kernel still " : "kernel ",
		before->kernel, same ? "" : " to ", same ? "" : after->kernel,
		history_value(m, m->segments[segment - 1].middle, from),
		history_value(m, s->middle, value), change, worse ? "worse" : "better", s->p, s->n);
}

static void print_metric(const struct history *h, const struct history_metric *m, FILE *to)
{
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE], label[HISTORY_LABEL_SIZE],
		value[HISTORY_VALUE_SIZE];

	fprintf(to, "\n%s: %s\n", m->workload, history_label(m, label));
	text_printf_wrapped("", 2, to, "%zu results, %.10s to %.10s; now %s", m->n,
			    when(h, m->points[0].result, first),
			    when(h, m->points[m->n - 1].result, last),
			    history_value(m, m->segments[m->n_segments - 1].middle, value));
	for (size_t i = 1; i < m->n_segments; i++)
		print_change(h, m, i, to);
	if (m->n_segments == 1)
		text_print_wrapped(
			"", 2, m->n < 10 ? "too few results to tell a change" : "no change", to);
}

void history_print_text(const struct history *h, FILE *to)
{
	fprintf(to, "%zu results, %zu metric%s. Changes: E-divisive, p at most %g each.\n",
		h->n_results, h->n_metrics, h->n_metrics == 1 ? "" : "s", 0.05);
	for (size_t i = 0; i < h->n_metrics; i++)
		print_metric(h, &h->metrics[i], to);
}

static void put_points(struct json_build *b, struct json_object *to, const struct history *h,
		       const struct history_metric *m)
{
	struct json_object *points = json_put_array(b, to, "points");

	for (size_t i = 0; i < m->n && !b->failed; i++) {
		struct json_object *point = json_put_object(b, points, NULL);
		const struct history_result *r = result_at(h, m, i);
		char time[CLOCK_RFC3339_SIZE];

		json_put_string(b, point, "result", r->id);
		json_put_string(b, point, "started_at", when(h, m->points[i].result, time));
		json_put_string(b, point, "kernel", r->kernel);
		json_put_string(b, point, "regime", lock_regime_names[r->regime]);
		json_put_double(b, point, "value", m->points[i].value);
	}
}

static void put_changes(struct json_build *b, struct json_object *to,
			const struct history_metric *m)
{
	struct json_object *changes = json_put_array(b, to, "changes");

	for (size_t i = 1; i < m->n_segments; i++) {
		struct json_object *change = json_put_object(b, changes, NULL);
		char text[HISTORY_VALUE_SIZE];
		bool worse;

		history_change(m, i, text, &worse);
		json_put_u64(b, change, "first_point", m->segments[i].first);
		json_put_double(b, change, "before", m->segments[i - 1].middle);
		json_put_double(b, change, "after", m->segments[i].middle);
		json_put_bool(b, change, "worse", worse);
		json_put_double(b, change, "p", m->segments[i].p);
	}
}

int history_print_json(const struct history *h, FILE *to)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b), *metrics;

	json_put_string(&b, root, "schema", HISTORY_SCHEMA);
	metrics = json_put_array(&b, root, "metrics");
	for (size_t i = 0; i < h->n_metrics; i++) {
		const struct history_metric *m = &h->metrics[i];
		struct json_object *metric = json_put_object(&b, metrics, NULL);

		json_put_string(&b, metric, "workload", m->workload);
		json_put_string(&b, metric, "actor", m->primary.actor);
		json_put_string(&b, metric, "span", m->primary.span);
		json_put_string(&b, metric, "time", span_time_names[m->primary.time]);
		json_put_string(&b, metric, "metric", m->primary.metric);
		put_points(&b, metric, h, m);
		put_changes(&b, metric, m);
	}
	return json_build_print(&b, root, to);
}
