/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shift-inversion SAMPLES: the intervals of stats/shift.h against brute force, on random samples
 * with ties. Brute force tests every candidate and the middle of every gap between two, each with
 * all arrangements written out, and takes the hull of what is accepted. Half of the samples are
 * pairs. Exit 1 where one differs.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "record/histogram.h"
#include "stats/order.h"
#include "stats/shift.h"

enum { LEAST = 4, MOST = 7, UNITS_MAX = 2 * MOST, CANDIDATES_MAX = MOST * MOST, HALF = 1 << MOST };

struct sample {
	bool paired;
	size_t m, n; /* paired: m is 0, and b holds differences */
	double a[MOST], b[MOST];
};

/* What the law of a statistic holds on either side of the observed value. */
struct tails {
	unsigned at_most, at_least, all;
};

struct tally {
	unsigned long samples, differ, empty, outside;
};

static double lattice(struct rng *rng, unsigned steps)
{
	return (double)rng_below(rng, steps) / 8;
}

/* The logarithm of a bucket of the histogram, as a percentile of a trial is one. */
static double bucket(struct rng *rng, unsigned steps)
{
	uint64_t ns = UINT64_C(1) << (8 + rng_below(rng, 2));

	return log(histogram_value(histogram_index(ns) + rng_below(rng, steps), 0, UINT64_MAX));
}

static void draw(struct rng *rng, struct sample *s)
{
	double (*value)(struct rng *, unsigned) = rng_below(rng, 2) ? lattice : bucket;
	unsigned steps = 1 + (unsigned)rng_below(rng, 12);
	double shift = (double)rng_below(rng, 3) / 8;

	*s = (struct sample){.paired = rng_below(rng, 2)};
	s->n = LEAST + rng_below(rng, MOST - LEAST + 1);
	s->m = s->paired ? 0 : LEAST + rng_below(rng, MOST - LEAST + 1);
	for (size_t i = 0; i < s->m; i++)
		s->a[i] = value(rng, steps);
	for (size_t i = 0; i < s->n; i++)
		s->b[i] = value(rng, steps) + shift - (s->paired ? value(rng, steps) : 0);
}

/* Doubled midranks of all units; the labelled ones last. */
static void rank_labels(const struct sample *s, double shift, unsigned *ranks)
{
	for (size_t i = 0; i < s->m + s->n; i++) {
		ranks[i] = 1;
		for (size_t k = 0; k < s->m + s->n; k++) {
			bool of_b = i >= s->m, beside_b = k >= s->m;
			double x = of_b ? s->b[i - s->m] : s->a[i];
			double y = beside_b ? s->b[k - s->m] : s->a[k];
			double ahead = of_b == beside_b ? x - y
				       : of_b           ? (x - y) - shift
							: shift - (y - x);

			ranks[i] += ahead > 0 ? 2 : ahead == 0;
		}
	}
}

/* Doubled midranks of |d - shift|, 0 for a zero, which has no sign. */
static void rank_signs(const struct sample *s, double shift, unsigned *ranks)
{
	for (size_t i = 0; i < s->n; i++) {
		ranks[i] = s->b[i] == shift ? 0 : 1;
		for (size_t k = 0; ranks[i] && k < s->n; k++) {
			double x = s->b[i], y = s->b[k];
			bool alike = (x > shift) == (y > shift) && y != shift;
			double ahead = y == shift  ? 1
				       : alike     ? (x > shift ? x - y : y - x)
				       : x > shift ? (x + y) / 2 - shift
						   : shift - (x + y) / 2;

			ranks[i] += ahead > 0 ? 2 : ahead == 0;
		}
	}
}

static void sum_halves(const unsigned *ranks, size_t n, unsigned sums[2][HALF])
{
	for (size_t half = 0; half < 2; half++)
		for (size_t mask = 0; mask < HALF; mask++) {
			sums[half][mask] = 0;
			for (size_t i = 0; i < MOST && half * MOST + i < n; i++)
				if (mask >> i & 1)
					sums[half][mask] += ranks[half * MOST + i];
		}
}

/* The next larger number with as many bits set (Gosper). */
static unsigned next_as_many(unsigned mask)
{
	unsigned lowest = mask & -mask, carried = mask + lowest;

	return carried | ((mask ^ carried) / lowest >> 2);
}

static struct tails tails_at(const struct sample *s, double shift)
{
	unsigned ranks[UNITS_MAX], sums[2][HALF], w = 0;
	size_t units = s->m + s->n;
	struct tails t = {0};

