/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doubled midranks, as the laws of stats/law.h want them. */
#ifndef CGCHURN_STATS_RANK_H
#define CGCHURN_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The doubled midranks of two ascending samples pooled, with `shift` taken from each b: a's first,
 * then b's. `ranks` has room for m + n. Returns whether there were ties.
 */
bool rank_pooled(const double *a, size_t m, const double *b, size_t n, double shift,
		 uint32_t *ranks);

/* Whether neighbours of an ascending sample are equal. */
bool rank_has_ties(const double *sorted, size_t n);

uint64_t rank_sum(const uint32_t *ranks, size_t n);

#endif
