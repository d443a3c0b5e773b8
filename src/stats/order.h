/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Order statistics: medians, and single order statistics of all differences or all averages without
 * writing them out, so that a Hodges-Lehmann estimate of 500 against 500 boots stays cheap.
 *
 * All values must be finite. Nothing here allocates.
 */
#ifndef CGCHURN_STATS_ORDER_H
#define CGCHURN_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Ascending, in place. */
void order_sort(double *values, size_t n);

/* A value and its place in the list that it came from. */
struct order_place {
	double value;
	size_t index;
};

/* All n values, ascending, with their places; the caller frees. NULL where memory ran out. */
struct order_place *order_places(const double *values, size_t n);

/* Of sorted values; n > 0. The mean of the middle two where n is even. */
double order_median_sorted(const double *sorted, size_t n);

/* Sorts `values`, then as above. */
double order_median(double *values, size_t n);

/*
 * The k-th smallest, 1 <= k <= m * n, of the differences b[j] - a[i]; `a` and `b` ascending.
 * Exactly the value that sorting all differences would give.
 */
double order_difference(const double *a, size_t m, const double *b, size_t n, uint64_t k);

/* The k-th smallest, 1 <= k <= n(n+1)/2, of the Walsh averages (d[i] + d[j]) / 2, i <= j. */
double order_walsh(const double *sorted, size_t n, uint64_t k);

/* The median of all differences, or of all Walsh averages: the Hodges-Lehmann estimates. */
double order_median_difference(const double *a, size_t m, const double *b, size_t n);
double order_median_walsh(const double *sorted, size_t n);

#endif
