/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results over time, with the changes that were found (history/history.h). */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/markup.h"
#include "report/html.h"
#include "report/section.h"

static double seconds_at(const struct history *h, const struct history_metric *m, size_t point)
{
	return (double)h->results[m->points[point].result].started_at_s;
}

static const char *kernel_at(const struct history *h, const struct history_metric *m, size_t point)
{
	return h->results[m->points[point].result].kernel;
}

/* A colour a kernel, in the order in which they came; where they run out, again from the first. */
static int add_points(struct picture *p, const struct history *h, const struct history_metric *m)
{
	struct picture_series *s = NULL;
	size_t kernels = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		if (i == 0 || strcmp(kernel_at(h, m, i), kernel_at(h, m, i - 1)) != 0) {
			/* No room for yet another one: the last goes on. */
			struct picture_series *next =
				p->n < PICTURE_SERIES_MAX / 2
					? picture_add_series(p, PICTURE_POINTS, kernels++)
					: s;

			s = next;
		}
		r = s ? picture_add_point(s, seconds_at(h, m, i), m->points[i].value) : -ENOMEM;
	}
	return r;
}

static int add_segments(struct picture *p, const struct history *h, const struct history_metric *m)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_segments && p->n + 2 < PICTURE_SERIES_MAX; i++) {
		const struct history_segment *g = &m->segments[i];
		struct picture_series *s = picture_add_series(p, PICTURE_LEVEL, 0);

		r = s ? picture_add_point(s, seconds_at(h, m, g->first), g->middle) : -ENOMEM;
		if (r == 0)
			r = picture_add_point(s, seconds_at(h, m, g->first + g->n - 1), g->middle);
		s = r == 0 && i ? picture_add_series(p, PICTURE_MARK, 0) : NULL;
		if (s)
			r = picture_add_point(s, seconds_at(h, m, g->first), g->middle);
	}
	return r;
}

static int draw(struct report *r, const struct history_metric *m)
{
	enum metric_kind kind = metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0});
	bool rate = kind == METRIC_RATE || kind == METRIC_SHARE_ABOVE;
	struct picture p = {.kind = rate ? PICTURE_HISTORY_RATE : PICTURE_HISTORY};
	char label[HISTORY_LABEL_SIZE], caption[HISTORY_LABEL_SIZE + WORKLOAD_NAME_SIZE + 64];
	int error = add_points(&p, &r->history, m);

	if (error == 0)
		error = add_segments(&p, &r->history, m);
	snprintf(caption, sizeof(caption), "%s: %s; a colour a kernel, dashed where it changed",
		 m->workload, history_label(m, label));
	html_drawing(r, &p, caption);
	return error;
}

static void print_change(struct report *r, const struct history_metric *m, size_t segment)
{
	const struct history_segment *s = &m->segments[segment];
	const struct history *h = &r->history;
	char time[CLOCK_RFC3339_SIZE], label[HISTORY_LABEL_SIZE], value[HISTORY_VALUE_SIZE];
	bool worse;

	history_change(m, segment, value, &worse);
	fprintf(r->page, "<tr class=\"%s\">\n", worse ? "regression" : "improvement");
	html_element(r, "th scope=\"row\"", "%s: %s", m->workload, history_label(m, label));
	html_element(
		r, "td class=\"number\"", "%.10s",
		clock_format_rfc3339(h->results[m->points[s->first].result].started_at_s, time));
	html_element(r, "td", "%s", kernel_at(h, m, s->first - 1));
	html_element(r, "td", "%s", kernel_at(h, m, s->first));
	html_element(r, "td class=\"verdict\"", "%s, %s", value, worse ? "worse" : "better");
	html_element(r, "td class=\"number\"", "%s",
		     history_value(m, m->segments[segment - 1].middle, value));
	html_element(r, "td class=\"number\"", "%s", history_value(m, s->middle, value));
	html_element(r, "td class=\"number\"", "%.3f", s->p);
	fputs("</tr>\n", r->page);
}

static void print_changes(struct report *r)
{
	static const char *const headings[] = {
		"metric", "first seen", "kernel before", "kernel after",
		"change", "before",     "after",         "p",
	};
	size_t n = 0;

	for (size_t i = 0; i < r->history.n_metrics; i++)
		n += r->history.metrics[i].n_segments - 1;
	if (!n) {
		html_element(r, "p", "No change was found.");
		return;
	}
	html_table_begin(r,
			 "Changes, by E-divisive (Matteson and James 2014), p at most 0.01 each");
	html_table_head(r, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < r->history.n_metrics; i++)
		for (size_t k = 1; k < r->history.metrics[i].n_segments; k++)
			print_change(r, &r->history.metrics[i], k);
	html_table_end(r);
}

int section_history(struct report *r)
{
	const struct history *h = &r->history;
	int error = 0;

	if (!h->n_metrics)
		return 0;
	fputs("<h2 id=\"history\">Over time</h2>\n", r->page);
	html_element(r, "p", "%zu results; a point is the median of a result's valid trials.",
		     h->n_results);
	print_changes(r);
	fputs("<div class=\"drawings\">\n", r->page);
	for (size_t i = 0; error == 0 && i < h->n_metrics; i++)
		error = draw(r, &h->metrics[i]);
	fputs("</div>\n", r->page);
	return error;
}
