/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison: one row per metric, with its interval drawn beside it as a forest plot. */
#include <math.h>
#include <string.h>

#include "base/escape.h"
#include "compare/print.h"
#include "report/html.h"
#include "report/section.h"

enum { FOREST_WIDTH = 200, FOREST_HEIGHT = 20 };

/* The axis of all rows: logarithms of ratios, from -span to span. */
static double find_span(const struct metric *metrics, size_t n)
{
	double span = log(1.1);

	for (size_t i = 0; i < n; i++) {
		const struct decision *d = &metrics[i].decision;

		if (!d->estimated)
			continue;
		if (isfinite(d->shift))
			span = fmax(span, fabs(d->shift));
		if (isfinite(d->low))
			span = fmax(span, fabs(d->low));
		if (isfinite(d->high))
			span = fmax(span, fabs(d->high));
	}
	return span * 1.05;
}

static double place(double shift, double span)
{
	double x = (shift / span + 1) / 2 * FOREST_WIDTH;

	return x < 0 ? 0 : x > FOREST_WIDTH ? FOREST_WIDTH : x;
}

/* The tolerance as a band, no change as a line, the interval as a bar, the estimate as a square. */
static void print_forest(struct report *r, const struct decision *d, double span)
{
	double t = log1p(d->tolerance), middle = FOREST_HEIGHT / 2.0;

	fprintf(r->page,
		"<td><svg class=\"forest\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
		"<rect class=\"tolerance\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"/>"
		"<line class=\"same\" x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" y2=\"%d\"/>",
		FOREST_WIDTH, FOREST_HEIGHT, place(-t, span), place(t, span) - place(-t, span),
		FOREST_HEIGHT, place(0, span), place(0, span), FOREST_HEIGHT);
	if (d->estimated && !isnan(d->shift))
		fprintf(r->page,
			"<line class=\"interval\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>"
			"<rect class=\"estimate\" x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\"/>",
			place(d->low, span), middle, place(d->high, span), middle,
			place(d->shift, span) - 4, middle - 4);
	fputs("</svg></td>\n", r->page);
}

static void print_row(struct report *r, const struct metric *m, double span)
{
	const struct decision *d = &m->decision;
	struct print_cells c;

	print_cells(m, &c);
	html_row_begin(r, verdict_names[d->verdict], "%s: %s",
		       r->comparison.data->workloads[m->workload].name, c.label);
	html_element(r, "td class=\"verdict\"", "%s", verdict_names[d->verdict]);
	html_number(r, "%s", c.base);
	html_number(r, "%s", c.new);
	html_number(r, "%s", c.ratio);
	html_number(r, "%s", c.interval);
	print_forest(r, d, span);
	html_number(r, "%s", c.p);
	html_element(r, "td class=\"reason\"", "%s", m->reason);
	html_row_end(r);
}

static void print_metrics(struct report *r, size_t from, size_t to, const char *caption)
{
	const char *const headings[] = {
		"metric",
		"verdict",
		"base",
		"new",
		"ratio",
		print_interval_name(&r->comparison, from < r->comparison.metrics.n_primaries),
		"less \xe2\x86\x90 1 \xe2\x86\x92 more",
		"p",
		"reason",
		NULL,
	};
	const struct metric *metrics = r->comparison.metrics.items;
	double span = find_span(metrics + from, to - from);

	html_table_begin(r, caption, headings);
	for (size_t i = from; i < to; i++)
		print_row(r, &metrics[i], span);
	html_table_end(r);
}

/* Whether the times of a side's units place them: all are known, and not all are the same. */
static bool has_times(const struct data_side *side)
{
	bool differ = side->n_units < 2;

	for (size_t i = 0; i < side->n_units; i++) {
		if (side->units[i].started_at_s == DATA_START_UNKNOWN)
			return false;
		differ |= side->units[i].started_at_s != side->units[0].started_at_s;
	}
	return differ;
}

static void add_unit(struct picture *p, struct picture_series *to, const struct data_side *side,
		     size_t unit, double value)
{
	picture_add_point(p, to,
			  p->by_order ? (double)(unit + 1) : (double)side->units[unit].started_at_s,
			  value);
}

/* The share of all samples of a unit, whose trials are adjacent. */
static void add_shares(struct picture *p, struct picture_series *to, const struct metric *m,
		       int side, const struct data_side *units)
{
	const struct data_series_side *of = &m->series->side[side];

	for (size_t i = 0; i < of->n_trials;) {
		size_t unit = of->trials[i].unit;
		double above = 0, count = 0;

		for (; i < of->n_trials && of->trials[i].unit == unit; i++) {
			double n = (double)of->trials[i].series.histogram.count;

			above += metric_of_trial(m, &of->trials[i]) * n;
			count += n;
		}
		add_unit(p, to, units, unit, above / count);
	}
}

