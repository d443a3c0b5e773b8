/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each workload: its question, its figures, its pictures. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

enum { BINS_PER_DECADE = 24, BINS_MAX = 24 * 13 };

/* Up to the last percentile beyond which HISTOGRAM_SAMPLES_BEYOND samples lie. */
static int add_percentiles(struct picture *p, const struct sparse_histogram *h, size_t group)
{
	struct picture_series *to = picture_add_series(p, PICTURE_LINE, group);
	int r = to ? 0 : -ENOMEM;

	for (int i = 0; r == 0 && i <= 20 * 7; i++) {
		double x = i / 20.0, beyond = pow(10, -x);

		if (beyond * (double)h->count < HISTOGRAM_SAMPLES_BEYOND)
			break;
		r = picture_add_point(to, x,
				      i ? sparse_histogram_percentile(h, 100 * (1 - beyond))
					: (double)h->min_ns);
	}
	return r;
}

static int draw_percentiles(struct report *r, const struct report_series *s)
{
	struct picture p = {.kind = PICTURE_PERCENTILES};
	char name[HTML_SERIES_SIZE], caption[HTML_SERIES_SIZE + 32];
	int error = 0;

	for (size_t g = 0; error == 0 && g < r->n_groups; g++)
		error = add_percentiles(&p, &s->cells[g].all.histogram, g);
	snprintf(caption, sizeof(caption), "Percentiles: %s", html_series_name(s, name));
	html_drawing(r, &p, caption);
	return error;
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
static int add_bins(struct picture *p, const struct sparse_histogram *h, size_t group)
{
	struct picture_series *to = picture_add_series(p, PICTURE_LINE, group);
	uint64_t bins[BINS_MAX] = {0}, highest = 1;
	int first = BINS_MAX, last = -1, r = to ? 0 : -ENOMEM;

	for (size_t i = 0; i < h->n; i++) {
		int bin = bin_of(histogram_value(h->indices[i], h->min_ns, h->max_ns));

		bins[bin] += h->counts[i];
		highest = bins[bin] > highest ? bins[bin] : highest;
		first = bin < first ? bin : first;
		last = bin > last ? bin : last;
	}
	for (int i = first; r == 0 && i <= last; i++) {
		double y = (double)bins[i] / (double)highest;

		r = picture_add_point(to, bin_edge(i), y);
		if (r == 0)
			r = picture_add_point(to, bin_edge(i + 1), y);
	}
	return r;
}

static int draw_histogram(struct report *r, const struct report_series *s)
{
	struct picture p = {.kind = PICTURE_HISTOGRAM};
	char name[HTML_SERIES_SIZE], caption[HTML_SERIES_SIZE + 96];
	int error = 0;

	for (size_t g = 0; error == 0 && g < r->n_groups; g++)
		error = add_bins(&p, &s->cells[g].all.histogram, g);
	snprintf(caption, sizeof(caption), "Distribution%s: %s",
		 r->n_groups > 1 ? " (one strip each, in the legend's order)" : "",
		 html_series_name(s, name));
	html_drawing(r, &p, caption);
	return error;
}

/* Means thin, maxima thick: a stall is a peak of the latter. */
static int add_intervals(struct picture *p, const struct series *s, size_t group)
{
	struct picture_series *mean, *max;
	int r = 0;

	if (!s || !s->interval_ns)
		return 0;
	mean = picture_add_series(p, PICTURE_LEVEL, group);
	for (size_t i = 0; mean && r == 0 && i < s->n_intervals; i++)
		if (s->intervals[i].count)
			r = picture_add_point(
				mean, ((double)i + 0.5) * (double)s->interval_ns / 1e9,
				(double)s->intervals[i].sum_ns / (double)s->intervals[i].count);
	max = mean ? picture_add_series(p, PICTURE_LINE, group) : NULL; /* moves `mean` */
	for (size_t i = 0; max && r == 0 && i < s->n_intervals; i++)
		if (s->intervals[i].count)
			r = picture_add_point(max, ((double)i + 0.5) * (double)s->interval_ns / 1e9,
					      (double)s->intervals[i].max_ns);
	return max ? r : -ENOMEM;
}

static int draw_timeline(struct report *r, const struct report_series *s)
{
	struct picture p = {.kind = PICTURE_TIMELINE};
	char name[HTML_SERIES_SIZE], caption[HTML_SERIES_SIZE + 96];
	int error = 0;

	for (size_t g = 0; error == 0 && g < r->n_groups; g++)
		error = add_intervals(&p, s->cells[g].example, g);
	if (error < 0 || !p.n) {
		picture_finish(&p);
		return error;
	}
	snprintf(caption, sizeof(caption),
		 "Over time, first trial, longest (thick) and mean (thin) of each interval: %s",
		 html_series_name(s, name));
	html_drawing(r, &p, caption);
	return 0;
}

static int draw_series(struct report *r, const struct report_series *s)
{
	int error = draw_percentiles(r, s);

	if (error == 0)
		error = draw_histogram(r, s);
	return error == 0 ? draw_timeline(r, s) : error;
}

/* What matters first: a phone shows the first few columns. */
static const char *const headings[] = {
	"series", "kernel", "p50",        "p90",    "p99",  "p99.9",
	"max",    "count",  "per second", "errors", "late", "missed",
};

static void print_number(struct report *r, uint64_t value)
{
	char text[NUM_TEXT_SIZE];

	html_element(r, "td class=\"number\"", "%s", value ? num_format_count(value, text) : "0");
}

static void print_rate(struct report *r, double per_s)
{
	if (per_s >= 1000)
		print_number(r, (uint64_t)llround(per_s));
	else
		html_element(r, "td class=\"number\"", "%.3g", per_s);
}

static void print_row(struct report *r, const struct report_series *s, size_t group)
{
	static const double shown[] = {50, 90, 99, 99.9};
	const struct report_cell *c = &s->cells[group];
	char text[HTML_CELL_SIZE], name[HTML_SERIES_SIZE], ns[NUM_TEXT_SIZE];

	fprintf(r->page, "<tr%s>\n", s->primary ? " class=\"primary\"" : "");
	html_element(r, "th scope=\"row\"", "%s", html_series_name(s, name));
	fprintf(r->page, "<td><span class=\"swatch s%zu\"></span>", group);
	markup_print(r->groups[group].name, r->page);
	fputs("</td>\n", r->page);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		html_element(r, "td class=\"number\"", "%s",
			     html_percentile(&c->all.histogram, shown[i], text));
	html_element(r, "td class=\"number\"", "%s",
		     c->all.histogram.count ? num_format_ns((double)c->all.histogram.max_ns, ns)
					    : "\xe2\x80\x93");
	print_number(r, c->all.histogram.count);
	print_rate(r, c->all.rate_per_s);
	print_number(r, series_errors(&c->all));
	print_number(r, c->all.late);
	print_number(r, c->all.missed);
	fputs("</tr>\n", r->page);
}

static void print_figures(struct report *r, const struct report_workload *w)
{
	char name[MODEL_NAME_SIZE], caption[MODEL_NAME_SIZE + 16];

	snprintf(caption, sizeof(caption), "Figures of %s", model_workload_name(w, name));
	html_table_begin(r, caption);
	html_table_head(r, headings, sizeof(headings) / sizeof(headings[0]));
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
		html_element(r, "li", "%s: %zu valid trial%s, %zu left out%s%s", r->groups[g].name,
			     w->n_valid[g], w->n_valid[g] == 1 ? "" : "s", w->n_invalid[g],
			     w->trouble[g] ? ": " : "", w->trouble[g] ? w->trouble[g] : "");
	}
	fputs("</ul>\n", r->page);
}

