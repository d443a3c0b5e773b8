/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is drawn of one series, all groups in one picture. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

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

int drawings_of_series(struct report *r, const struct report_series *s)
{
	int error = draw_percentiles(r, s);

	if (error == 0)
		error = draw_histogram(r, s);
	return error == 0 ? draw_timeline(r, s) : error;
}
