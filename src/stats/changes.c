/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/changes.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/rng.h"

struct split {
	double q;
	size_t at; /* first of the right part; 0: none */
};

/* The sum of |x[i] - x[at]| for i from `from` up to, not with, `to`. */
static double distance_sum(const double *x, size_t at, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += fabs(x[i] - x[at]);
	return sum;
}

static double mean_of_pairs(double sum, size_t n)
{
	return n > 1 ? sum / ((double)n * (double)(n - 1) / 2) : 0;
}

/*
 * The best split of n values. The sums of distances within the left part, within the right one and
 * between them follow from those of the split before by moving one value over.
 */
static struct split best_split(const double *x, size_t n)
{
	double left = 0, right = 0, between = 0;
	struct split best = {0};

	for (size_t i = 0; i < n; i++)
		right += distance_sum(x, i, i + 1, n);
	for (size_t m = 1; m + CHANGES_SIDE_MIN <= n; m++) {
		double to_left = distance_sum(x, m - 1, 0, m - 1);
		double to_right = distance_sum(x, m - 1, m, n);
		double pairs = (double)m * (double)(n - m), q;

		left += to_left;
		right -= to_right;
		between += to_right - to_left;
		if (m < CHANGES_SIDE_MIN)
			continue;
		q = pairs / (double)n *
		    (2 * between / pairs - mean_of_pairs(left, m) - mean_of_pairs(right, n - m));
		if (q > best.q)
			best = (struct split){q, m};
	}
	return best;
}

static void shuffle(double *x, size_t n, struct rng *rng)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(rng, i);
		double value = x[i - 1];

		x[i - 1] = x[k];
		x[k] = value;
	}
}

/*
 * The share of permutations (the data as they are among them) whose best split is as good. Ends as
 * soon as that share is sure to exceed CHANGES_ALPHA; what comes back is then above it. `room` is
 * for n values.
 */
static double test_split(const double *x, size_t n, double q, double *room, struct rng *rng)
{
	const double total = CHANGES_PERMUTATIONS + 1;
	double as_good = 1;

	memcpy(room, x, n * sizeof(*room));
	for (int i = 0; i < CHANGES_PERMUTATIONS && as_good <= CHANGES_ALPHA * total; i++) {
		shuffle(room, n, rng);
		/* Sums of the same numbers in another order differ in their last digits. */
		as_good += best_split(room, n).q >= q * (1 - 1e-9);
	}
	return as_good / total;
}

struct search {
	const double *x;
	double *room;
	struct rng rng;
	struct change *found;
	size_t n;
};

/* Looks at the values from `from` up to, not with, `to`. */
static int divide(struct search *s, size_t from, size_t to)
{
	struct split split = best_split(s->x + from, to - from);
	struct change *change;
	double p;
	int r;

	if (split.at == 0)
		return 0;
	p = test_split(s->x + from, to - from, split.q, s->room, &s->rng);
	if (p > CHANGES_ALPHA)
		return 0;
	r = divide(s, from, from + split.at);
	if (r < 0)
		return r;
	change = array_grow(&s->found, &s->n, sizeof(*change));
	if (!change)
		return -ENOMEM;
	*change = (struct change){from + split.at, p};
	return divide(s, from + split.at, to);
}

int changes_find(const double *values, size_t n, uint64_t seed, struct change **ret, size_t *ret_n)
{
	_cleanup_free double *room = NULL;
	struct search s = {.x = values};
	int r;

	if (n > CHANGES_N_MAX)
		return -EINVAL;
	room = calloc(n + 1, sizeof(*room));
	if (!room)
		return -ENOMEM;
	s.room = room;
	rng_init(&s.rng, seed, 0);
	r = divide(&s, 0, n);
	if (r < 0) {
		free(s.found);
		return r;
	}
	*ret = s.found;
	*ret_n = s.n;
	return 0;
}
