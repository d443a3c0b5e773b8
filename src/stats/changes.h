/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a series of observations changed: hierarchical division by the energy statistic.
 *
 * D. S. Matteson and N. A. James, "A nonparametric approach for multiple change point analysis of
 * multivariate data", J. Am. Stat. Assoc. 109 (2014), 334-345 (E-divisive); for one variable, with
 * alpha = 1 and each candidate splitting its whole segment, the form that is in use for performance
 * histories (D. Daly et al., ICPE 2020). For a split of x into u (m values) and v (n values)
 *
 *	q = m n / (m + n) * (2 mean|u - v| - mean|u - u'| - mean|v - v'|)
 *
 * where the means within go over pairs of different observations. The split with the largest q of
 * all segments is tested by permuting the values within the segments; where it is significant it is
 * kept and its two parts are looked at in turn.
 */
#ifndef CGCHURN_STATS_CHANGES_H
#define CGCHURN_STATS_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#define CHANGES_ALPHA 0.01
#define CHANGES_PERMUTATIONS 999 /* p is a multiple of 1/1000 */
#define CHANGES_SIDE_MIN 3       /* observations on either side of a split */
#define CHANGES_N_MAX 5000       /* the time grows with n squared */

struct change {
	size_t index; /* of the first observation after it */
	double p;
};

/*
 * The changes of n finite values, ascending by index; the caller frees. No assumption on their law,
 * but that between changes they are independent. Of fewer than some 10 values none can be
 * significant. -EINVAL for more than CHANGES_N_MAX, -ENOMEM.
 */
int changes_find(const double *values, size_t n, uint64_t seed, struct change **ret, size_t *ret_n);

#endif
