/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two samples that need not scatter alike. */
#ifndef CGCHURN_STATS_WELCH_H
#define CGCHURN_STATS_WELCH_H

#include <stddef.h>

/* The sum of squares about the mean; 0 for none. */
double welch_squares(const double *values, size_t n);

/* The standard deviation of a sample about its mean; NAN for fewer than 2 values. */
double welch_deviation(const double *values, size_t n);

struct welch {
	double low, high; /* of the difference of means, b less a */
	double p;         /* two-sided */
};

/*
 * The t test and its interval, with the variance of each side its own (Welch 1947; degrees of
 * freedom rounded down). m and n at least 2, 0 < level < 1. Without any scatter p is 0, or 1 where
 * there is no difference either.
 */
struct welch welch_test(const double *a, size_t m, const double *b, size_t n, double level);

#endif
