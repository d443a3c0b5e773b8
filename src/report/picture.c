/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"

enum { LEFT = 62, RIGHT = 468, TOP = 8, BOTTOM = 276, TICKS_MAX = 24, LABEL_SIZE = 32 };

struct axis {
	double low, high; /* low < high once it is made */
	bool log;
	double from, to; /* where these two lie in the picture */
	const char *title;
	void (*label)(double value, char buf[LABEL_SIZE]);
	double ticks[TICKS_MAX];
	size_t n_ticks;
};

struct picture_series *picture_add_series(struct picture *p, enum picture_style style,
					  size_t colour)
{
	struct picture_series *s =
		p->n < PICTURE_SERIES_MAX ? array_grow(&p->series, &p->n, sizeof(*s)) : NULL;

	p->failed |= !s;
	if (s)
		*s = (struct picture_series){.style = style, .colour = colour % PICTURE_COLOURS};
	return s;
}

void picture_add_point(struct picture *p, struct picture_series *s, double x, double y)
{
	struct picture_point *point;

	if (!s || !isfinite(x) || !isfinite(y))
		return;
	point = s->n < PICTURE_POINTS_MAX ? array_grow(&s->points, &s->n, sizeof(*point)) : NULL;
	p->failed |= !point;
	if (point)
		*point = (struct picture_point){x, y};
}

void picture_add_level(struct picture *p, size_t colour, double from, double to, double y)
{
	struct picture_series *s = picture_add_series(p, PICTURE_LEVEL, colour);

	picture_add_point(p, s, from, y);
	picture_add_point(p, s, to, y);
}

void picture_add_mark(struct picture *p, size_t colour, double x)
{
	picture_add_point(p, picture_add_series(p, PICTURE_MARK, colour), x, 0);
}

void picture_finish(struct picture *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->series[i].points);
	free(p->series);
	*p = (struct picture){0};
}

static double place(const struct axis *a, double value)
{
	double share = a->log ? log(value / a->low) / log(a->high / a->low)
			      : (value - a->low) / (a->high - a->low);

	/* On a logarithmic axis, 0 is at the low end. */
	return a->from + fmin(fmax(share, 0), 1) * (a->to - a->from);
}

static void label_scaled(double value, double thousand, const char *const *units, size_t n,
			 char buf[LABEL_SIZE])
{
	size_t unit = 0;

	while (unit + 1 < n && value >= thousand) {
		value /= 1000;
		thousand = 1000;
		unit++;
	}
	snprintf(buf, LABEL_SIZE, "%.4g%s", value, units[unit]);
}

static void label_time(double ns, char buf[LABEL_SIZE])
{
	static const char *const units[] = {" ns", " us", " ms", " s"};

	label_scaled(ns, 1000, units, 4, buf);
}

static void label_number(double value, char buf[LABEL_SIZE])
{
	static const char *const units[] = {"", "k", "M", "G"};

	label_scaled(value, 10000, units, 4, buf);
}

static void label_percentile(double x, char buf[LABEL_SIZE])
{
	snprintf(buf, LABEL_SIZE, "p%.7g", 100 * (1 - pow(10, -x)));
}

/* clock_format_rfc3339() takes the years up to 9999. */
static const char *date_text(double s, char text[CLOCK_RFC3339_SIZE])
{
	return clock_format_rfc3339((int64_t)fmin(fmax(s, 0), 253402300799.0), text);
}

static void label_date(double s, char buf[LABEL_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];

	snprintf(buf, LABEL_SIZE, "%.10s", date_text(s, text));
}

static void label_minute(double s, char buf[LABEL_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];

	date_text(s, text);
	snprintf(buf, LABEL_SIZE, "%.5s %.5s", text + 5, text + 11);
}

static void add_tick(struct axis *a, double at)
{
	if (a->n_ticks < TICKS_MAX && at >= a->low && at <= a->high)
		a->ticks[a->n_ticks++] = at;
}

/* About five multiples of 1, 2 or 5 times a power of ten. */
static void add_even_ticks(struct axis *a)
{
	double rough = (a->high - a->low) / 5, step = pow(10, floor(log10(rough)));

	step *= rough / step >= 5 ? 5 : rough / step >= 2 ? 2 : 1;
	for (double at = ceil(a->low / step) * step; at <= a->high && a->n_ticks < TICKS_MAX;
	     at += step)
		add_tick(a, at);
}

