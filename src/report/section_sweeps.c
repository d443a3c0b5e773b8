/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Latencies over the values of one number of a workload (cgchurn sweep), with the knee. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "json/fields.h"
#include "report/html.h"
#include "report/section.h"
#include "report/sweep_view.h"

static const char schema[] = "cgchurn-sweep/1";

bool sweep_view_likely(const char *text, size_t size)
{
	enum { LOOK = 256 };

	return memmem(text, size < LOOK ? size : LOOK, schema, sizeof(schema) - 1) != NULL;
}

#define TEXT(key, type, member, ...)                                                      \
	FIELD(key, json_field_text, type, member, .max = sizeof(((type *)0)->member) - 1, \
	      ##__VA_ARGS__)
#define FIGURE(key, type, member) FIELD(key, json_field_double, type, member, .nullable = true)

/* "storm.workers", or "hierarchy.depth" */
static const struct json_field vary_fields[] = {
	TEXT("actor", struct sweep_view, vary_actor, .required = true),
	TEXT("key", struct sweep_view, vary_key, .required = true),
	TEXT("unit", struct sweep_view, unit, .required = true),
};
static const struct json_table vary_table = JSON_TABLE(struct sweep_view, vary_fields);

static const struct json_field bound_fields[] = {
	TEXT("text", struct sweep_view, bound, .required = true),
};
static const struct json_table bound_table = JSON_TABLE(struct sweep_view, bound_fields);

static const struct json_field knee_fields[] = {
	FIGURE("at", struct sweep_view, knee),
	FIGURE("low", struct sweep_view, knee_low),
	FIGURE("high", struct sweep_view, knee_high),
};
static const struct json_table knee_table = JSON_TABLE(struct sweep_view, knee_fields);

static const struct json_field series_fields[] = {
	TEXT("actor", struct sweep_view_point, id.actor, .required = true),
	TEXT("span", struct sweep_view_point, id.span, .required = true),
	FIELD("time", json_field_choice, struct sweep_view_point, id.time, .names = span_time_names,
	      .n_names = 2, .required = true),
	FIGURE("p50_ns", struct sweep_view_point, p50_ns),
	FIGURE("p99_ns", struct sweep_view_point, p99_ns),
	FIGURE("rate_per_s", struct sweep_view_point, rate_per_s),
};
static const struct json_table series_table = JSON_TABLE(struct sweep_view_point, series_fields);

/* The first series: the bound's, where there is a bound. */
static int take_series(const struct json_at *at, const struct json_field *field, void *to)
{
	struct json_at first = json_element(at, 0);
	size_t n;
	int r = json_want_array(at, 1, SWEEP_VIEW_POINTS_MAX, &n);

	return r < 0 ? r : json_get_table(&first, &series_table, to);
}

static const struct json_field point_fields[] = {
	FIELD("number", json_field_double, struct sweep_view_point, number, .required = true),
	TEXT("value", struct sweep_view_point, text, .required = true),
	TEXT("verdict", struct sweep_view_point, verdict),
	{.key = "series", .take = take_series, .required = true},
};
static const struct json_table point_table = JSON_TABLE(struct sweep_view_point, point_fields);

static const char *const schemas[] = {schema};
static const struct json_field sweep_fields[] = {
	FIELD("schema", json_field_choice, struct sweep_view, schema, .names = schemas,
	      .n_names = 1, .required = true),
	TEXT("workload", struct sweep_view, workload, .required = true),
	NESTED("vary", &vary_table, .required = true),
	NESTED("bound", &bound_table, .nullable = true),
	FIGURE("edge_holds", struct sweep_view, edge_holds),
	FIGURE("edge_breaks", struct sweep_view, edge_breaks),
	NESTED("knee", &knee_table, .nullable = true),
	FIELD("points", json_field_list, struct sweep_view, points, .of = &point_table,
	      .count = offsetof(struct sweep_view, n), .max = SWEEP_VIEW_POINTS_MAX,
	      .required = true),
};
static const struct json_table sweep_table = JSON_TABLE(struct sweep_view, sweep_fields);

static int read_root(const struct json_at *root, void *to)
{
	return json_get_table(root, &sweep_table, to);
}

int sweep_view_read(const char *text, size_t size, const char *origin, struct sweep_view *ret,
		    struct err *e)
{
	struct sweep_view v = {.n = 0};
	int r = json_visit_text(text, size, origin, read_root, &v, e);

	if (r == 0)
		*ret = v;
	else
		sweep_view_finish(&v);
	return r;
}

void sweep_view_finish(struct sweep_view *v)
{
	free(v->points);
	*v = (struct sweep_view){0};
}

/* Of the series that the points show. */
static const char *label_of(const struct sweep_view *v, char buf[SERIES_LABEL_SIZE])
{
	return v->n ? series_label(&v->points[0].id, buf) : "";
}

static double known(double ns)
{
	return ns > 0 ? ns : NAN;
}

enum { COLOUR_P50, COLOUR_P99, COLOUR_KNEE = 4 };

static bool is_time(const struct sweep_view *v)
{
	return strcmp(v->unit, "ns") == 0;
}

static void draw(struct report *r, const struct sweep_view *v)
{
	struct picture p = {.kind = is_time(v) ? PICTURE_SWEEP_TIME : PICTURE_SWEEP};
	char label[SERIES_LABEL_SIZE];

	for (size_t colour = COLOUR_P50; colour <= COLOUR_P99; colour++) {
		struct picture_series *s = picture_add_series(&p, PICTURE_LINE, colour);

		for (size_t i = 0; i < v->n; i++) {
			const struct sweep_view_point *at = &v->points[i];

			picture_add_point(&p, s, at->number,
					  known(colour == COLOUR_P50 ? at->p50_ns : at->p99_ns));
		}
	}
	if (v->knee > 0)
		picture_add_mark(&p, COLOUR_KNEE, v->knee);
	html_drawing(r, &p, "%s of %s against %s.%s: p50 (solid) and p99 (dashed)%s",
		     label_of(v, label), v->workload, v->vary_actor, v->vary_key,
		     v->knee > 0 ? "; vertical line: the knee" : "");
}

static const char *format_number(const struct sweep_view *v, double number, char buf[NUM_TEXT_SIZE])
{
	if (is_time(v))
		return num_format_ns(number, buf);
	snprintf(buf, NUM_TEXT_SIZE, "%.4g", number);
	return buf;
}

static void print_words(struct report *r, const struct sweep_view *v)
{
	char a[NUM_TEXT_SIZE], b[NUM_TEXT_SIZE];

	if (!v->bound[0]) {
		html_element(r, "p", "The sweep has no bound.");
		return;
	}
	if (v->edge_holds > 0 && v->edge_breaks > 0)
		html_element(r, "p", "%s holds up to %s.%s = %s and breaks at %s.", v->bound,
			     v->vary_actor, v->vary_key, format_number(v, v->edge_holds, a),
			     format_number(v, v->edge_breaks, b));
	else
		html_element(r, "p", "Within this range, %s has no point where it starts to break.",
			     v->bound);
	if (!(v->knee > 0))
		return;
	if (v->knee_low > 0 && v->knee_high > 0)
		html_element(r, "p", "The knee is at %s, between %s and %s.",
			     format_number(v, v->knee, (char[NUM_TEXT_SIZE]){0}),
			     format_number(v, v->knee_low, a), format_number(v, v->knee_high, b));
	else
		html_element(r, "p", "The knee is at %s.", format_number(v, v->knee, a));
}

static void print_points(struct report *r, const struct sweep_view *v)
{
	char vary[2 * SWEEP_VIEW_TEXT_SIZE], caption[SERIES_LABEL_SIZE + 16],
		label[SERIES_LABEL_SIZE];
	const char *const headings[] = {vary, "bound", "p50", "p99", "per second", NULL};

	snprintf(vary, sizeof(vary), "%s.%s", v->vary_actor, v->vary_key);
	snprintf(caption, sizeof(caption), "Points: %s", label_of(v, label));
	html_table_begin(r, caption, headings);
	for (size_t i = 0; i < v->n; i++) {
		const struct sweep_view_point *p = &v->points[i];

		html_row_begin(r, NULL, "%s", p->text);
		html_element(r, "td", "%s", p->verdict);
		html_time(r, known(p->p50_ns));
		html_time(r, known(p->p99_ns));
		html_number(r, "%.4g", p->rate_per_s);
		html_row_end(r);
	}
	html_table_end(r);
}

void section_sweeps(struct report *r)
{
	if (!r->n_sweeps)
		return;
	fputs("<h2 id=\"sweeps\">Sweeps</h2>\n", r->page);
	for (size_t i = 0; i < r->n_sweeps; i++) {
		const struct sweep_view *v = &r->sweeps[i];

		html_element(r, "h3", "%s, %s.%s", v->workload, v->vary_actor, v->vary_key);
		print_words(r, v);
		fputs("<div class=\"drawings\">\n", r->page);
		draw(r, v);
		fputs("</div>\n", r->page);
		print_points(r, v);
	}
}
