/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A history for people and as JSON, and the words that the report shares. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "compare/history.h"
#include "compare/print.h"
#include "json/write.h"

const char *const history_direction_names[3] = {"better", "worse", "neither"};

static enum metric_kind kind_of(const struct history_metric *m)
{
	return metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0});
}

const char *history_label(const struct history_metric *m, char buf[HISTORY_LABEL_SIZE])
{
	char label[SERIES_LABEL_SIZE];

	snprintf(buf, HISTORY_LABEL_SIZE, "%s of %s", m->primary.metric,
		 primary_label(&m->primary, label));
	return buf;
}

const char *history_value(const struct history_metric *m, double value, char *buf)
{
	return print_value(kind_of(m), value, buf);
}

const char *history_spread(const struct history_metric *m, double spread, char *buf)
{
	snprintf(buf, PRINT_CELL_SIZE, "%.2g %s", 100 * spread,
		 kind_of(m) == METRIC_SHARE_ABOVE ? "points" : "%");
	return buf;
}

const char *history_day(const struct history *h, size_t result, char buf[CLOCK_RFC3339_SIZE])
{
	clock_format_rfc3339(h->results[result].started_at_s, buf);
	buf[strlen("2026-01-31")] = '\0';
	return buf;
}

static void level_change(const struct history_metric *m, double before, double after,
			 char buf[HISTORY_VALUE_SIZE])
{
	const char *way = after > before ? "higher" : "lower";
	double shift = log(after / before);
	char change[PRINT_CELL_SIZE];

	if (kind_of(m) == METRIC_SHARE_ABOVE)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.3g points %s", 100 * fabs(after - before),
			 way);
	else if (!isfinite(shift))
		snprintf(buf, HISTORY_VALUE_SIZE, before > 0 ? "down to 0" : "up from 0");
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "%s %s", print_change(shift, change), way);
}

static void spread_change(double before, double after, char buf[HISTORY_VALUE_SIZE])
{
	double ratio = before > after ? before / after : after / before;

	if (!isfinite(ratio))
		snprintf(buf, HISTORY_VALUE_SIZE, "scatters %s",
			 after > before ? "now" : "no longer");
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "scatters %.2gx as %s", ratio,
			 after > before ? "much" : "little");
}

const char *history_change(const struct history *h, const struct history_series *s, size_t segment,
			   char buf[HISTORY_VALUE_SIZE], enum history_direction *ret)
{
	const struct history_metric *m = &h->metrics[s->metric];
	const struct history_segment *before = &s->segments[segment - 1], *after = before + 1;
	bool up = after->middle > before->middle;

	*ret = HISTORY_NEITHER;
	if (!after->level_changed) {
		spread_change(before->spread, after->spread, buf);
		return buf;
	}
	level_change(m, before->middle, after->middle, buf);
	if (after->middle != before->middle)
		*ret = up == (m->primary.direction == METRIC_LOWER_IS_BETTER) ? HISTORY_WORSE
									      : HISTORY_BETTER;
	return buf;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_values(const struct history *h, const struct history_series *s, size_t segment,
			 FILE *to)
{
	const struct history_metric *m = &h->metrics[s->metric];
	const struct history_segment *before = &s->segments[segment - 1], *after = before + 1;
	char value[2][PRINT_CELL_SIZE], spread[2][PRINT_CELL_SIZE];

	history_value(m, before->middle, value[0]);
	history_value(m, after->middle, value[1]);
	history_spread(m, before->spread, spread[0]);
	history_spread(m, after->spread, spread[1]);
	if (after->spread_changed)
		text_printf_wrapped("", 10, to, "median %s to %s, scatter %s to %s", value[0],
				    value[1], spread[0], spread[1]);
	else
		text_printf_wrapped("", 10, to, "median %s to %s, scatter %s", value[0], value[1],
				    spread[1]);
}

/*
 *   change  2026-03-04: 75x lower, better (p 0.001), 60 points since, the last before 2026-03-03
 *           median 6.05 ms to 81.0 us, scatter 2.1 %
 *           beside it: kernel 6.17.3 to 6.18.0
 */
static void print_one_change(const struct history *h, const struct history_series *s,
			     size_t segment, FILE *to)
{
	const struct history_segment *g = &s->segments[segment];
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE], change[HISTORY_VALUE_SIZE],
		beside[HISTORY_BESIDE_SIZE];
	enum history_direction direction;

	history_change(h, s, segment, change, &direction);
	text_printf_wrapped(
		"  change", 10, to, "%s: %s%s%s (p %.4f), %zu point%s since; the last before it %s",
		history_day(h, s->points[g->first].result, first), change,
		direction == HISTORY_NEITHER ? "" : ", ",
		direction == HISTORY_NEITHER ? "" : history_direction_names[direction], g->p, g->n,
		plural(g->n), history_day(h, s->points[g->first - 1].result, last));
	print_values(h, s, segment, to);
	text_printf_wrapped("", 10, to, "beside it: %s",
			    history_beside_change(h, s, segment, beside));
}