/* 1, 2 and 5 of each decade; of many decades only 1. */
static void add_decade_ticks(struct axis *a)
{
	bool many = log10(a->high / a->low) > 2.2;

	for (int decade = (int)floor(log10(a->low)); decade <= (int)log10(a->high); decade++)
		for (int step = 1; step <= 5; step += step == 1 ? 1 : 3)
			if (step == 1 || !many)
				add_tick(a, step * pow(10, decade));
}

static void add_ticks(struct axis *a)
{
	if (a->log && a->high / a->low >= 8)
		add_decade_ticks(a);
	else
		add_even_ticks(a);
}

static void find_range(const struct picture *p, struct axis *x, struct axis *y)
{
	x->low = y->low = INFINITY;
	x->high = y->high = -INFINITY;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->series[i].n; k++) {
			const struct picture_point *at = &p->series[i].points[k];

			x->low = fmin(x->low, at->x);
			x->high = fmax(x->high, at->x);
			if (p->series[i].style == PICTURE_MARK)
				continue;
			y->low = fmin(y->low, at->y);
			y->high = fmax(y->high, at->y);
		}
}

/* An axis without data, or with one value, has some width, too. */
static void widen(struct axis *a, double low, double high)
{
	if (!(a->low <= a->high)) {
		a->low = low;
		a->high = high;
	}
	if (a->log) {
		a->low = fmax(a->low, 1) * 0.95;
		a->high = fmax(a->high, a->low) * 1.05;
	}
	if (!(a->high > a->low))
		a->high = a->low + 1;
}

static void make_time_axis(struct axis *a)
{
	a->log = true;
	a->label = label_time;
	widen(a, 1, 1e9);
	add_ticks(a);
}

static void make_linear_axis(struct axis *a, void (*label)(double, char[LABEL_SIZE]),
			     bool from_zero)
{
	a->label = label;
	if (from_zero)
		a->low = 0;
	widen(a, 0, 1);
	add_ticks(a);
}

static void make_percentile_axis(struct axis *a)
{
	a->label = label_percentile;
	a->title = "percentile";
	a->low = 0;
	a->high = fmax(a->high, 1);
	add_tick(a, log10(2));
	for (int i = 1; i <= 7; i++)
		add_tick(a, i);
}

static void make_date_axis(struct axis *a)
{
	double margin;

	widen(a, 0, 86400);
	a->label = a->high - a->low > 4 * 86400 ? label_date : label_minute;
	margin = (a->high - a->low) / 40;
	/* A label at the end would be clipped. */
	for (int i = 1; i <= 5; i += 2)
		add_tick(a, a->low + (a->high - a->low) * i / 6);
	a->low -= margin;
	a->high += margin;
}

/* Logarithmic beyond a decade. */
static void make_sweep_axis(struct axis *a)
{
	a->log = a->low > 0 && a->high / a->low > 10;
	a->label = label_number;
	if (!a->log)
		widen(a, 0, 1);
	add_ticks(a);
}

static void make_axes(const struct picture *p, struct axis *x, struct axis *y)
{
	*x = (struct axis){.from = LEFT, .to = RIGHT};
	*y = (struct axis){.from = BOTTOM, .to = TOP};
	find_range(p, x, y);
	switch (p->kind) {
	case PICTURE_PERCENTILES:
		make_percentile_axis(x);
		break;
	case PICTURE_TIMELINE:
		x->title = "seconds since the window began";
		make_linear_axis(x, label_number, true);
		break;
	case PICTURE_SWEEP:
		make_sweep_axis(x);
		break;
	case PICTURE_HISTORY:
	case PICTURE_HISTORY_RATE:
		if (p->by_order)
			make_linear_axis(x, label_number, true);
		else
			make_date_axis(x);
		break;
	default:
		make_time_axis(x);
	}
	if (p->kind == PICTURE_HISTORY_RATE) {
		make_linear_axis(y, label_number, true);
	} else if (p->kind == PICTURE_HISTOGRAM) {
		/* One strip per series, the first on top. */
		y->low = 0;
		y->high = p->n ? (double)p->n : 1;
	} else if (p->kind == PICTURE_HISTORY && y->low <= 0) {
		/* 0 has no place on a logarithmic axis. */
		make_linear_axis(y, label_time, true);
	} else {
		make_time_axis(y);
	}
}

