/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interval for the ratio of two shares (samples above a threshold, of all samples), whose
 * per-boot values may well be 0 and so have no logarithm to shift.
 *
 * Hierarchical: blocks are drawn with replacement, in each block its boots, in each boot its
 * trials; never single operations. Ends are percentiles of the drawn ratios, expanded as for a
 * t interval of the smaller side (Hesterberg 2015, "What Teachers Should Know About the Bootstrap",
 * 5.3): plain percentiles of 6 boots cover 88 % where 95 % is meant.
 */
#ifndef CGCHURN_STATS_BOOTSTRAP_H
#define CGCHURN_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

/* Draws, times boots: with more than 100 boots the tails need fewer draws. */
#define BOOTSTRAP_DRAWS_MAX 10000
#define BOOTSTRAP_BOOTS_DRAWN 1000000

/* One boot: per trial, samples above and samples in all. At least one trial, counts above 0. */
struct bootstrap_unit {
	size_t block; /* below n_blocks; ignored where n_blocks is 0 */
	const double *above, *count;
	size_t n_trials;
};

struct bootstrap_input {
	const struct bootstrap_unit *units[2]; /* base, new */
	size_t n_units[2];                     /* at least 2 each */
	size_t n_blocks;                       /* 0: sides are drawn independently */
	double level;
	uint64_t seed;
};

/* The mean over boots of each one's share. */
double bootstrap_share(const struct bootstrap_unit *units, size_t n);

/*
 * Ends of the interval for share(new) / share(base). A draw with no sample above on either side
 * counts as 1, one with none in base only as INFINITY. -EINVAL or -ENOMEM.
 */
int bootstrap_ratio(const struct bootstrap_input *in, double *ret_low, double *ret_high);

#endif
