/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a number of a workload does to its latencies (cgchurn sweep), with the knee marked. */
#include <errno.h>
#include <math.h>

#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

enum { COLOUR_P50, COLOUR_P99, COLOUR_KNEE = 4 };

static int add_curve(struct picture *p, const struct sweep_view *v, size_t colour)
{
	struct picture_series *s = picture_add_series(p, PICTURE_LINE, colour);
	int r = s ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < v->n; i++)
		r = picture_add_point(s, v->points[i].number,
				      colour == COLOUR_P50 ? v->points[i].p50_ns
							   : v->points[i].p99_ns);
	return r;
}

static int draw(struct report *r, const struct sweep_view *v)
{
	struct picture p = {.kind = v->is_time ? PICTURE_SWEEP_TIME : PICTURE_SWEEP};
	char caption[1024];
	int error = add_curve(&p, v, COLOUR_P50);

	if (error == 0)
		error = add_curve(&p, v, COLOUR_P99);
	if (error == 0 && isfinite(v->knee)) {
		struct picture_series *s = picture_add_series(&p, PICTURE_MARK, COLOUR_KNEE);

		error = s ? picture_add_point(s, v->knee, 0) : -ENOMEM;
	}
	snprintf(caption, sizeof(caption), "%s of %s against %s: p50 (solid) and p99 (dashed)%s",
		 v->series, v->workload, v->vary, isfinite(v->knee) ? ", upright the knee" : "");
	html_drawing(r, &p, caption);
	return error;
}

static const char *format_number(const struct sweep_view *v, double number, char buf[NUM_TEXT_SIZE])
{
	if (v->is_time)
		return num_format_ns(number, buf);
	snprintf(buf, NUM_TEXT_SIZE, "%.4g", number);
	return buf;
}

static void print_words(struct report *r, const struct sweep_view *v)
{
	char a[NUM_TEXT_SIZE], b[NUM_TEXT_SIZE];

	if (!v->bound[0]) {
		html_element(r, "p", "No bound was asked for.");
		return;
	}
	if (isfinite(v->edge_holds) && isfinite(v->edge_breaks))
		html_element(r, "p", "%s holds up to %s = %s and breaks at %s.", v->bound, v->vary,
			     format_number(v, v->edge_holds, a),
			     format_number(v, v->edge_breaks, b));
	else
		html_element(r, "p", "Where %s begins to break was not found in this range.",
			     v->bound);
	if (!isfinite(v->knee))
		return;
	if (isfinite(v->knee_low) && isfinite(v->knee_high))
		html_element(r, "p", "The knee is at %s, between %s and %s.",
			     format_number(v, v->knee, (char[NUM_TEXT_SIZE]){0}),
			     format_number(v, v->knee_low, a), format_number(v, v->knee_high, b));
	else
		html_element(r, "p", "The knee is at %s.", format_number(v, v->knee, a));
}

static void print_time(struct report *r, double ns)
{
	char text[NUM_TEXT_SIZE];

	html_element(r, "td class=\"number\"", "%s",
		     isfinite(ns) ? num_format_ns(ns, text) : "\xe2\x80\x93");
}

static void print_points(struct report *r, const struct sweep_view *v)
{
	const char *const headings[] = {v->vary, "bound", "p50", "p99", "per second"};
	char caption[2 * SWEEP_VIEW_TEXT_SIZE + 16];

	snprintf(caption, sizeof(caption), "Points: %s", v->series);
	html_table_begin(r, caption);
	html_table_head(r, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < v->n; i++) {
		const struct sweep_view_point *p = &v->points[i];

		fputs("<tr>\n", r->page);
		html_element(r, "th scope=\"row\"", "%s", p->text);
		html_element(r, "td", "%s", p->verdict);
		print_time(r, p->p50_ns);
		print_time(r, p->p99_ns);
		html_element(r, "td class=\"number\"", "%.4g", p->rate_per_s);
		fputs("</tr>\n", r->page);
	}
	html_table_end(r);
}

int section_sweeps(struct report *r)
{
	int error = 0;

	if (!r->n_sweeps)
		return 0;
	fputs("<h2 id=\"sweeps\">How much it takes</h2>\n", r->page);
	for (size_t i = 0; error == 0 && i < r->n_sweeps; i++) {
		const struct sweep_view *v = &r->sweeps[i];

		html_element(r, "h3", "%s, %s", v->workload, v->vary);
		print_words(r, v);
		fputs("<div class=\"drawings\">\n", r->page);
		error = draw(r, v);
		fputs("</div>\n", r->page);
		print_points(r, v);
	}
	return error;
}
