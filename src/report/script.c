/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/script.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/num.h"

/* The smallest and the largest of what is drawn. */
struct range {
	double low, high;
	bool any;
};

static void extend(struct range *r, double value)
{
	r->low = r->any && r->low < value ? r->low : value;
	r->high = r->any && r->high > value ? r->high : value;
	r->any = true;
}

static void find_ranges(const struct picture *p, struct range *x, struct range *y)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; k < p->series[i].n; k++) {
			extend(x, p->series[i].points[k].x);
			if (p->series[i].style != PICTURE_MARK)
				extend(y, p->series[i].points[k].y);
		}
}

/* "50 us": 1, 2 or 5 times a power of ten, from 1 ns to 1000 s. */
static void print_time(int decade, int step, FILE *to)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	int unit = decade / 3 < 3 ? decade / 3 : 3;

	fprintf(to, "\"%d %s\" %de%d", step * (int)pow(10, decade - 3 * unit), units[unit], step,
		decade);
}

/* 1, 2 or 5 of each decade, or of many decades 1 only. */
static void print_decade_tics(double low, double high, FILE *to)
{
	int n = 0;

	for (int decade = 0; decade <= 12; decade++)
		for (int step = 1; step <= 5; step += step == 1 ? 1 : 3) {
			double at = step * pow(10, decade);

			if (at < low || at > high || (step != 1 && log10(high / low) > 2.2))
				continue;
			fputs(n++ ? ", " : "", to);
			print_time(decade, step, to);
		}
}

/* 1, 2 or 5 times a power of ten, so that some four of it make the range. */
static double round_step(double low, double high)
{
	double rough = (high - low) / 4, step = pow(10, floor(log10(rough > 1 ? rough : 1)));

	return step * (rough / step >= 5 ? 5 : rough / step >= 2 ? 2 : 1);
}

/* Of less than a decade: multiples of what is 1, 2 or 5 times a power of ten, some four of them,
 * and none nearer to the last than the share `gap` of the axis. */
static void print_close_tics(double low, double high, double gap, FILE *to)
{
	double step = round_step(low, high);
	char text[NUM_TEXT_SIZE];
	int n = 0;

	for (double at = ceil(low / step) * step, last = 0; at <= high && n < 20; at += step) {
		if (last > 0 && log(at / last) < gap * log(high / low))
			continue;
		fprintf(to, "%s\"%s\" %.12g", n++ ? ", " : "", num_format_ns(at, text), at);
		last = at;
	}
}

/* A logarithmic axis of nanoseconds. */
static void print_time_axis(const char *axis, struct range r, FILE *to)
{
	double low = r.any && r.low > 1 ? r.low * 0.95 : 1,
	       high = (r.any && r.high > low ? r.high : low) * 1.05;

	fprintf(to, "set logscale %s\nset %srange [%.9g:%.9g]\nset %stics (", axis, axis, low, high,
		axis);
	if (high / low < 8)
		print_close_tics(low, high, axis[0] == 'x' ? 0.19 : 0.08, to);
	else
		print_decade_tics(low, high, to);
	fputs(")\n", to);
}

/* From 0, which a logarithmic one does not have. */
static void print_linear_time_axis(double high, FILE *to)
{
	double step = round_step(0, high);
	char text[NUM_TEXT_SIZE];

	/* Below the axis' line the points at 0 would be cut in half. */
	fprintf(to, "set yrange [%.9g:%.9g]\nset ytics (\"0\" 0", -0.03 * (high + 1),
		1.05 * (high + 1));
	for (double at = step; at <= high; at += step)
		fprintf(to, ", \"%s\" %.12g", num_format_ns(at, text), at);
	fputs(")\n", to);
}

static void print_percentile_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	/* Where the tail is long, 0 and 50 would stand in each other's way. */
	fprintf(to, "set xlabel \"percentile\"\nset xtics (%s", x.high > 3 ? "" : "\"0\" 0, ");
	fputs("\"50\" 0.30103, \"90\" 1, \"99\" 2, \"99.9\" 3, \"99.99\" 4, "
	      "\"99.999\" 5, \"99.9999\" 6)\n",
	      to);
	fprintf(to, "set xrange [0:%.9g]\n", x.any && x.high > 0.1 ? x.high : 1);
	print_time_axis("y", y, to);
}

/* Each series has a strip of its own, the first one on top, all on one axis of time. */
static void print_histogram_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	print_time_axis("x", x, to);
	fprintf(to, "unset ytics\nset yrange [0:%u]\nset ylabel \"share of samples\"\n",
		p->n ? p->n : 1);
}

static void print_timeline_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	fprintf(to, "set xlabel \"seconds since the window began\"\nset xrange [0:%.9g]\n",
		x.any && x.high > 0 ? x.high : 1);
	print_time_axis("y", y, to);
}

/* More than a decade is seen best on a logarithmic scale. */
static void print_sweep_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	bool wide = x.any && x.low > 0 && x.high / x.low > 10;

	fprintf(to, "set format x \"%%.0s%%c\"\n%s", wide ? "set logscale x 2\n" : "");
	if (x.any && x.high > x.low)
		fprintf(to, "set xrange [%.9g:%.9g]\n", x.low, x.high);
	print_time_axis("y", y, to);
}

static void print_sweep_time_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	print_time_axis("x", x, to);
	print_time_axis("y", y, to);
}

/* Labels of our own, by the day or by the minute: gnuplot's time axis puts them where months begin.
 */
