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
#include "record/sparse.h"

static struct histogram *filled(uint64_t seed, int n)
{
	struct histogram *h = calloc(1, sizeof(*h));
	struct rng r;

	assert_non_null(h);
	rng_init(&r, seed, 0);
	for (int i = 0; i < n; i++)
		histogram_record(h, (uint64_t)exp(rng_double(&r) * 30));
	return h;
}

/* Sparse and full must tell the same, or a printed and a compared figure would differ. */
static void test_same_figures(void **state)
{
	struct histogram *h = filled(3, 5000);
	struct sparse_histogram s;

	assert_int_equal(sparse_histogram_init_from(&s, h), 0);
	assert_int_equal(s.count, h->count);
	assert_true(s.clipped > 0 && s.clipped == h->clipped);
	assert_int_equal(s.min_ns, histogram_min(h));
	assert_int_equal(s.max_ns, h->max_ns);
	assert_true(sparse_histogram_mean(&s) == histogram_mean(h));
	for (double q = 0.5; q <= 100; q += 0.5) {
		assert_true(sparse_histogram_percentile(&s, q) == histogram_percentile(h, q));
		assert_int_equal(sparse_histogram_percentile_supported(&s, q),
				 histogram_percentile_supported(h, q));
	}
	for (uint64_t ns = 1; ns < HISTOGRAM_HIGHEST; ns *= 3)
		assert_int_equal(sparse_histogram_count_above(&s, ns),
				 histogram_count_above(h, ns));
	sparse_histogram_finish(&s);
	free(h);
}

/* Merging sparse ones gives what pooling in a full one gives, to the bucket. */
static void test_merging(void **state)
{
	struct histogram *a = filled(1, 100), *b = filled(2, 300);
	struct sparse_histogram sa, sb, both, merged = {0}, empty = {0};

	assert_int_equal(sparse_histogram_init_from(&sa, a), 0);
	assert_int_equal(sparse_histogram_init_from(&sb, b), 0);
	assert_int_equal(sparse_histogram_merge(&merged, &empty), 0);
	assert_int_equal(merged.count, 0);
	assert_int_equal(sparse_histogram_merge(&merged, &sa), 0);
	assert_int_equal(sparse_histogram_merge(&merged, &sb), 0);
	assert_int_equal(sparse_histogram_merge(&merged, &empty), 0);
	histogram_merge(a, b);
	assert_int_equal(sparse_histogram_init_from(&both, a), 0);
	assert_int_equal(merged.n, both.n);
	for (size_t i = 0; i < both.n; i++)
		assert_int_equal(sparse_histogram_bucket(&merged, i),
				 sparse_histogram_bucket(&both, i));
	assert_memory_equal(merged.indices, both.indices, both.n * sizeof(*both.indices));
	assert_int_equal(merged.count, both.count);
	assert_int_equal(merged.clipped, both.clipped);
	assert_int_equal(merged.sum_ns, both.sum_ns);
	assert_int_equal(merged.min_ns, both.min_ns);
	assert_int_equal(merged.max_ns, both.max_ns);
	sparse_histogram_finish(&sa);
	sparse_histogram_finish(&sb);
	sparse_histogram_finish(&both);
	sparse_histogram_finish(&merged);
	free(a);
	free(b);
}

/* Of 65535 and 65536 samples, alone, merged into one that has the bucket, and into one that has not. */
static void test_counts_of_any_width(void **state)
{
	struct histogram *h = calloc(1, sizeof(*h));
	struct sparse_histogram narrow = {0}, wide = {0}, merged = {0};

	assert_non_null(h);
	for (int i = 0; i < UINT16_MAX; i++)
		histogram_record(h, 5);
	assert_int_equal(sparse_histogram_init_from(&narrow, h), 0);
	histogram_record(h, 5);
	assert_int_equal(sparse_histogram_init_from(&wide, h), 0);
	assert_true(narrow.narrow && !wide.narrow);
	assert_int_equal(sparse_histogram_bucket(&narrow, 0), UINT16_MAX);
	assert_int_equal(sparse_histogram_bucket(&wide, 0), UINT16_MAX + 1);
	assert_int_equal(sparse_histogram_merge(&merged, &narrow), 0);
	assert_int_equal(sparse_histogram_bucket(&merged, 0), UINT16_MAX);
	assert_int_equal(sparse_histogram_merge(&merged, &narrow), 0);
	assert_int_equal(sparse_histogram_bucket(&merged, 0), 2 * UINT16_MAX);
	assert_int_equal(sparse_histogram_merge(&merged, &wide), 0);
	assert_int_equal(sparse_histogram_bucket(&merged, 0), 3 * UINT16_MAX + 1);
	assert_int_equal(merged.n, 1);
	assert_int_equal(merged.count, 3 * UINT16_MAX + 1);
	sparse_histogram_finish(&merged);
	sparse_histogram_finish(&narrow);
	sparse_histogram_finish(&wide);
	free(h);
}

/* What files claim may be more than 64 bits hold. */
static void test_sums_do_not_wrap(void **state)
{
	struct sparse_histogram most = {0}, merged = {0};

	assert_int_equal(sparse_histogram_init(&most, 1), 0);
	most.count = most.sum_ns = most.wide[0] = UINT64_MAX;
	most.min_ns = most.max_ns = most.indices[0] = 5;
	for (int i = 0; i < 3; i++)
		assert_int_equal(sparse_histogram_merge(&merged, &most), 0);
	assert_int_equal(merged.count, UINT64_MAX);
	assert_int_equal(merged.sum_ns, UINT64_MAX);
	assert_int_equal(sparse_histogram_bucket(&merged, 0), UINT64_MAX);
	assert_true(sparse_histogram_percentile(&merged, 50) == 5);
	sparse_histogram_finish(&merged);
	sparse_histogram_finish(&most);
}

static void test_pooling(void **state)
{
	struct histogram *a = filled(1, 100), *b = filled(2, 100),
			 *pooled = calloc(1, sizeof(*pooled));
	struct sparse_histogram sa, sb, empty = {0};

	assert_int_equal(sparse_histogram_init_from(&sa, a), 0);
	assert_int_equal(sparse_histogram_init_from(&sb, b), 0);
	sparse_histogram_add_to(&sa, pooled);
	sparse_histogram_add_to(&empty, pooled); /* its min of 0 must not count */
	sparse_histogram_add_to(&sb, pooled);
	histogram_merge(a, b);
	assert_memory_equal(a, pooled, sizeof(*a));
	sparse_histogram_finish(&sa);
	sparse_histogram_finish(&sb);
	free(a);
	free(b);
	free(pooled);
}

static void test_empty(void **state)
{
	struct histogram *h = calloc(1, sizeof(*h));
	struct sparse_histogram s;

	assert_int_equal(sparse_histogram_init_from(&s, h), 0);
	assert_int_equal(s.n, 0);
	assert_null(s.indices);
	assert_int_equal(s.min_ns, 0);
	assert_true(sparse_histogram_percentile(&s, 50) == 0);
	assert_int_equal(sparse_histogram_count_above(&s, 0), 0);
	sparse_histogram_finish(&s);
	sparse_histogram_finish(&s);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_figures),
		cmocka_unit_test(test_merging),
		cmocka_unit_test(test_counts_of_any_width),
		cmocka_unit_test(test_sums_do_not_wrap),
		cmocka_unit_test(test_pooling),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests_name("sparse", tests, NULL, NULL);
}
