/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many tests at once. Holm (1979) bounds the chance of any false alarm in a family: for the
 * primaries. Benjamini and Hochberg (1995) bound the share of false alarms among the alarms: for
 * the exploratory rest. Both as R's p.adjust() has them.
 */
#ifndef CGCHURN_STATS_ADJUST_H
#define CGCHURN_STATS_ADJUST_H

#include <stddef.h>

/* Replaces n values of p in [0, 1] by adjusted ones, in their order. -ENOMEM. */
int adjust_holm(double *p, size_t n);
int adjust_benjamini_hochberg(double *p, size_t n);

#endif
