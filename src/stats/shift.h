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
 * The interval: {d : p(b - d against a) > 1 - level}, closed. Its ends are differences b[j] - a[i]
 * (Lehmann 1975, 2.3; Hollander and Wolfe 1999, 4.3). Where ties lie within one of the samples,
 * each candidate is tested with its own law; R and SciPy fall back to a normal approximation there.
 * An end is infinite where no shift, however large, can be rejected at this size.
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

/* m finite values `a`, n finite values `b`, in any order. -ENOMEM. */
int shift_test_run(struct shift_test *t, const double *a, const double *b,
		   struct shift_estimate *ret);
/* n finite differences, in any order. -ENOMEM. */
int shift_test_run_paired(struct shift_test *t, const double *differences,
			  struct shift_estimate *ret);

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