	if (s->paired)
		rank_signs(s, shift, ranks);
	else
		rank_labels(s, shift, ranks);
	for (size_t i = 0; i < s->n; i++)
		w += !s->paired || s->b[i] > shift ? ranks[s->m + i] : 0;
	sum_halves(ranks, units, sums);
	for (unsigned mask = s->paired ? 0 : (1u << s->n) - 1; mask < 1u << units;
	     mask = s->paired ? mask + 1 : next_as_many(mask)) {
		unsigned sum = sums[0][mask % HALF] + sums[1][mask / HALF];

		t.all++;
		t.at_most += sum <= w;
		t.at_least += sum >= w;
	}
	return t;
}

/* At one in forty, exactly. */
static bool rejects(unsigned tail, const struct tails *t)
{
	return 40 * tail <= t->all;
}

static bool accepts(const struct sample *s, double shift)
{
	struct tails t = tails_at(s, shift);

	return !rejects(t.at_most, &t) && !rejects(t.at_least, &t);
}

static size_t list(const struct sample *s, double *candidates)
{
	size_t n = 0;

	for (size_t i = 0; i < (s->paired ? s->n : s->m); i++)
		for (size_t j = s->paired ? i : 0; j < s->n; j++)
			candidates[n++] = s->paired ? (s->b[i] + s->b[j]) / 2 : s->b[j] - s->a[i];
	order_sort(candidates, n);
	return n;
}

/* The hull of what is accepted; low above high: nothing is. */
static void invert(const struct sample *s, double *low, double *high)
{
	double edges[CANDIDATES_MAX + 2];
	size_t n = list(s, edges + 1);

	edges[0] = edges[1] - 1;
	edges[n + 1] = edges[n] + 1;
	*low = INFINITY;
	*high = -INFINITY;
	for (size_t i = 0; i <= n; i++) {
		if (i && accepts(s, edges[i])) {
			*low = fmin(*low, edges[i]);
			*high = fmax(*high, edges[i]);
		}
		if (edges[i + 1] > edges[i] && accepts(s, (edges[i] + edges[i + 1]) / 2)) {
			*low = fmin(*low, i ? edges[i] : -INFINITY);
			*high = fmax(*high, i < n ? edges[i + 1] : INFINITY);
		}
	}
}

static bool lies_within(const struct sample *s, double margin)
{
	struct tails below = tails_at(s, -margin), above = tails_at(s, margin);

	return rejects(below.at_least, &below) && rejects(above.at_most, &above);
}

static void print(const struct sample *s, const struct shift_estimate *got, double low, double high)
{
	printf("%s: %.17g..%.17g, by brute force %.17g..%.17g\n a", s->paired ? "paired" : "labels",
	       got->low, got->high, low, high);
	for (size_t i = 0; i < s->m; i++)
		printf(" %.17g", s->a[i]);
	printf("\n b");
	for (size_t i = 0; i < s->n; i++)
		printf(" %.17g", s->b[i]);
	putchar('\n');
}

static void check(struct shift_test *t, const struct sample *s, double margin, struct tally *tally)
{
	struct tails zero = tails_at(s, 0);
	unsigned tail = zero.at_most < zero.at_least ? zero.at_most : zero.at_least;
	struct shift_estimate got;
	double low, high;
	bool within[2];

	shift_test_take(t, s->a, s->b);
	if (shift_test_estimate(t, &got) < 0 ||
	    shift_test_rejects(t, -margin, SHIFT_OR_LESS, &within[0]) < 0 ||
	    shift_test_rejects(t, margin, SHIFT_OR_MORE, &within[1]) < 0)
		exit(2);
	invert(s, &low, &high);
	tally->samples++;
	tally->empty += low > high;
	tally->outside += low <= high && !(low <= got.shift && got.shift <= high);
	if (got.low == low && got.high == high &&
	    (within[0] && within[1]) == lies_within(s, margin) &&
	    fabs(got.p - fmin(1, 2. * tail / zero.all)) < 1e-12)
		return;
	if (tally->differ++ < 10)
		print(s, &got, low, high);
}

int main(int argc, char **argv)
{
	unsigned long samples = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct shift_test *tests[MOST + 1][MOST + 1] = {0};
	struct tally tally = {0};
	struct sample s;
	struct rng rng;

	rng_init(&rng, 13, 0);
	while (tally.samples < samples) {
		struct shift_test **t;

		draw(&rng, &s);
		t = &tests[s.m][s.n];
		if (!*t && (s.paired ? shift_test_create_paired(s.n, 0.95, 1, t)
				     : shift_test_create(s.m, s.n, 0.95, 1, t)) < 0)
			return 2;
		check(*t, &s, (1 + (double)rng_below(&rng, 8)) / 16, &tally);
	}
	printf("%lu samples: %lu differ from brute force; nothing accepted in %lu, the estimate "
	       "outside in %lu\n",
	       tally.samples, tally.differ, tally.empty, tally.outside);
	for (size_t m = 0; m <= MOST; m++)
		for (size_t n = 0; n <= MOST; n++)
			shift_test_destroy(tests[m][n]);
	return tally.differ ? 1 : 0;
}