static void add_values(struct picture *p, struct picture_series *to, const struct metric *m,
		       int side, const struct data_side *units)
{
	struct metric_sample s;

	if (m->kind == METRIC_SHARE_ABOVE) {
		add_shares(p, to, m, side, units);
		return;
	}
	if (metric_sample(m, side, &s) < 0) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		add_unit(p, to, units, s.units[i], exp(s.values[i]));
	metric_sample_finish(&s);
}

/* One dot per unit, and a line at the typical value of the side. */
static void add_side(struct picture *p, const struct comparison *c, const struct metric *m,
		     int side)
{
	struct picture_series *s = picture_add_series(p, PICTURE_POINTS, (size_t)side);
	double first = INFINITY, last = -INFINITY;

	add_values(p, s, m, side, &c->data->side[side]);
	for (size_t i = 0; s && i < s->n; i++) {
		first = fmin(first, s->points[i].x);
		last = fmax(last, s->points[i].x);
	}
	if (first < last)
		picture_add_level(p, (size_t)side, first, last, m->typical[side]);
}

static void draw_units(struct report *r, const struct metric *m)
{
	const struct comparison *c = &r->comparison;
	bool rate = m->kind == METRIC_RATE || m->kind == METRIC_SHARE_ABOVE;
	struct picture p = {.kind = rate ? PICTURE_HISTORY_RATE : PICTURE_HISTORY};
	char label[PRINT_LABEL_SIZE];

	p.by_order = !has_times(&c->data->side[0]) || !has_times(&c->data->side[1]);
	add_side(&p, c, m, 0);
	add_side(&p, c, m, 1);
	html_drawing(r, &p, "%s: %s; one dot per %s, %s, lines: %s",
		     c->data->workloads[m->workload].name, print_label(m, label),
		     data_unit_name(c->data, 1),
		     p.by_order ? "in the order of the files" : "at the time of its measurement",
		     m->kind == METRIC_SHARE_ABOVE ? "means" : "medians");
}

static void draw_primaries(struct report *r)
{
	const struct metrics *m = &r->comparison.metrics;

	if (!r->settings.pictures || !m->n_primaries)
		return;
	html_legend(r);
	fputs("<div class=\"drawings\">\n", r->page);
	for (size_t i = 0; i < m->n_primaries; i++)
		if (m->items[i].series)
			draw_units(r, &m->items[i]);
	fputs("</div>\n", r->page);
}

static void print_notes(struct report *r)
{
	const struct comparison *c = &r->comparison;
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE], label[PRINT_LABEL_SIZE];

	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		const struct metric *m = &c->metrics.items[i];
		size_t n = metric_notes(m, notes);

		for (size_t k = 0; k < n; k++)
			html_element(r, "p class=\"note\"", "%s, %s: %s",
				     c->data->workloads[m->workload].name, print_label(m, label),
				     notes[k]);
	}
}

/* Instead of verdicts, where compare would refuse the two groups. */
static void print_refusals(struct report *r)
{
	const struct facts *f = &r->data.facts;
	char base[256], new[256];

	html_element(r, "p class=\"warning\"",
		     "Not comparable: these confounders differ. --allow-different NAME compares "
		     "anyway.");
	fputs("<ul>\n", r->page);
	for (size_t i = 0; i < f->n; i++)
		if (fact_refused(&f->items[i]))
			html_element(r, "li", "%s: %s; %s", f->items[i].name,
				     fact_text(&f->items[i], 0, base),
				     fact_text(&f->items[i], 1, new));
	fputs("</ul>\n", r->page);
}

void section_verdicts(struct report *r)
{
	const struct metrics *m = &r->comparison.metrics;

	if (r->n_groups != 2)
		return;
	fputs("<h2 id=\"verdicts\">Verdicts</h2>\n", r->page);
	if (!r->has_comparison) {
		print_refusals(r);
		return;
	}
	html_element(
		r, "p",
		"A regression or an improvement needs an adjusted p of at most 0.05, an estimate "
		"beyond the tolerance (the shaded band) and an interval on one side of 1. "
		"Equivalent means that the whole interval is within the band and that a change by "
		"the tolerance is rejected in both directions. Everything else is inconclusive.");
	if (m->n_primaries)
		print_metrics(
			r, 0, m->n_primaries,
			r->settings.max_blocks
				? "Primary metrics, chosen before the run; p of the look that "
				  "decided"
				: "Primary metrics, chosen before the run; p adjusted by Holm");
	draw_primaries(r);
	print_notes(r);
	if (m->n > m->n_primaries) {
		fprintf(r->page, "<details><summary>%zu exploratory metrics</summary>\n",
			m->n - m->n_primaries);
		print_metrics(r, m->n_primaries, m->n,
			      "Exploratory metrics; p adjusted by Benjamini and Hochberg");
		fputs("</details>\n", r->page);
	}
}
