/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of several results, brought into the order that a page of metrics must have: families
 * together, in them all samples of a series together, in them the older first.
 */
#ifndef CGCHURN_EXPORT_POINTS_H
#define CGCHURN_EXPORT_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A series at one time: one line, or all lines of a histogram. */
struct point {
	size_t family;
	size_t result; /* whose */
	int64_t time_s;
	char *series; /* name and labels */
	char *lines;
	size_t order, group; /* private */
};

/* Zeroed memory is a valid empty one. */
struct points {
	struct point *items;
	size_t n;
};

/*
 * Adds a line; takes over both texts, whatever happens. It is joined to the point before where that
 * is of the same family, result and series. -ENOMEM.
 */
int points_add(struct points *p, const struct point *line);

/*
 * Sorts, series in the order in which they came first. Returns a point that cannot stand beside the
 * one before it, because both are of one series and, with `timed`, one time; or NULL.
 */
const struct point *points_arrange(struct points *p, bool timed);

void points_finish(struct points *p);

#endif
