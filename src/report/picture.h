/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of series, as SVG: what stands inside an <svg> of a page. Numbers only, no text of a
 * file. */
#ifndef CGCHURN_REPORT_PICTURE_H
#define CGCHURN_REPORT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum picture_kind {
	PICTURE_PERCENTILES,  /* x: -log10(1 - q/100); y: ns */
	PICTURE_HISTOGRAM,    /* x: ns, bins; y: share of the series' highest bin, [0, 1] */
	PICTURE_TIMELINE,     /* x: s; y: ns */
	PICTURE_SWEEP,        /* x: a number, as 4 workers or 20 starts a second; y: ns */
	PICTURE_SWEEP_TIME,   /* x: ns; y: ns */
	PICTURE_HISTORY,      /* x: s since 1970; y: ns */
	PICTURE_HISTORY_RATE, /* the same, y: per second, or a share */
	PICTURE_KINDS
};

/* How a series is drawn. */
enum picture_style {
	PICTURE_LINE,
	PICTURE_POINTS,
	PICTURE_LEVEL, /* a thin line: what holds from here to there */
	PICTURE_MARK,  /* a vertical line at each x */
};

#define PICTURE_WIDTH 480 /* in the units of its view box */
#define PICTURE_HEIGHT 320
#define PICTURE_COLOURS 8         /* colour i is the style sheet's --s<i>, its dashes class d<i> */
#define PICTURE_SERIES_MAX 64     /* of a picture */
#define PICTURE_POINTS_MAX 100000 /* of a series */
#define PICTURES_MAX 2000         /* of a report */

struct picture_point {
	double x, y;
};

struct picture_series {
	enum picture_style style;
	size_t colour; /* below PICTURE_COLOURS */
	struct picture_point *points;
	size_t n;
};

struct picture {
	enum picture_kind kind;
	bool by_order; /* of a history: x is 1, 2, ... and not a time */
	bool failed;   /* memory ran out, or there was too much to draw */
	struct picture_series *series;
	size_t n;
};

/*
 * Appends an empty series. What cannot be added, because memory ran out or there are PICTURE_SERIES_MAX
 * or PICTURE_POINTS_MAX, makes the picture a failed one, which the end sees: NULL here, which may be
 * given to the function below.
 */
struct picture_series *picture_add_series(struct picture *p, enum picture_style style,
					  size_t colour);

/* Points that are not finite are left out. */
void picture_add_point(struct picture *p, struct picture_series *s, double x, double y);

/* A series of its own: a level from x to x, and a mark. */
void picture_add_level(struct picture *p, size_t colour, double from, double to, double y);
void picture_add_mark(struct picture *p, size_t colour, double x);

void picture_finish(struct picture *p); /* leaves an empty one */

/* Values are shown by <title> where the pointer rests on a point. */
void picture_print(const struct picture *p, FILE *to);

#endif
