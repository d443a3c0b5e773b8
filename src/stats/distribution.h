/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantiles and probabilities of the normal and of Student's t distribution. */
#ifndef CGCHURN_STATS_DISTRIBUTION_H
#define CGCHURN_STATS_DISTRIBUTION_H

double normal_probability(double z); /* P(Z <= z) */
double normal_quantile(double p);    /* 0 < p < 1 */

/* Whole degrees of freedom, at least 1 (Abramowitz and Stegun 26.7.3 and 26.7.4). */
double student_probability(double t, unsigned degrees); /* P(T <= t) */
double student_quantile(double p, unsigned degrees);    /* 0 < p < 1 */

#endif
