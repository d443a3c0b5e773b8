/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One comparison looked at again and again while units come in, one a side at a time: the level of
 * the test at each look, so that the chance of any false alarm over all looks is at most alpha.
 *
 * By look k of at most n, with k units a side, Hwang, Shih and DeCani (1990) let
 *
 *     alpha * (1 - exp(4 k / n)) / (1 - exp(4))
 *
 * of it be spent (their gamma is -4, close to O'Brien and Fleming): little early, nearly all that a
 * single test has at the end. Lan and DeMets (1983) have the principle. A look takes what earlier
 * ones left over, because a rank test has only a few levels at a small size.
 *
 * Where nothing differs, the joint law of the rank sums at all looks depends on no distribution:
 * every order of the values is equally likely. So it is drawn from `seed`, not approximated by a
 * normal process. The levels stay two standard errors of the draws below what may be spent.
 *
 * The interval that inverts the test at the level of look k is a repeated confidence interval
 * (Jennison and Turnbull 1989): all of them together cover the true shift with a chance of
 * 1 - alpha, whatever made one stop. So a verdict may rest on it at any look, and stopping early
 * for want of prospects costs no false alarm.
 */
#ifndef CGCHURN_STATS_SEQUENTIAL_H
#define CGCHURN_STATS_SEQUENTIAL_H

#include <stddef.h>
#include <stdint.h>

#define SEQUENTIAL_UNITS_MAX 50 /* a side: exact laws are counted up to here */

/* The joint law of all looks at up to a number of units a side. */
struct sequential;

/* `most` units a side, 2 to SEQUENTIAL_UNITS_MAX. -EINVAL or -ENOMEM. */
int sequential_create(size_t most, uint64_t seed, struct sequential **ret);
void sequential_destroy(struct sequential *s); /* NULL is fine */

/*
 * levels[k], for k from 1 to `most`: reject at look k where the two-sided p of the rank test is at
 * most this; 0 where a look with so few units rejects nothing. 0 < alpha < 1. `ret_levels` has room
 * for most + 1. -ENOMEM.
 */
int sequential_levels(struct sequential *s, double alpha, double *ret_levels);

/*
 * The chance that the last look decides, when the estimate after k looks is `shift` and units
 * scatter by `deviation` within a side: that it rejects at `level` with an estimate beyond
 * `tolerance`, or that its interval, of level 1 - `interval_level`, lies within `tolerance`. The
 * predictive power of Spiegelhalter, Freedman and Blackburn (1986), flat prior, normal theory. 1
 * at the last look. It only says when to stop asking, so it need not be exact.
 */
double sequential_prospect(const struct sequential *s, size_t k, double shift, double deviation,
			   double tolerance, double level, double interval_level);

#endif
