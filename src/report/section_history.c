/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results over time, with the changes that were found (compare/history.h). */
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "report/html.h"
#include "report/section.h"

static double seconds_at(const struct history *h, const struct history_series *s, size_t point)
{
	return (double)h->results[s->points[point].result].started_at_s;
}

static const char *kernel_at(const struct history *h, const struct history_series *s, size_t point)
{
	return history_fact(h, s->points[point].result, "kernel.release");
}

/* Each kernel has a colour, and each series begins with the next one. */
static void add_points(struct picture *p, const struct history *h, const struct history_series *s,
		       size_t *colours)
{
	struct picture_series *drawn = NULL;

	for (size_t i = 0; i < s->n; i++) {
		if (i == 0 || strcmp(kernel_at(h, s, i), kernel_at(h, s, i - 1)) != 0) {
			/* Without room for another one, the last continues. */
			drawn = p->n < PICTURE_SERIES_MAX / 2
					? picture_add_series(p, PICTURE_POINTS, (*colours)++)
					: &p->series[p->n - 1];
		}
		picture_add_point(p, drawn, seconds_at(h, s, i), s->points[i].value);
	}
}

static void add_segments(struct picture *p, const struct history *h, const struct history_series *s)
{
	for (size_t i = 0; i < s->n_segments && p->n + 2 < PICTURE_SERIES_MAX; i++) {
		const struct history_segment *g = &s->segments[i];
		double from = seconds_at(h, s, g->first);

		picture_add_level(p, 0, from, seconds_at(h, s, g->first + g->n - 1), g->middle);
		if (i)
			picture_add_mark(p, 0, from);
	}
}

/* One picture per metric: the series from `from` up to, not with, `to`. */
static void draw(struct report *r, size_t from, size_t to)
{
	const struct history *h = &r->history;
	const struct history_metric *m = &h->metrics[h->series[from].metric];
	enum metric_kind kind = metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0});
	bool rate = kind == METRIC_RATE || kind == METRIC_SHARE_ABOVE;
	struct picture p = {.kind = rate ? PICTURE_HISTORY_RATE : PICTURE_HISTORY};
	char label[HISTORY_LABEL_SIZE];
	size_t colours = 0;

	for (size_t i = from; i < to; i++)
		add_points(&p, h, &h->series[i], &colours);
	for (size_t i = from; i < to; i++)
		add_segments(&p, h, &h->series[i]);
	html_drawing(r, &p, "%s: %s; one colour per kernel%s, dashed lines: changes", m->workload,
		     history_label(m, label),
		     to - from > 1 ? " and per series that is judged separately" : "");
}

static void draw_all(struct report *r)
{
	const struct history *h = &r->history;
	for (size_t from = 0, to; from < h->n_series; from = to) {
		size_t points = h->series[from].n;

		for (to = from + 1; to < h->n_series && !history_is_first(h, to); to++)
			points += h->series[to].n;
		if (points)
			draw(r, from, to);
	}
}

static void begin_row(const struct report *r, const char *class, const struct history_series *s)
{
	const struct history_metric *m = &r->history.metrics[s->metric];
	char label[HISTORY_LABEL_SIZE];

	html_row_begin(r, class, "%s: %s", m->workload, history_label(m, label));
}

static void print_day(const struct report *r, size_t result)
{
	char time[CLOCK_RFC3339_SIZE];

	html_number(r, "%s", history_day(&r->history, result, time));
}

static void print_change(struct report *r, const struct history_series *s, size_t segment)
{
	static const char *const classes[] = {"improvement", "regression", "inconclusive"};
	const struct history *h = &r->history;
	const struct history_metric *m = &h->metrics[s->metric];
	const struct history_segment *g = &s->segments[segment];
	char value[HISTORY_VALUE_SIZE], beside[HISTORY_BESIDE_SIZE];
	enum history_direction direction;

	history_change(h, s, segment, value, &direction);
	begin_row(r, classes[direction], s);
	print_day(r, s->points[g->first - 1].result);
	print_day(r, s->points[g->first].result);
	html_element(r, "td class=\"verdict\"", "%s%s%s", value,
		     direction == HISTORY_NEITHER ? "" : ", ",
		     direction == HISTORY_NEITHER ? "" : history_direction_names[direction]);
	html_number(r, "%s", history_value(m, g[-1].middle, value));
	html_number(r, "%s", history_value(m, g->middle, value));
	html_number(r, "%s", history_spread(m, g[-1].spread, value));
	html_number(r, "%s", history_spread(m, g->spread, value));
	html_element(r, "td", "%s", history_beside_change(h, s, segment, beside));
	html_number(r, "%.4f", g->p);
	html_row_end(r);
}

