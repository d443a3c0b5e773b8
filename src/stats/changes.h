/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a series of observations changed, with a bound on the chance of any false alarm that also
 * holds where neighbours resemble each other.
 *
 * 1. The series is whitened: y[i] = x[i] - phi x[i-1]. A permutation test takes observations for
 *    exchangeable, and even a correlation of 0.3 between neighbours makes six of its alarms false
 *    where one was allowed. phi is CHANGES_PHI, or more where the series says so: what follows from
 *    the rank correlation of neighbouring differences, 1 + 2 corr(d[i], d[i+1]), which a step
 *    hardly moves, less one standard error or so. Whitening before a change is looked for: F.
 *    Serinaldi and C. G. Kilsby, "The importance of prewhitening in change point analysis under
 *    persistence", Stoch. Environ. Res. Risk Assess. 30 (2016), 763-777; M. Robbins, C. Gallagher,
 *    R. Lund and A. Aue, "Mean shift testing in correlated data", J. Time Ser. Anal. 32 (2011),
 *    498-511.
 * 2. The split with the largest energy statistic (stats/energy.h) is tested by permuting the
 *    whitened values; where it is significant its two parts are looked at in turn (E-divisive: D.
 *    S. Matteson and N. A. James, "A nonparametric approach for multiple change point analysis of
 *    multivariate data", J. Am. Stat. Assoc. 109 (2014), 334-345; each candidate splits its whole
 *    segment, as in D. Daly et al., ICPE 2020).
 * 3. A part of l out of n observations is tested at alpha l / n, so that all parts without a change
 *    together have no more than alpha (N. Meinshausen, "Hierarchical testing of variable
 *    importance", Biometrika 95 (2008), 265-278).
 */
#ifndef CGCHURN_STATS_CHANGES_H
#define CGCHURN_STATS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANGES_PHI 0.3
#define CHANGES_PHI_MAX 0.8
#define CHANGES_N_MIN 10   /* fewer can show nothing */
#define CHANGES_N_MAX 5000 /* the time grows with n */

struct change {
	size_t index; /* of the first observation after it */
	double p;     /* to be held against the alpha of the whole series */
	bool level;   /* the two sides differ in where they lie */
	bool spread;  /* in how far they scatter; at least one of the two holds */
};

/*
 * The changes of n finite values, ascending by index; the caller frees. `alpha` bounds the chance
 * of any where there is none. -EINVAL for more than CHANGES_N_MAX, -ENOMEM.
 */
int changes_find(const double *values, size_t n, double alpha, uint64_t seed, struct change **ret,
		 size_t *ret_n);

/* The phi that n values are whitened with. -ENOMEM. */
int changes_phi(const double *values, size_t n, double *ret);

/* The smallest p that n observations can give; 1 below CHANGES_N_MIN. */
double changes_smallest_p(size_t n);

#endif
