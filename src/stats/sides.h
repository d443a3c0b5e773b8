/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two sides of a change differ in, and how neighbours of a series correlate: by midranks. */
#ifndef CGCHURN_STATS_SIDES_H
#define CGCHURN_STATS_SIDES_H

#include <stddef.h>

/* Two-sided, by the normal approximation with ties; good enough to name a change, not to find it.
 */
struct sides_difference {
	double p_level;  /* Wilcoxon's rank sum */
	double p_spread; /* the same of the distances from each side's median */
};

/* Finite values, m and n at least 1. -ENOMEM. */
int sides_compare(const double *a, size_t m, const double *b, size_t n,
		  struct sides_difference *ret);

/*
 * The correlation of x[i] with x[i + 1]: Spearman's, as the product-moment one that it comes from
 * in normal data, 2 sin(pi r / 6); 0 where all values are equal. n >= 3; -ENOMEM.
 */
int sides_neighbour_correlation(const double *x, size_t n, double *ret);

/* The median absolute deviation times 1.4826: the standard deviation of normal data. -ENOMEM. */
int sides_spread(const double *x, size_t n, double *ret);

#endif