static void print_changes(struct report *r)
{
	static const char *const headings[] = {
		"metric",       "last before",    "first after",   "change",    "median before",
		"median after", "scatter before", "scatter after", "beside it", "p",
		NULL,
	};
	const struct history *h = &r->history;
	size_t n = 0, too_few = 0;

	for (size_t i = 0; i < h->n_series; i++) {
		n += h->series[i].n_segments > 1;
		too_few += !history_can_show(h, &h->series[i]);
	}
	if (!n)
		html_element(r, "p", "No change was found.");
	if (too_few)
		html_element(r, "p", "%zu of %zu series have too few points to show a change.",
			     too_few, h->n_series);
	if (!n)
		return;
	html_table_begin(r,
			 "Changes, by E-divisive (Matteson and James 2014); the chance of any "
			 "false one is at most 5 %",
			 headings);
	for (size_t i = 0; i < h->n_series; i++)
		for (size_t k = 1; k < h->series[i].n_segments; k++)
			print_change(r, &h->series[i], k);
	html_table_end(r);
}

/* A series against the one before it, of the same metric. */
static void print_apart_row(struct report *r, const struct history_series *s)
{
	const struct history *h = &r->history;
	const struct history_series *before = s - 1;
	char beside[HISTORY_BESIDE_SIZE];

	begin_row(r, NULL, s);
	print_day(r, before->n ? before->points[before->n - 1].result : before->like);
	print_day(r, s->like);
	html_element(r, "td", "%s", history_apart(h, (size_t)(s - h->series), beside));
	html_row_end(r);
}

static void print_apart(struct report *r)
{
	static const char *const headings[] = {"metric", "last before", "first of the next",
					       "what differs", NULL};
	const struct history *h = &r->history;

	if (h->n_series == h->n_metrics)
		return;
	html_table_begin(r, "Judged separately: what must be equal differs", headings);
	for (size_t i = 0; i < h->n_series; i++)
		if (!history_is_first(h, i))
			print_apart_row(r, &h->series[i]);
	html_table_end(r);
}

static void print_missing_of(struct report *r, const struct history_series *s)
{
	for (size_t i = 0, end; i < s->n_missing; i = end) {
		end = history_missing_end(s, i);
		begin_row(r, NULL, s);
		print_day(r, s->missing[i].result);
		print_day(r, s->missing[end - 1].result);
		html_number(r, "%zu", end - i);
		html_element(r, "td", "%s", s->missing[i].missing);
		html_row_end(r);
	}
}

static void print_missing(struct report *r)
{
	static const char *const headings[] = {"metric", "from", "to", "results", "reason", NULL};
	const struct history *h = &r->history;
	size_t n = 0;

	for (size_t i = 0; i < h->n_series; i++)
		n += h->series[i].n_missing;
	if (!n)
		return;
	html_table_begin(r, "Missing points", headings);
	for (size_t i = 0; i < h->n_series; i++)
		print_missing_of(r, &h->series[i]);
	html_table_end(r);
}

static void print_points(struct report *r)
{
	const struct history *h = &r->history;
	bool shared = false;

	for (size_t i = 0; i < h->n_series; i++)
		shared |= h->series[i].shared_boots;
	html_element(r, "p",
		     "%zu results. A point is the median of a result's valid trials, or the "
		     "percentile of their samples together, as the workload plans; results of one "
		     "boot within 12 hours are one point.%s",
		     h->n_results,
		     shared ? " Several points share a boot: a change at a reboot may be specific "
			      "to that boot."
			    : "");
	for (size_t i = 0; i < h->n_copies; i++)
		html_element(r, "p", "Counted once: %s holds the same result as %s.",
			     h->copies[i].origin, h->copies[i].of);
}

void section_history(struct report *r)
{
	if (!r->history.n_metrics)
		return;
	fputs("<h2 id=\"history\">Over time</h2>\n", r->page);
	print_points(r);
	print_changes(r);
	print_apart(r);
	print_missing(r);
	fputs("<div class=\"drawings\">\n", r->page);
	draw_all(r);
	fputs("</div>\n", r->page);
}
