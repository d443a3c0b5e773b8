/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time of the samples by cause (cgchurn run --attribute): one stacked bar per kernel and band. */
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

enum { BAR_WIDTH = 240, BAR_HEIGHT = 16 };

static const char *const band_labels[BANDS] = {
	[BAND_ALL] = "all samples", [BAND_MIDDLE] = "p45 to p55", [BAND_SLOWEST] = "slowest 1 %"};

/* Those of children are within the other parts. */
static bool in_total(unsigned part)
{
	return part != PART_CHILD_GATE;
}

/* Its count is 0 where nothing was attributed. */
static const struct part_band *band_of(const struct report_series *s, size_t group, unsigned b)
{
	static const struct part_band none;
	const struct series_attribution *a = s->cells[group].all.attribution;

	return a ? &a->bands[b] : &none;
}

static bool is_used(const struct report *r, const struct report_series *s, unsigned part)
{
	for (size_t g = 0; g < r->n_groups; g++)
		for (unsigned b = 0; b < BANDS; b++)
			if (band_of(s, g, b)->part_ns[part])
				return true;
	return false;
}

static void print_bar(struct report *r, const struct part_band *band)
{
	double total = (double)part_band_total(band), x = 0;

	fprintf(r->page, "<td><svg class=\"bar\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">",
		BAR_WIDTH, BAR_HEIGHT);
	for (unsigned i = 0; total > 0 && i < PARTS; i++) {
		double width = in_total(i) ? (double)band->part_ns[i] / total * BAR_WIDTH : 0;

		if (width > 0)
			fprintf(r->page,
				"<rect class=\"p%u\" x=\"%.2f\" y=\"0\" width=\"%.2f\" "
				"height=\"%d\"/>",
				i, x, width, BAR_HEIGHT);
		x += width;
	}
	fputs("</svg></td>\n", r->page);
}

static void print_part(struct report *r, const struct part_band *band, unsigned part)
{
	double total = (double)part_band_total(band);
	char mean[NUM_TEXT_SIZE];

	html_number(r, "%s (%.0f %%)",
		    num_format_ns((double)band->part_ns[part] / (double)band->count, mean),
		    total > 0 ? 100 * (double)band->part_ns[part] / total : 0);
}

static void print_row(struct report *r, const struct report_series *s, size_t group, unsigned b)
{
	const struct part_band *band = band_of(s, group, b);

	html_row_begin(r, NULL, "%s, %s", r->groups[group].name, band_labels[b]);
	print_bar(r, band);
	for (unsigned i = 0; i < PARTS; i++)
		if (is_used(r, s, i))
			print_part(r, band, i);
	html_row_end(r);
}

static void print_head(struct report *r, const struct report_series *s)
{
	fputs("<thead><tr><th scope=\"col\">kernel, samples</th><th scope=\"col\">shares</th>\n",
	      r->page);
	for (unsigned i = 0; i < PARTS; i++)
		if (is_used(r, s, i))
			fprintf(r->page,
				"<th scope=\"col\">%s<span class=\"swatch p%u\"></span>%s</th>\n",
				in_total(i) ? "" : "within these: ", i, part_labels[i]);
	fputs("</tr></thead>\n<tbody>\n", r->page);
}

static bool is_attributed(const struct report *r, const struct report_series *s)
{
	for (size_t g = 0; g < r->n_groups; g++)
		if (band_of(s, g, BAND_ALL)->count)
			return true;
	return false;
}

static void print_series(struct report *r, const struct report_workload *w,
			 const struct report_series *s)
{
	char name[HTML_SERIES_SIZE], workload[MODEL_NAME_SIZE],
		caption[HTML_SERIES_SIZE + MODEL_NAME_SIZE];

	snprintf(caption, sizeof(caption), "%s: %s", model_workload_name(w, workload),
		 html_series_name(s, name));
	html_table_begin(r, caption, NULL);
	print_head(r, s);
	for (size_t g = 0; g < r->n_groups; g++)
		for (unsigned b = 0; b < BANDS; b++)
			if (band_of(s, g, b)->count)
				print_row(r, s, g, b);
	html_table_end(r);
}

void section_attribution(struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->n_workloads; i++)
		for (size_t k = 0; k < r->workloads[i].n_series; k++) {
			if (!is_attributed(r, &r->workloads[i].series[k]))
				continue;
			if (!any) {
				fputs("<h2 id=\"attribution\">Where the time went</h2>\n", r->page);
				html_element(r, "p",
					     "Mean time of a sample by cause, from tracing in the "
					     "kernel.");
			}
			any = true;
			print_series(r, &r->workloads[i], &r->workloads[i].series[k]);
		}
}