static void print_axes(const struct axis *x, const struct axis *y, FILE *to)
{
	char label[LABEL_SIZE];

	for (size_t i = 0; i < y->n_ticks; i++) {
		double at = place(y, y->ticks[i]);

		y->label(y->ticks[i], label);
		fprintf(to,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"y\" x=\"%d\" "
			"y=\"%.1f\">%s</text>\n",
			LEFT, at, RIGHT, LEFT - 5, at + 4, label);
	}
	for (size_t i = 0; i < x->n_ticks; i++) {
		double at = place(x, x->ticks[i]);

		x->label(x->ticks[i], label);
		fprintf(to,
			"<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"x\" x=\"%.1f\" "
			"y=\"%d\">%s</text>\n",
			at, BOTTOM, TOP, at, BOTTOM + 17, label);
	}
	fprintf(to, "<path class=\"frame\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, BOTTOM, RIGHT);
	if (x->title)
		fprintf(to, "<text class=\"x\" x=\"%d\" y=\"%d\">%s</text>\n", (LEFT + RIGHT) / 2,
			BOTTOM + 35, x->title);
}

/* Points with their values, which a line has only at some places, invisible. */
static void print_points(const struct axis *x, const struct axis *y, const struct picture_series *s,
			 FILE *to)
{
	enum { PLACES = 24 };
	bool visible = s->style == PICTURE_POINTS;
	size_t step = visible ? 1 : s->n / PLACES + 1;
	char x_text[LABEL_SIZE], y_text[LABEL_SIZE];

	for (size_t i = 0; i < s->n; i += step) {
		const struct picture_point *at = &s->points[i];

		x->label(at->x, x_text);
		y->label(at->y, y_text);
		fprintf(to,
			"<circle class=\"%s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%s: "
			"%s</title></circle>\n",
			visible ? "s" : "hover s", s->colour, place(x, at->x), place(y, at->y),
			visible ? 3 : 6, x_text, y_text);
	}
}

static void print_line(const struct axis *x, const struct axis *y, const struct picture_series *s,
		       FILE *to)
{
	fprintf(to, "<path class=\"%s d%zu\" d=\"", s->style == PICTURE_LINE ? "line" : "level",
		s->colour);
	for (size_t i = 0; i < s->n; i++)
		fprintf(to, "%c%.1f %.1f", i ? 'L' : 'M', place(x, s->points[i].x),
			place(y, s->points[i].y));
	fputs("\"/>\n", to);
	print_points(x, y, s, to);
}

/* A mark runs from the bottom to the top. */
static void print_marks(const struct axis *x, const struct picture_series *s, FILE *to)
{
	char text[LABEL_SIZE];

	for (size_t i = 0; i < s->n; i++) {
		x->label(s->points[i].x, text);
		fprintf(to,
			"<path class=\"mark d%zu\" d=\"M%.1f %dV%d\"><title>%s</title></path>\n",
			s->colour, place(x, s->points[i].x), BOTTOM, TOP, text);
	}
}

static void print_strip(const struct axis *x, const struct axis *y, const struct picture_series *s,
			double base, FILE *to)
{
	fprintf(to, "<path class=\"strip s%zu d%zu\" d=\"M%.1f %.1f", s->colour, s->colour,
		place(x, s->points[0].x), place(y, base));
	for (size_t i = 0; i < s->n; i++)
		fprintf(to, "L%.1f %.1f", place(x, s->points[i].x),
			place(y, base + 0.92 * s->points[i].y));
	fprintf(to, "L%.1f %.1fZ\"/>\n", place(x, s->points[s->n - 1].x), place(y, base));
}

void picture_print(const struct picture *p, FILE *to)
{
	struct axis x, y;

	make_axes(p, &x, &y);
	print_axes(&x, &y, to);
	for (size_t i = 0; i < p->n; i++) {
		const struct picture_series *s = &p->series[i];

		if (!s->n)
			continue;
		if (p->kind == PICTURE_HISTOGRAM)
			print_strip(&x, &y, s, (double)(p->n - 1 - i), to);
		else if (s->style == PICTURE_MARK)
			print_marks(&x, s, to);
		else if (s->style == PICTURE_POINTS)
			print_points(&x, &y, s, to);
		else
			print_line(&x, &y, s, to);
	}
}
