/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The split of a series that divides it best, by the energy statistic. For a split of x into u (m
 * values) and v (n values)
 *
 *	q = m n / (m + n) * (2 mean|u - v| - mean|u - u'| - mean|v - v'|)
 *
 * where the means within go over pairs of different observations. All splits of N values take
 * O(N log N): the distances of a value to those on its left come from a binary indexed tree over
 * the sorted values (P. Fenwick, Softw. Pract. Exp. 24 (1994), 327-336), and the distances to all
 * values do not depend on their order.
 */
#ifndef CGCHURN_STATS_ENERGY_H
#define CGCHURN_STATS_ENERGY_H

#include <stddef.h>
#include <stdint.h>

#define ENERGY_SIDE_MIN 3 /* observations on either side of a split */

struct energy; /* the values of one series, in whatever order */

/* n finite values; they are copied. -ENOMEM. */
int energy_create(const double *values, size_t n, struct energy **ret);
void energy_destroy(struct energy *e); /* NULL is fine */

/* The place of each of the n values among them sorted: the order that the series has. */
const uint32_t *energy_order(const struct energy *e);

/*
 * The largest q of all splits of the values in the order `order`, and in *ret_at the first
 * observation of its right part; 0 and 0 where no split has a q above 0.
 */
double energy_best_split(struct energy *e, const uint32_t *order, size_t *ret_at);

#endif
