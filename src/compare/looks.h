/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts while boots come in: the primaries are looked at after each block of one unit a side,
 * and each is decided once, by the first look that can.
 *
 * A primary is tested at the level of its look (stats/sequential.h) for its share of DECIDE_ALPHA:
 * all m share it alike (Bonferroni), and one that is called a change leaves its share to the
 * others (Maurer and Bretz 2013, the graphical procedure that is Holm's at a single look). So the
 * chance of any false alarm, over all looks and all primaries, is at most DECIDE_ALPHA. Intervals
 * are repeated confidence intervals of DECIDE_LEVEL: an `equivalent` at any look is wrong with a
 * chance of at most 2.5 %.
 *
 * Futility: from half of the blocks on, a primary is given up where the chance that the last look
 * decides it is below LOOKS_FUTILE, even with LOOKS_SCATTER of the scatter seen so far. That costs
 * decisions, never a false one.
 */
#ifndef CGCHURN_COMPARE_LOOKS_H
#define CGCHURN_COMPARE_LOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare/decide.h"

#define LOOKS_FUTILE 0.01
#define LOOKS_SCATTER 0.8

struct looks;

/* At most `most` blocks (2 to SEQUENTIAL_UNITS_MAX) and `family` primaries. -EINVAL or -ENOMEM. */
int looks_create(size_t most, size_t family, uint64_t seed, struct looks **ret);
void looks_destroy(struct looks *l); /* NULL is fine */

/* Begins another comparison of the same size. */
void looks_start(struct looks *l);

/* The level of intervals at look k, for struct decision; 0 where that look can decide nothing. */
double looks_level(const struct looks *l, size_t k);

struct look {
	struct decision *decision; /* NULL: no longer open; estimated with looks_level() */
	size_t decided_at;         /* 0: not yet */
	bool futile;               /* given up at `decided_at` */
};

/* Judges the open ones of `family` primaries at look k, each look once, in order. -ENOMEM. */
int looks_judge(struct looks *l, size_t k, struct look *primaries);

#endif
