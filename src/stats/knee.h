/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a curve crosses a bound: the load up to which a kernel still meets it.
 *
 * Estimate: per point the median of its trials; through these, on logarithmic scales, the monotone
 * curve with the least squares (isotonic regression by pooling adjacent violators; Barlow,
 * Bartholomew, Bremner and Brunk, Statistical Inference under Order Restrictions, 1972), rising or
 * falling, whichever fits better; where it crosses the bound, by linear interpolation between two
 * points. Interval: the 2.5th and 97.5th percentile of the same estimate over resamples of each
 * point's trials. It tells what more trials would tell on this boot, and nothing about other boots.
 */
#ifndef CGCHURN_STATS_KNEE_H
#define CGCHURN_STATS_KNEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knee {
	double at;         /* on the axis */
	bool has_interval; /* two trials or more at the points on either side */
	double low, high;  /* within the axis's ends; an end where the crossing may lie beyond it */
	double undecided;  /* share of resamples whose curve does not cross the bound between the
			      ends */
};

/*
 * `x` ascending and above 0; `y` has n rows of `trials` values above 0, NaN where a trial has none.
 * Rows without any are left out. 1: found; 0: the curve does not cross `bound` (above 0), `ret` is
 * untouched; -ENOMEM.
 */
int knee_find(const double *x, const double *y, size_t n, size_t trials, double bound,
	      uint64_t seed, struct knee *ret);

/* The monotone curve through `y`, in place. `weights` may not be 0. Needs no memory. */
void knee_isotonic(double *y, const double *weights, size_t n, bool rising, double *scratch);

#endif
