/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a comparison of a given size can show: the chance that an effect is called (rejected at
 * `alpha` *and* estimated beyond the tolerance), and the smallest effect with a given chance. Found
 * by simulation with normal units, in units of their standard deviation, because the textbook
 * formula is wrong by tens of percent where a rank test has 6 units a side.
 */
#ifndef CGCHURN_STATS_POWER_H
#define CGCHURN_STATS_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct power {
	size_t n;        /* simulated comparisons; 0 where no effect can be called at this size */
	double *needed;  /* the shift at which each starts to be rejected, in standard deviations */
	double *noise;   /* by how much each one's estimate misses, likewise */
	double *scratch; /* n values */
};

/*
 * m against n units; or n pairs (m is 0), whose standard deviation is that of the differences.
 * `critical` is shift_test_critical() of that size at the level after correction for the family.
 * -ENOMEM.
 */
int power_create(size_t m, size_t n, bool paired, uint64_t critical, uint64_t seed,
		 struct power *ret);
void power_finish(struct power *p);

/* The chance that a true shift `effect` >= 0 of units with this deviation is called. */
double power_of(const struct power *p, double effect, double deviation, double tolerance);

/* The smallest such shift with this chance; INFINITY where there is none. */
double power_detectable(const struct power *p, double chance, double deviation, double tolerance);

/*
 * The variance of the median of k normal trials, as a share of one trial's: pi / (2k + pi - 2),
 * exact for 1 and for many, within 2 % for odd k between.
 */
double power_median_variance(double k);

#endif
