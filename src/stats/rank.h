/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doubled midranks, as the laws of stats/law.h want them. */
#ifndef CGCHURN_STATS_RANK_H
#define CGCHURN_STATS_RANK_H

#include <stddef.h>
#include <stdint.h>

/*
 * The doubled midranks of two ascending samples pooled, with `shift` taken from each b: a's first,
 * then b's. `ranks` has room for m + n. b[j] ties with a[i] just where b[j] - a[i] == shift in
 * doubles, so a shift that was formed as such a difference is seen as the tie that it is.
 *
 * Returns by how much at most any choice of the tied units can change its rank sum (doubled) when
 * the ties are broken: k of a group of g change theirs by k(g - k) at most. 0: no ties.
 */
uint64_t rank_pooled(const double *a, size_t m, const double *b, size_t n, double shift,
		     uint32_t *ranks);

/* The same of one ascending sample. */
uint64_t rank_slack(const double *sorted, size_t n);

uint64_t rank_sum(const uint32_t *ranks, size_t n);

#endif
