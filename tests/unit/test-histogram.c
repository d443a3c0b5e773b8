/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "record/histogram.h"

/* Buckets tile the range without gap or overlap, and every edge finds its own bucket. */
static void test_tiling(void **state)
{
	uint64_t expected = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(histogram_lowest(i), expected);
		assert_int_equal(histogram_index(histogram_lowest(i)), i);
		assert_int_equal(histogram_index(histogram_highest(i)), i);
		expected = histogram_highest(i) + 1;
	}
	assert_int_equal(expected, HISTOGRAM_HIGHEST + 1);
}

/* The bound that histogram.h derives: (highest - lowest) / lowest < 2^-7. */
static void test_error_bound(void **state)
{
	for (size_t i = 1; i < HISTOGRAM_BUCKETS; i++) {
		double low = (double)histogram_lowest(i), high = (double)histogram_highest(i);

		assert_true((high - low) / low < 1.0 / 128);
	}
}

static struct histogram *new_histogram(void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	return h;
}

static void test_extremes(void **state)
{
	struct histogram *h = new_histogram();

	assert_int_equal(histogram_min(h), 0);
	assert_true(histogram_percentile(h, 50) == 0);
	histogram_record(h, UINT64_C(1) << 41);
	histogram_record(h, 0);
	assert_int_equal(h->count, 2);
	assert_int_equal(h->clipped, 1);
	assert_int_equal(h->buckets[HISTOGRAM_BUCKETS - 1], 1);
	assert_int_equal(h->max_ns, UINT64_C(1) << 41);
	assert_int_equal(histogram_min(h), 0);
	assert_true(histogram_percentile(h, 50) == 0);
	free(h);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Percentiles against the sorted samples themselves, over six decades. */
static void test_percentiles(void **state)
{
	enum { N = 20000 };
	static const double qs[] = {0.001, 1, 10, 50, 90, 99, 99.9, 99.99, 100};
	uint64_t *samples = malloc(N * sizeof(*samples));
	struct histogram *h = new_histogram(), *half = new_histogram();
	struct rng r;

	rng_init(&r, 7, 0);
	for (int i = 0; i < N; i++) {
		samples[i] = (uint64_t)exp(rng_double(&r) * 14);
		histogram_record(i % 2 ? h : half, samples[i]);
	}
	histogram_merge(h, half);
	qsort(samples, N, sizeof(*samples), compare_u64);
	assert_int_equal(h->count, N);
	assert_int_equal(histogram_min(h), samples[0]);
	assert_int_equal(h->max_ns, samples[N - 1]);
	for (size_t i = 0; i < sizeof(qs) / sizeof(qs[0]); i++) {
		double exact = (double)samples[(size_t)fmax(ceil(qs[i] / 100 * N - 1e-6), 1) - 1];

		assert_true(fabs(histogram_percentile(h, qs[i]) - exact) <= exact / 256);
	}
	free(h);
	free(half);
	free(samples);
}

static void test_rank_of_exact_shares(void **state)
{
	struct histogram *h = new_histogram();

	/* 1000 samples, 0..999 of them distinct below 256: p99.9 is the 999th, not the 1000th. */
	for (int i = 0; i < 999; i++)
		histogram_record(h, 5);
	histogram_record(h, 200);
	assert_true(histogram_percentile(h, 99.9) == 5);
	assert_true(histogram_percentile(h, 100) == 200);
	free(h);
}

static void test_support(void **state)
{
	struct histogram h = {.count = 99};

	assert_int_equal(histogram_samples_needed(50), 20);
	assert_int_equal(histogram_samples_needed(90), 100);
	assert_int_equal(histogram_samples_needed(99), 1000);
	assert_int_equal(histogram_samples_needed(99.9), 10000);
	/* The lower half needs its ten samples below. */
	assert_int_equal(histogram_samples_needed(10), 100);
	assert_int_equal(histogram_samples_needed(1), 1000);
	assert_int_equal(histogram_samples_needed(0), UINT64_MAX);
	assert_false(histogram_percentile_supported(&h, 90));
	h.count = 100;
	assert_true(histogram_percentile_supported(&h, 90));
	assert_false(histogram_percentile_supported(&h, 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiling),
		cmocka_unit_test(test_error_bound),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_rank_of_exact_shares),
		cmocka_unit_test(test_support),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
