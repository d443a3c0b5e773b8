/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each workload: its question, its figures, its pictures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

enum { BINS_PER_DECADE = 24, BINS_MAX = 24 * 13 };

/* Up to the last percentile beyond which HISTOGRAM_SAMPLES_BEYOND samples lie. */
static void add_percentiles(struct picture *p, const struct report_cell *c, size_t group)
{
	const struct sparse_histogram *h = &c->all.histogram;
	struct picture_series *to = picture_add_series(p, PICTURE_LINE, group);

	for (int i = 0; i <= 20 * 7; i++) {
		double x = i / 20.0, beyond = pow(10, -x);

		if (beyond * (double)h->count < HISTOGRAM_SAMPLES_BEYOND)
			break;
		picture_add_point(p, to, x,
				  i ? sparse_histogram_percentile(h, 100 * (1 - beyond))
				    : (double)h->min_ns);
	}
}

static int bin_of(double ns)
{
	int bin = (int)floor(log10(ns > 1 ? ns : 1) * BINS_PER_DECADE);

	return bin < BINS_MAX ? bin : BINS_MAX - 1;
}

static double bin_edge(int bin)
{
	return pow(10, (double)bin / BINS_PER_DECADE);
}

/* As steps, each as high as its share of the highest. */
static void add_bins(struct picture *p, const struct report_cell *c, size_t group)
{
	const struct sparse_histogram *h = &c->all.histogram;
	struct picture_series *to = picture_add_series(p, PICTURE_LINE, group);
	uint64_t bins[BINS_MAX] = {0}, highest = 1;
	int first = BINS_MAX, last = -1;

	for (size_t i = 0; i < h->n; i++) {
		int bin = bin_of(histogram_value(h->indices[i], h->min_ns, h->max_ns));

		bins[bin] += sparse_histogram_bucket(h, i);
		highest = bins[bin] > highest ? bins[bin] : highest;
		first = bin < first ? bin : first;
		last = bin > last ? bin : last;
	}
	for (int i = first; i <= last; i++) {
		double y = (double)bins[i] / (double)highest;

		picture_add_point(p, to, bin_edge(i), y);
		picture_add_point(p, to, bin_edge(i + 1), y);
	}
}

/* Means thin, maxima thick: a stall is a peak of the maxima. */
static void add_intervals(struct picture *p, const struct report_cell *c, size_t group)
{
	const struct series *s = c->example;

	for (int max = 0; s && s->interval_ns && max < 2; max++) {
		struct picture_series *to =
			picture_add_series(p, max ? PICTURE_LINE : PICTURE_LEVEL, group);

		for (size_t i = 0; i < s->n_intervals; i++) {
			const struct series_interval *at = &s->intervals[i];
			double x = ((double)i + 0.5) * (double)s->interval_ns / 1e9;

			if (at->count)
				picture_add_point(p, to, x,
						  max ? (double)at->max_ns
						      : (double)at->sum_ns / (double)at->count);
		}
	}
}

static const struct drawing {
	enum picture_kind kind;
	const char *title, *of_groups; /* the latter where there are several */
	void (*add)(struct picture *p, const struct report_cell *c, size_t group);
} drawings[] = {
	{PICTURE_PERCENTILES, "Percentiles", "", add_percentiles},
	{PICTURE_HISTOGRAM, "Distribution", " (one strip each, in the legend's order)", add_bins},
	{PICTURE_TIMELINE, "First trial over time, maximum (thick) and mean (thin) per interval",
	 "", add_intervals},
};

static void draw_series(struct report *r, const struct report_series *s)
{
	char name[HTML_SERIES_SIZE];

	for (size_t i = 0; i < sizeof(drawings) / sizeof(drawings[0]); i++) {
		const struct drawing *d = &drawings[i];
		struct picture p = {.kind = d->kind};

		for (size_t g = 0; g < r->n_groups; g++)
			d->add(&p, &s->cells[g], g);
		html_drawing(r, &p, "%s%s: %s", d->title, r->n_groups > 1 ? d->of_groups : "",
			     html_series_name(s, name));
	}
}

static void print_count(struct report *r, uint64_t value)
{
	char text[NUM_TEXT_SIZE];

	html_number(r, "%s", value ? num_format_count(value, text) : "0");
}

