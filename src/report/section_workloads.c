/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each workload: its question, its figures, its pictures. */
#include <math.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

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
			error = drawings_of_series(r, &w->series[i]);
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
