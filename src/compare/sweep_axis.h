/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sweep varies, and over which values.
 *
 *	--vary storm.workers            any ACTOR.KEY or hierarchy.KEY that --set takes
 *	--vary migrator.gap             a closed loop with so long a pause between two steps
 *	--vary migrator.rate            paced arrivals, so many a second of each worker
 *	--over 1..64                    7 values, spaced evenly on a logarithmic scale
 *	--over 100us..200ms,log,12      12 of them
 *	--over 0.5..4,lin,8             evenly spaced
 *	--over 1,2,4,8                  just these
 *
 * Values are all of one sort: plain numbers, times (with units), or sizes (with K, M, G,
 *1024-based). Whole numbers at both ends give whole numbers, each once.
 */
#ifndef CGCHURN_COMPARE_SWEEP_AXIS_H
#define CGCHURN_COMPARE_SWEEP_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define AXIS_POINTS_MAX 100
#define AXIS_TEXT_SIZE 32
#define AXIS_NAME_SIZE 64

enum axis_unit { AXIS_NUMBER, AXIS_TIME, AXIS_SIZE };

struct axis_point {
	double number;             /* nanoseconds, bytes, or the number itself; above 0 */
	char text[AXIS_TEXT_SIZE]; /* as a workload says it: "100us", "64M", "8" */
};

struct axis {
	char actor[AXIS_NAME_SIZE], key[AXIS_NAME_SIZE]; /* "hierarchy" is an actor here */
	enum axis_unit unit;
	bool whole; /* whole numbers only */
	bool logarithmic;
	struct axis_point points[AXIS_POINTS_MAX]; /* ascending */
	size_t n;
};

/* EXIT_USAGE in `e`, with what was found and what is allowed. */
int axis_parse(const char *vary, const char *over, struct axis *ret, struct err *e);

/*
 * Up to `wanted` further points between two numbers, evenly spaced on the axis's scale, none that
 * is there already. Returns how many; they are appended and the points sorted again. `added` (room
 * for `wanted`) gets their numbers.
 */
size_t axis_refine(struct axis *a, double low, double high, size_t wanted, double *added);

/* The --set for a point: "storm.workers=8". */
#define AXIS_SETTING_SIZE 256
void axis_setting(const struct axis *a, const struct axis_point *p, char ret[AXIS_SETTING_SIZE]);

/* A number of this axis for people: "6.05 ms", "64M", "8". */
const char *axis_format(const struct axis *a, double number, char buf[AXIS_TEXT_SIZE]);

#endif