/* Those that the workload asks about at once, the others where one wants to see them. */
static int print_drawings(struct report *r, const struct report_workload *w, bool primary)
{
	size_t n = 0;
	int error = 0;

	for (size_t i = 0; i < w->n_series; i++)
		n += w->series[i].primary == primary;
	if (!n || !r->settings.pictures)
		return 0;
	if (!primary)
		fprintf(r->page, "<details><summary>Pictures of the other %zu series</summary>\n",
			n);
	html_legend(r);
	fputs("<div class=\"drawings\">\n", r->page);
	for (size_t i = 0; error == 0 && i < w->n_series; i++)
		if (w->series[i].primary == primary)
			error = draw_series(r, &w->series[i]);
	fprintf(r->page, "</div>\n%s", primary ? "" : "</details>\n");
	return error;
}

static int print_workload(struct report *r, const struct report_workload *w, size_t number)
{
	char name[MODEL_NAME_SIZE];
	int error;

	fprintf(r->page, "<section aria-labelledby=\"workload-%zu\"><h3 id=\"workload-%zu\">",
		number, number);
	markup_print(model_workload_name(w, name), r->page);
	fputs("</h3>\n", r->page);
	if (w->run->outline.why)
		html_prose(r, "p class=\"why\"", w->run->outline.why);
	print_trials(r, w);
	if (w->n_series)
		print_figures(r, w);
	error = print_drawings(r, w, true);
	if (error == 0)
		error = print_drawings(r, w, false);
	fputs("</section>\n", r->page);
	return error;
}

int section_workloads(struct report *r)
{
	int error = 0;

	if (!r->n_workloads)
		return 0;
	fputs("<h2 id=\"workloads\">Workloads</h2>\n", r->page);
	html_element(r, "p",
		     "The figures are of all valid trials of a kernel together; a comparison never "
		     "pools. An en dash: fewer than 10 samples lie beyond. Bold: what the workload "
		     "asks about.");
	for (size_t i = 0; error == 0 && i < r->n_workloads; i++)
		error = print_workload(r, &r->workloads[i], i);
	return error;
}