static void print_row(struct report *r, const struct report_series *s, size_t group)
{
	const struct series *all = &s->cells[group].all;
	char name[HTML_SERIES_SIZE];

	html_row_begin(r, s->primary ? "primary" : NULL, "%s", html_series_name(s, name));
	fprintf(r->page, "<td><span class=\"swatch s%zu\"></span>", group);
	markup_print(r->groups[group].name, r->page);
	fputs("</td>\n", r->page);
	for (size_t i = 0; i < SERIES_SHOWN; i++)
		html_time(r, series_percentile(all, series_shown_percentiles[i]));
	html_time(r, all->histogram.count ? (double)all->histogram.max_ns : NAN);
	print_count(r, all->histogram.count);
	if (all->rate_per_s >= 1000)
		print_count(r, (uint64_t)llround(all->rate_per_s));
	else
		html_number(r, "%.3g", all->rate_per_s);
	print_count(r, series_errors(all));
	print_count(r, all->late);
	print_count(r, all->missed);
	html_row_end(r);
}

static void print_figures(struct report *r, const struct report_workload *w)
{
	/* A phone shows the first few columns. */
	static const char *const headings[] = {
		"series", "kernel",     "p50",    "p90",  "p99",    "p99.9", "max",
		"count",  "per second", "errors", "late", "missed", NULL,
	};
	char name[MODEL_NAME_SIZE], caption[MODEL_NAME_SIZE + 16];

	snprintf(caption, sizeof(caption), "Figures of %s", model_workload_name(w, name));
	html_table_begin(r, caption, headings);
	for (size_t i = 0; i < w->n_series; i++)
		for (size_t g = 0; g < r->n_groups; g++)
			if (w->series[i].cells[g].n_trials)
				print_row(r, &w->series[i], g);
	html_table_end(r);
}

static void print_trials(struct report *r, const struct report_workload *w)
{
	fputs("<ul>\n", r->page);
	for (size_t g = 0; g < r->n_groups; g++) {
		if (!w->n_valid[g] && !w->n_invalid[g] && !w->trouble[g])
			continue;
		html_element(r, "li", "%s: %zu valid trial%s, %zu invalid%s%s", r->groups[g].name,
			     w->n_valid[g], w->n_valid[g] == 1 ? "" : "s", w->n_invalid[g],
			     w->trouble[g] ? ": " : "", w->trouble[g] ? w->trouble[g] : "");
	}
	fputs("</ul>\n", r->page);
}

/* Those with a primary metric are open, the others folded. */
static void print_drawings(struct report *r, const struct report_workload *w, bool primary)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_series; i++)
		n += w->series[i].primary == primary;
	if (!n || !r->settings.pictures)
		return;
	if (!primary)
		fprintf(r->page, "<details><summary>Pictures of the other %zu series</summary>\n",
			n);
	html_legend(r);
	fputs("<div class=\"drawings\">\n", r->page);
	for (size_t i = 0; i < w->n_series; i++)
		if (w->series[i].primary == primary)
			draw_series(r, &w->series[i]);
	fprintf(r->page, "</div>\n%s", primary ? "" : "</details>\n");
}

static void print_workload(struct report *r, const struct report_workload *w, size_t number)
{
	char name[MODEL_NAME_SIZE];

	fprintf(r->page, "<section aria-labelledby=\"workload-%zu\"><h3 id=\"workload-%zu\">",
		number, number);
	markup_print(model_workload_name(w, name), r->page);
	fputs("</h3>\n", r->page);
	if (w->run->outline.why)
		html_prose(r, "p class=\"why\"", w->run->outline.why);
	print_trials(r, w);
	if (w->n_series)
		print_figures(r, w);
	print_drawings(r, w, true);
	print_drawings(r, w, false);
	fputs("</section>\n", r->page);
}

void section_workloads(struct report *r)
{
	if (!r->n_workloads)
		return;
	fputs("<h2 id=\"workloads\">Workloads</h2>\n", r->page);
	html_element(r, "p",
		     "Figures are of all valid trials of a kernel together; a comparison uses one "
		     "value per boot. En dash: fewer than 10 samples beyond this percentile. Bold: "
		     "series with a primary metric.");
	for (size_t i = 0; i < r->n_workloads; i++)
		print_workload(r, &r->workloads[i], i);
}