static void print_missing(const struct history *h, const struct history_series *s, FILE *to)
{
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE];

	for (size_t i = 0, end; i < s->n_missing; i = end) {
		end = history_missing_end(s, i);
		history_day(h, s->missing[i].result, first);
		history_day(h, s->missing[end - 1].result, last);
		if (end - i > 1)
			text_printf_wrapped("  missing", 11, to, "%s to %s, %zu results: %s", first,
					    last, end - i, s->missing[i].missing);
		else
			text_printf_wrapped("  missing", 11, to, "%s: %s", first,
					    s->missing[i].missing);
	}
}

static size_t results_of(const struct history_series *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->points[i].n;
	return n;
}

static void print_extent(const struct history *h, const struct history_series *s, FILE *to)
{
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE], value[PRINT_CELL_SIZE],
		of[96] = "";
	size_t n = results_of(s);

	if (n > s->n)
		snprintf(of, sizeof(of), " of %zu results (of one boot within 12 h: one point)", n);
	text_printf_wrapped("", 2, to, "%zu point%s%s, %s to %s; now %s", s->n, plural(s->n), of,
			    history_day(h, s->points[0].result, first),
			    history_day(h, s->points[s->n - 1].result, last),
			    history_value(&h->metrics[s->metric],
					  s->segments[s->n_segments - 1].middle, value));
	if (s->shared_boots)
		text_print_wrapped("", 2,
				   "several points share a boot: a change at a reboot may be that "
				   "boot's own",
				   to);
	if (s->n_segments == 1)
		text_print_wrapped("", 2,
				   history_can_show(h, s) ? "no change"
							  : "too few points to tell a change",
				   to);
}

static void print_series(const struct history *h, size_t index, FILE *to)
{
	const struct history_series *s = &h->series[index];
	const struct history_metric *m = &h->metrics[s->metric];
	char label[HISTORY_LABEL_SIZE], beside[HISTORY_BESIDE_SIZE];

	if (history_apart(h, index, beside))
		text_printf_wrapped("  apart", 10, to,
				    "not judged together with what is above, because they differ: "
				    "%s",
				    beside);
	else
		fprintf(to, "\n%s: %s\n", m->workload, history_label(m, label));
	if (s->n)
		print_extent(h, s, to);
	else
		text_print_wrapped("", 2, "no value", to);
	for (size_t i = 1; i < s->n_segments; i++)
		print_one_change(h, s, i, to);
	print_missing(h, s, to);
}

void history_print_text(const struct history *h, FILE *to)
{
	fprintf(to, "%zu result%s, %zu metric%s in %zu series. ", h->n_results,
		plural(h->n_results), h->n_metrics, plural(h->n_metrics), h->n_series);
	fprintf(to, "Changes: E-divisive, chance of any false one at most %g %%.\n",
		100 * HISTORY_ALPHA);
	for (size_t i = 0; i < h->n_copies; i++)
		text_printf_wrapped("Counted once:", 14, to, "%s holds the same result as %s",
				    h->copies[i].origin, h->copies[i].of);
	for (size_t i = 0; i < h->n_series; i++)
		print_series(h, i, to);
}

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
	json_put_string(b, to, "actor", m->primary.id.actor);
	json_put_string(b, to, "span", m->primary.id.span);
	json_put_string(b, to, "time",
			primary_word(&m->primary, "time", span_time_names[m->primary.id.time]));
	json_put_string(b, to, "metric", m->primary.metric);
	json_put_string(b, to, "apart_by", history_apart(h, index, beside));
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
