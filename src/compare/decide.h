/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one value a unit (a boot, or an invocation where there is one boot only) to a verdict.
 * Pure: knows nothing of results, so that a simulation can run it a million times.
 *
 * Four verdicts. `regression` and `improvement`: the p adjusted for the family is at most 0.05,
 * *and* the estimate lies beyond the metric's tolerance t, *and* the 95 % interval is to one side
 * of 1. `equivalent`: the 95 % interval lies inside [1 / (1 + t), 1 + t], *and* two one-sided tests
 * reject a change of t or more upwards, and one downwards (Schuirmann 1987). `inconclusive`: all
 * else. "Not significant" is not "equivalent".
 *
 * Where scatter is unequal p is the larger of the rank test's and of Welch's, which see below.
 *
 * p and interval come from one test, yet both are asked: an interval is the hull of what the test
 * accepts, widened to what the figures resolve, so it may hold a shift that the test rejects. The
 * one-sided tests have a level of 2.5 % each, that of the interval's ends: they reject where the
 * interval ends before the tolerance, so they cost nothing, and no fault of an interval can make an
 * `equivalent` by itself.
 */
#ifndef CGCHURN_COMPARE_DECIDE_H
#define CGCHURN_COMPARE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workload/workload.h"

#define DECIDE_ALPHA 0.05
#define DECIDE_LEVEL 0.95  /* of intervals */
#define DECIDE_SCATTER 2.0 /* times as much, on the side with fewer units: see below */
#define DECIDE_POWER 0.80  /* what "could have been shown" and a plan mean */

enum { SIDE_BASE, SIDE_NEW };

enum verdict { VERDICT_INCONCLUSIVE, VERDICT_EQUIVALENT, VERDICT_IMPROVEMENT, VERDICT_REGRESSION };
extern const char *const verdict_names[4];

/* All shifts are logarithms of ratios new / base. */
struct decision {
	/* the question, for the caller to fill */
	double tolerance; /* above 0; relative: 0.05 */
	/*
	 * How far the estimate can be off because of what the instrument resolves, as a logarithm
	 * (metric_resolution). No interval ends nearer to its estimate.
	 */
	double resolution;
	enum metric_direction direction;
	bool paired;
	size_t n[2];  /* units a side; equal where paired */
	double level; /* of the interval; 0: DECIDE_LEVEL */
	double alpha; /* that p_adjusted must not exceed; 0: DECIDE_ALPHA */

	/* by decider_estimate(), or the caller for estimates of another kind */
	bool estimated;   /* false: there was nothing to test; the verdict is inconclusive */
	bool undecidable; /* few samples above a threshold: the estimate must not become a verdict */
	double shift, low, high; /* ends may be infinite */
	double p;
	double p_welch;    /* 0, unless scatter is unequal: then the larger of both is decided by */
	bool within;       /* both one-sided tests reject a change of the tolerance or more */
	double deviation;  /* of units within a side, of differences where paired; NAN unknown */
	double scatter[2]; /* the same of each side; NAN unknown, or paired */

	/* by decider_decide() */
	double p_adjusted;
	enum verdict verdict;
	/*
	 * Of inconclusive ones: the smallest shift that would have been called with a chance of
	 * DECIDE_POWER; INFINITY where there is none. With Holm's correction at the level of its
	 * first step, which a single effect has to pass; with Benjamini's and Hochberg's before
	 * correction, because there the level depends on the other effects.
	 */
	double detectable;
};

/* Correction for the number of metrics that are looked at. */
enum family { FAMILY_HOLM, FAMILY_BENJAMINI_HOCHBERG };

/* What decisions of the same sizes share: laws of tests, simulated powers. */
struct decider;

/* -ENOMEM. `seed` is used where laws are sampled and for the simulated power. */
int decider_create(uint64_t seed, struct decider **ret);
void decider_destroy(struct decider *d); /* NULL is fine */

/*
 * Estimates shift, interval, p and deviation from `base` (n[0] finite values) and `new` (n[1]);
 * where paired, base[i] goes with new[i]. With no unit on a side nothing is estimated. -EINVAL for
 * more units than SHIFT_UNITS_MAX, -ENOMEM.
 */
int decider_estimate(struct decider *d, struct decision *decision, const double *base,
		     const double *new);

/*
 * Sets `within` from values that are no logarithms, may be 0 and are compared by their ratio, such
 * as shares: the one-sided tests are those of `new` against `base` times 1 + t, and divided by it.
 * As above.
 */
int decider_test_ratio(struct decider *d, struct decision *decision, const double *base,
		       const double *new);

/* Adjusts the p of those that were estimated, and gives all n their verdicts. -ENOMEM. */
int decider_decide(struct decider *d, struct decision *const *decisions, size_t n,
		   enum family family);

/* The level that its interval has or is to have. */
double decide_level(const struct decision *decision);

/* The verdict on one that was estimated, with its p as it is: the caller sets `alpha`. */
void decide_alone(struct decision *decision);

/* An estimate up to this (a logarithm) is never called: the tolerance, or what is resolved. */
double decide_threshold(const struct decision *decision);

/*
 * The chance to call a shift `effect` with these sizes at level `alpha`, where estimates up to
 * `threshold` are not; 0 where never. -ENOMEM.
 */
int decider_power(struct decider *d, const size_t n[2], bool paired, double alpha, double effect,
		  double deviation, double threshold, double *ret);

/* Of the units of both sides about their own means; NAN for two units in all. */
double decide_deviation(const struct decision *decision, const double *base, const double *new);

/* Whether the interval reaches to both sides of no shift. */
bool decide_interval_spans(const struct decision *decision);

/*
 * Whether the side with fewer units scatters more than DECIDE_SCATTER times as much as the other.
 * Labels are exchangeable only where both scatter alike: in 5 + 9 units, the smaller side
 * scattering four times as much, p alone is at most 0.05 in 8.5 % of equal ones, and as many
 * intervals miss. Welch's test does not ask for that: it has to reject as well, and the interval
 * holds his, so that 5.5 % are left. A remark says so. Where both scatter alike it is asked in 5 %
 * of normal samples of 5 + 9, in 12 % of those with heavy tails, and costs 1 point of power. With
 * equal numbers there is little to mend.
 */
bool decide_scatter_is_unequal(const struct decision *decision);

/* Whether it lies within the tolerance. */
bool decide_interval_within(const struct decision *decision);

/* The smallest two-sided p that units of these sizes can reach. */
double decide_smallest_p(const size_t n[2], bool paired);

/* The fewest units a side (equal sides) that can reject one of `family` hypotheses. */
size_t decide_units_needed(size_t family, bool paired);

#endif