static void print_dates(double low, double high, FILE *to)
{
	enum { TICS = 5 };
	bool days = high - low > (TICS - 1) * 86400.0;

	fputs("set xtics rotate by -25 left (", to);
	for (int i = 0; i < TICS; i++) {
		double at = low + (high - low) * i / (TICS - 1);
		char text[CLOCK_RFC3339_SIZE];

		clock_format_rfc3339((int64_t)at, text);
		text[10] = ' ';
		fprintf(to, "%s\"%.*s\" %.0f", i ? ", " : "", days ? 10 : 11,
			days ? text : text + 5, at);
	}
	fputs(")\n", to);
}

/* clock_format_rfc3339() takes the years up to 9999. */
static double clamp_time(double s)
{
	return s < 0 ? 0 : s > 253402300799.0 ? 253402300799.0 : s;
}

static void print_history_axes(const struct picture *p, struct range x, struct range y, FILE *to)
{
	double margin = x.any && x.high > x.low ? (x.high - x.low) / 40 : 3600;

	print_dates(clamp_time(x.low), clamp_time(x.high > x.low ? x.high : x.low + 1), to);
	fprintf(to, "set xrange [%.0f:%.0f]\n", x.low - margin, x.high + margin);
	if (p->kind == PICTURE_HISTORY && y.any && y.low <= 0)
		print_linear_time_axis(y.high, to);
	else if (p->kind == PICTURE_HISTORY)
		print_time_axis("y", y, to);
	else
		fprintf(to, "set yrange [0:%.9g]\n", y.any && y.high > 0 ? y.high * 1.1 : 1);
}

static void print_axes(const struct picture *p, FILE *to)
{
	static void (*const of_kind[PICTURE_KINDS])(const struct picture *, struct range,
						    struct range, FILE *) = {
		[PICTURE_PERCENTILES] = print_percentile_axes,
		[PICTURE_HISTOGRAM] = print_histogram_axes,
		[PICTURE_TIMELINE] = print_timeline_axes,
		[PICTURE_SWEEP] = print_sweep_axes,
		[PICTURE_SWEEP_TIME] = print_sweep_time_axes,
		[PICTURE_HISTORY] = print_history_axes,
		[PICTURE_HISTORY_RATE] = print_history_axes,
	};
	struct range x = {0}, y = {0};

	find_ranges(p, &x, &y);
	of_kind[p->kind](p, x, y, to);
}

/* A mark runs from the bottom to the top, whatever the axis. */
static void print_marks(const struct picture *p, FILE *to)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; p->series[i].style == PICTURE_MARK && k < p->series[i].n; k++)
			fprintf(to,
				"set arrow from first %.12g, graph 0 rto graph 0, graph 1 nohead "
				"lc "
				"rgb \"#%02x%02x%02x\" lw 1 dt (4,4)\n",
				p->series[i].points[k].x, p->series[i].colour + 1,
				p->series[i].colour + 1, p->series[i].colour + 1);
}

/* The points of all series; two blank lines part them. An empty one gets a point that is none. */
static void print_data(const struct picture *p, FILE *to)
{
	fputs("$D << END\n", to);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct picture_series *s = &p->series[i];
		double base = p->kind == PICTURE_HISTOGRAM ? p->n - 1 - i : 0;

		for (uint32_t k = 0; k < s->n; k++)
			if (p->kind == PICTURE_HISTOGRAM)
				fprintf(to, "%.9g %.9g %.9g\n", s->points[k].x,
					base + 0.92 * s->points[k].y, base);
			else
				fprintf(to, "%.12g %.9g\n", s->points[k].x, s->points[k].y);
		fputs(s->n ? "\n\n" : "NaN NaN\n\n\n", to);
	}
	fputs("END\n", to);
}

static void print_series(const struct picture *p, uint32_t i, FILE *to)
{
	static const char *const styles[] = {
		[PICTURE_LINE] = "with lines lw 1.6",
		[PICTURE_POINTS] = "with points pt 7 ps 0.45",
		[PICTURE_LEVEL] = "with lines lw 1.2",
		[PICTURE_MARK] = "with dots",
	};
	/* Told apart without colours, too. */
	static const char *const dashes[PICTURE_COLOURS] = {
		"1", "(12,4)", "(4,3)", "(12,4,3,4)", "(16,3,3,3,3,3)", "(8,8)", "(2,5)", "(20,4)",
	};
	const struct picture_series *s = &p->series[i];
	unsigned c = s->colour + 1;

	fprintf(to, "%s$D index %u using ", i ? ", " : "", i);
	if (p->kind == PICTURE_HISTOGRAM)
		fprintf(to,
			"1:3:2 with filledcurves lc rgb \"#%02x%02x%02x\" fs transparent solid "
			"0.35 border notitle",
			c, c, c);
	else
		fprintf(to, "1:2 %s%s%s lc rgb \"#%02x%02x%02x\" notitle", styles[s->style],
			s->style == PICTURE_LINE ? " dt " : "",
			s->style == PICTURE_LINE ? dashes[s->colour] : "", c, c, c);
}

void script_print(const struct picture *p, FILE *to)
{
	fprintf(to, "reset\nset term svg size %d,%d font \"sans-serif,14\" linewidth 1.4\n",
		PICTURE_WIDTH, PICTURE_HEIGHT);
	fputs("set output\nset border 3 lw 0.7\nset tics nomirror scale 0.6\n"
	      "set grid lw 0.5\nset samples 2\n",
	      to);
	print_data(p, to);
	print_axes(p, to);
	print_marks(p, to);
	fputs("plot ", to);
	for (uint32_t i = 0; i < p->n; i++)
		print_series(p, i, to);
	fputs(p->n ? "\n" : "NaN notitle\n", to);
}
