/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two samples compared, or one sample of paired differences tested against 0: the Hodges-Lehmann
 * shift, a permutation test by ranks, and the interval that inverts this very test, so that the
 * interval leaves out 0 just where the test rejects it.
 *
 * Unpaired: labels are permuted; the statistic is the rank sum of `b` with midranks (Wilcoxon).
 * Paired: signs are flipped; the statistic is the sum of the ranks of positive differences, a zero
 * keeping its rank and counting on neither side (Pratt 1959).
 * p is two-sided, twice the smaller tail.
 *
 * The interval: the closed hull of {d : p(b - d against a) > 1 - level} and of the estimate, so it
 * is never empty and never crossed. p changes only at differences b[j] - a[i] (paired: at averages
 * of two), the candidates (Lehmann 1975, 2.3; Hollander and Wolfe 1999, 4.3). Where there are no
 * ties the ends are the c-th of them from either side. With ties each candidate and each gap
 * between two is tested with its own law, for either may be accepted alone (all of `a` equal, all
 * of `b` equal: only their difference is); R and SciPy fall back to a normal approximation there.
 *
 * So a shift that is not rejected, 0 for one, lies in the interval. The reverse holds without ties
 * only: the hull may cover a shift that is rejected between two that are not.
 *
 * An end is infinite where no shift, however large, can be rejected at this size. Where laws are
 * sampled, each is too costly to be made for each candidate: with ties within a sample the ends are
 * then those behind which no law with ties can accept, up to 14 % wider.
 */
#ifndef CGCHURN_STATS_SHIFT_H
#define CGCHURN_STATS_SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIFT_UNITS_MAX 20000 /* both samples together */

struct shift_estimate {
	double shift;     /* b less a */
	double low, high; /* -INFINITY, INFINITY where unbounded */
	double p;
	bool exact; /* p was counted, not sampled */
};

/* What all tests of one size share: laws and drawn arrangements, made when first needed. */
struct shift_test;

/*
 * Unpaired with m and n units, both at least 1, together at most SHIFT_UNITS_MAX. `level` is that
 * of the interval, such as 0.95; `seed` is used where laws are sampled. -EINVAL or -ENOMEM.
 */
int shift_test_create(size_t m, size_t n, double level, uint64_t seed, struct shift_test **ret);
/* The same for n paired differences. */
int shift_test_create_paired(size_t n, double level, uint64_t seed, struct shift_test **ret);
void shift_test_destroy(struct shift_test *t); /* NULL is fine */

/*
 * Takes the data that the functions below judge: m finite values `a` and n finite values `b`, in
 * any order, which are copied. Paired: n finite differences `b`; `a` is not looked at.
 */
void shift_test_take(struct shift_test *t, const double *a, const double *b);

/* -ENOMEM. */
int shift_test_estimate(struct shift_test *t, struct shift_estimate *ret);

/*
 * A one-sided test at (1 - level) / 2, that of the interval's ends: whether the shift being `delta`
 * or more, or being `delta` or less, is rejected. -ENOMEM.
 */
enum shift_side { SHIFT_OR_MORE, SHIFT_OR_LESS };
int shift_test_rejects(struct shift_test *t, double delta, enum shift_side side, bool *ret);

/* The smallest two-sided p that any data of this size can give. */
double shift_smallest_p(size_t m, size_t n);
double shift_smallest_p_paired(size_t n);

/*
 * c, so that without ties the interval's ends are the c-th smallest and the c-th largest of the
 * differences, and a shift of data without ties is rejected just where it lies beyond them; 0 where
 * no shift can be rejected. -ENOMEM.
 */
int shift_test_critical(struct shift_test *t, double alpha, uint64_t *ret_c);

#endif
