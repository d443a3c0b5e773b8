/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Latencies over the values of one number of a workload (cgchurn sweep), with the knee. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "json/read.h"
#include "report/html.h"
#include "report/section.h"
#include "report/sweep_view.h"

static const char schema[] = "cgchurn-sweep/1";

bool sweep_view_likely(const char *text, size_t size)
{
	enum { LOOK = 256 };

	return memmem(text, size < LOOK ? size : LOOK, schema, sizeof(schema) - 1) != NULL;
}

/* Does nothing after a failure in `r`, as the next one. */
static void take_text(int *r, const struct json_at *object, const char *key, char *ret, size_t size)
{
	struct json_at at = json_member(object, key);
	const char *text;

	if (*r == 0)
		*r = json_get_string(&at, size - 1, &text);
	if (*r == 0)
		snprintf(ret, size, "%s", text);
}

/* NAN where it is absent or null. */
static void take_number(int *r, const struct json_at *object, const char *key, double *ret)
{
	struct json_at at = json_member(object, key);

	*ret = NAN;
	if (*r == 0 && at.present && at.value)
		*r = json_get_double(&at, -DBL_MAX, DBL_MAX, ret);
}

/* "storm.workers", or "hierarchy.depth" */
static int read_vary(const struct json_at *root, struct sweep_view *v)
{
	struct json_at vary = json_member(root, "vary");
	char actor[SWEEP_VIEW_TEXT_SIZE], key[SWEEP_VIEW_TEXT_SIZE], unit[SWEEP_VIEW_TEXT_SIZE];
	int r = 0;

	take_text(&r, &vary, "actor", actor, sizeof(actor));
	take_text(&r, &vary, "key", key, sizeof(key));
	take_text(&r, &vary, "unit", unit, sizeof(unit));
	if (r < 0)
		return r;
	snprintf(v->vary, sizeof(v->vary), "%s.%s", actor, key);
	v->is_time = strcmp(unit, "ns") == 0;
	return 0;
}

static int read_bound(const struct json_at *root, struct sweep_view *v)
{
	struct json_at bound = json_member(root, "bound"), knee = json_member(root, "knee");
	int r = 0;

	v->knee = v->knee_low = v->knee_high = NAN;
	if (bound.present && bound.value)
		take_text(&r, &bound, "text", v->bound, sizeof(v->bound));
	take_number(&r, root, "edge_holds", &v->edge_holds);
	take_number(&r, root, "edge_breaks", &v->edge_breaks);
	if (r < 0 || !knee.present || !knee.value)
		return r;
	take_number(&r, &knee, "at", &v->knee);
	take_number(&r, &knee, "low", &v->knee_low);
	take_number(&r, &knee, "high", &v->knee_high);
	return r;
}

/* The first series: the bound's, where there is a bound. */
static int read_series(const struct json_at *point, struct sweep_view *v,
		       struct sweep_view_point *to)
{
	struct json_at list = json_member(point, "series"), first;
	char actor[SWEEP_VIEW_TEXT_SIZE], span[SWEEP_VIEW_TEXT_SIZE], time[16];
	size_t n;
	int r = json_want_array(&list, 1, SWEEP_VIEW_POINTS_MAX, &n);

	if (r < 0)
		return r;
	first = json_element(&list, 0);
	take_text(&r, &first, "actor", actor, sizeof(actor));
	take_text(&r, &first, "span", span, sizeof(span));
	take_text(&r, &first, "time", time, sizeof(time));
	take_number(&r, &first, "p50_ns", &to->p50_ns);
	take_number(&r, &first, "p99_ns", &to->p99_ns);
	take_number(&r, &first, "rate_per_s", &to->rate_per_s);
	if (r == 0)
		snprintf(v->series, sizeof(v->series), "%.100s %.100s%s%s", actor, span,
			 strcmp(time, "service") == 0 ? "" : " ",
			 strcmp(time, "service") == 0 ? "" : time);
	return r;
}

static int read_point(const struct json_at *list, size_t i, struct sweep_view *v)
{
	struct sweep_view_point *to = &v->points[i];
	struct json_at point = json_element(list, i), number;
	int r = json_want_object(&point, NULL, 0);

	if (r < 0)
		return r;
	number = json_member(&point, "number");
	r = json_get_double(&number, 0, DBL_MAX, &to->number);
	take_text(&r, &point, "value", to->text, sizeof(to->text));
	if (json_member(&point, "verdict").present)
		take_text(&r, &point, "verdict", to->verdict, sizeof(to->verdict));
	return r == 0 ? read_series(&point, v, to) : r;
}

static int read_root(const struct json_at *root, void *to)
{
	const char *const schemas[] = {schema};
	struct json_at at = json_member(root, "schema"), points;
	struct sweep_view *v = to;
	size_t index;
	int r = json_want_object(root, NULL, 0);

	if (r == 0)
		r = json_get_choice(&at, schemas, 1, &index);
	take_text(&r, root, "workload", v->workload, sizeof(v->workload));
	if (r == 0)
		r = read_vary(root, v);
	if (r == 0)
		r = read_bound(root, v);
	points = json_member(root, "points");
	if (r == 0)
		r = json_want_array(&points, 0, SWEEP_VIEW_POINTS_MAX, &v->n);
	if (r < 0)
		return r;
	v->points = calloc(v->n + 1, sizeof(*v->points));
	if (!v->points)
		return err_no_memory(root->e);
	for (size_t i = 0; r == 0 && i < v->n; i++)
		r = read_point(&points, i, v);
	return r;
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
	int error = add_curve(&p, v, COLOUR_P50);

	if (error == 0)
		error = add_curve(&p, v, COLOUR_P99);
	if (error == 0 && isfinite(v->knee))
		error = picture_add_mark(&p, COLOUR_KNEE, v->knee);
	html_drawing(r, &p, "%s of %s against %s: p50 (solid) and p99 (dashed)%s", v->series,
		     v->workload, v->vary, isfinite(v->knee) ? "; vertical line: the knee" : "");
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
		html_element(r, "p", "The sweep has no bound.");
		return;
	}
	if (isfinite(v->edge_holds) && isfinite(v->edge_breaks))
		html_element(r, "p", "%s holds up to %s = %s and breaks at %s.", v->bound, v->vary,
			     format_number(v, v->edge_holds, a),
			     format_number(v, v->edge_breaks, b));
	else
		html_element(r, "p", "Within this range, %s has no point where it starts to break.",
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

static void print_points(struct report *r, const struct sweep_view *v)
{
	const char *const headings[] = {v->vary, "bound", "p50", "p99", "per second", NULL};
	char caption[2 * SWEEP_VIEW_TEXT_SIZE + 16];

	snprintf(caption, sizeof(caption), "Points: %s", v->series);
	html_table_begin(r, caption, headings);
	for (size_t i = 0; i < v->n; i++) {
		const struct sweep_view_point *p = &v->points[i];

		html_row_begin(r, NULL, "%s", p->text);
		html_element(r, "td", "%s", p->verdict);
		html_time(r, p->p50_ns);
		html_time(r, p->p99_ns);
		html_number(r, "%.4g", p->rate_per_s);
		html_row_end(r);
	}
	html_table_end(r);
}

int section_sweeps(struct report *r)
{
	int error = 0;

	if (!r->n_sweeps)
		return 0;
	fputs("<h2 id=\"sweeps\">Sweeps</h2>\n", r->page);
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
