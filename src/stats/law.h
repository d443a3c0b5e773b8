/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The law of a rank statistic when labels or signs are exchanged at random: what a permutation test
 * compares its observed value with. Built from the very ranks of the data, ties and all, so the
 * test is exact for them; by counting every arrangement where that is cheap (dynamic programming
 * over sums, not enumeration: 20 + 20 units take a millisecond), else by drawing arrangements from
 * a seed.
 *
 * Ranks are doubled, so that midranks are whole numbers.
 */
#ifndef CGCHURN_STATS_LAW_H
#define CGCHURN_STATS_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Above this many additions a law is sampled and not counted: about 20 ms on a slow machine,
 * reached near 55 + 55 units.
 */
#define LAW_EXACT_STEPS 4e7

/*
 * Samples take at most this many bytes and this many draws. With 100 000 draws a p near 0.05 has a
 * standard error of 0.0007.
 */
#define LAW_SAMPLE_BYTES 20000000
#define LAW_DRAWS_MAX 100000

struct law {
	uint64_t *values; /* ascending, those that can occur (or did) */
	double *at_most;  /* P(W <= values[i]) */
	double *at_least; /* P(W >= values[i]) */
	size_t n;
	bool exact;
	uint64_t draws; /* 0 where exact */
};

/* Random arrangements, drawn once and used for every test of the same size. */
struct arrangements {
	size_t units, chosen; /* chosen: SIZE_MAX for signs, where each unit is a coin of its own */
	size_t draws;
	uint8_t *mask; /* draws x units, 0 or 255 */
};

/* Which of `units` are labelled, `chosen` of them, in each draw. -ENOMEM. */
int arrangements_of_labels(size_t units, size_t chosen, uint64_t seed, struct arrangements *ret);
/* A sign for each unit in each draw. -ENOMEM. */
int arrangements_of_signs(size_t units, uint64_t seed, struct arrangements *ret);
void arrangements_finish(struct arrangements *a);

/* Whether these sizes are counted rather than sampled. */
bool law_labels_are_counted(size_t units, size_t chosen);
bool law_signs_are_counted(size_t units);

/* The sum of `chosen` doubled ranks out of `units`. -ENOMEM. */
int law_count_labels(const uint32_t *ranks, size_t units, size_t chosen, struct law *ret);
/* The sum of a random subset of the doubled ranks: the positive ones. -ENOMEM. */
int law_count_signs(const uint32_t *ranks, size_t units, struct law *ret);
/* Either, from drawn arrangements. -ENOMEM. */
int law_sample(const uint32_t *ranks, const struct arrangements *a, struct law *ret);
void law_finish(struct law *law);

/*
 * P(W <= w) and P(W >= w). Sampled laws count the observed arrangement among the draws, so these
 * are never 0 and the test keeps its level (Phipson and Smyth 2010).
 */
double law_at_most(const struct law *law, uint64_t w);
double law_at_least(const struct law *law, uint64_t w);

/* Twice the smaller of the two, at most 1. */
double law_two_sided(const struct law *law, uint64_t w);

#endif
