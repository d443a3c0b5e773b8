/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a series changed, against the definition written out, and against chance. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "stats/changes.h"

enum { N = 60 };

/* The mean of |a - b| over a from [from_a, to_a) and b from [from_b, to_b), pairs with itself not
 * counted. */
static double mean_distance(const double *x, size_t from_a, size_t to_a, size_t from_b, size_t to_b)
{
	double sum = 0, n = 0;

	for (size_t i = from_a; i < to_a; i++)
		for (size_t k = from_b; k < to_b; k++)
			if (i != k) {
				sum += fabs(x[i] - x[k]);
				n++;
			}
	return n > 0 ? sum / n : 0;
}

/* The split with the largest q, by its formula and nothing else. */
static size_t naive_split(const double *x, size_t n)
{
	size_t best = 0;
	double largest = 0;

	for (size_t m = CHANGES_SIDE_MIN; m + CHANGES_SIDE_MIN <= n; m++) {
		double q = (double)m * (double)(n - m) / (double)n *
			   (2 * mean_distance(x, 0, m, m, n) - mean_distance(x, 0, m, 0, m) -
			    mean_distance(x, m, n, m, n));

		if (q > largest) {
			largest = q;
			best = m;
		}
	}
	return best;
}

static void test_definition(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct change *changes = NULL;
		size_t n = 0;
		double x[N];
		struct rng rng;

		rng_init(&rng, seed, 0);
		for (size_t i = 0; i < N; i++)
			x[i] = rng_normal(&rng) + (i >= 10 + seed ? 4 : 0);
		assert_int_equal(changes_find(x, N, seed, &changes, &n), 0);
		assert_int_equal(n, 1);
		assert_int_equal(changes[0].index, naive_split(x, N));
		assert_true(changes[0].p <= CHANGES_ALPHA);
		free(changes);
	}
}

static void test_several(void **state)
{
	struct change *changes = NULL;
	size_t n = 0;
	double x[90];
	struct rng rng;

	rng_init(&rng, 7, 0);
	for (size_t i = 0; i < 90; i++)
		x[i] = 0.1 * rng_normal(&rng) + (i < 30 ? 0 : i < 60 ? 1 : -1);
	assert_int_equal(changes_find(x, 90, 1, &changes, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(changes[0].index, 30);
	assert_int_equal(changes[1].index, 60);
	free(changes);
}

/* Without a change, one is found in about CHANGES_ALPHA of the cases: of 400, more than 12 would
 * happen once in 1500 times. The seeds are fixed. */
static void test_false_alarms(void **state)
{
	size_t alarms = 0;

	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct change *changes = NULL;
		size_t n = 0;
		double x[40];
		struct rng rng;

		rng_init(&rng, seed, 1);
		for (size_t i = 0; i < 40; i++)
			x[i] = exp(rng_normal(&rng));
		assert_int_equal(changes_find(x, 40, seed, &changes, &n), 0);
		alarms += n > 0;
		free(changes);
	}
	assert_in_range(alarms, 0, 12);
}

static void test_edges(void **state)
{
	static const double flat[20] = {0};
	struct change *changes = NULL;
	size_t n = 1;
	double *many = calloc(CHANGES_N_MAX + 1, sizeof(*many));

	assert_int_equal(changes_find(flat, 0, 1, &changes, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(changes_find(flat, 1, 1, &changes, &n), 0);
	assert_int_equal(changes_find(flat, 20, 1, &changes, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(changes_find(many, CHANGES_N_MAX + 1, 1, &changes, &n), -EINVAL);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_false_alarms),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
