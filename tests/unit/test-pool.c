/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the trials of a run come to together. */
#include "fake-result.h"
#include "result/pool.h"

static void test_valid_trials(void **state)
{
	struct result *r = fake_result(1);
	const struct result_run *run = &r->runs[0];
	struct sparse_histogram all = {0};
	const struct pooled_series *pooled;
	const struct series *s;
	struct pool p;

	assert_int_equal(pool_init(&p, run, POOL_VALID), 0);
	assert_int_equal(p.n_valid, 2);
	assert_int_equal(p.n_invalid, 1);
	assert_int_equal(p.n, run->trials[0].n_series);
	pooled = &p.series[4];
	s = &pooled->all;
	assert_string_equal(s->id.actor, "migrator");
	assert_string_equal(s->stressor, "migrate");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(sparse_histogram_merge(&all, &run->trials[i].series[4].histogram),
				 0);
	assert_int_equal(s->histogram.count, 200);
	assert_true(series_percentile(s, 50) == sparse_histogram_percentile(&all, 50));
	assert_int_equal(s->planned, 208);
	assert_int_equal(s->late, 6);
	assert_int_equal(s->missed, 2);
	assert_true(s->rate_per_s == 20);
	assert_int_equal(s->n_errors, 2);
	assert_int_equal(series_errors(s), 6);
	assert_int_equal(s->n_thresholds, 2);
	assert_int_equal(s->thresholds[0].above, 200);
	assert_int_equal(pooled->n_p50, 2);
	assert_true(pooled->p50_low_ns > 0 && pooled->p50_low_ns < pooled->p50_high_ns);
	assert_int_equal(p.series[5].all.histogram.count, 0);
	assert_true(p.series[5].p50_high_ns == 0);
	sparse_histogram_finish(&all);
	pool_finish(&p);
	result_destroy(r);
}

static size_t count_of(const struct result_run *run, enum pool_trials which)
{
	struct pooled_series pooled;
	size_t n;

	assert_int_equal(pool_series(&pooled, run, &run->trials[0].series[4].id, which), 0);
	n = pooled.all.histogram.count;
	assert_int_equal(n, 100 * pooled.n_trials);
	pooled_series_finish(&pooled);
	return n;
}

/* Invalid trials are pooled only for who asks for them. */
static void test_invalid_trials(void **state)
{
	struct result *r = fake_result(1);
	const struct result_run *run = &r->runs[0];
	struct pool p;

	assert_int_equal(count_of(run, POOL_VALID), 200);
	assert_int_equal(count_of(run, POOL_VALID_ELSE_ALL), 200);
	assert_int_equal(count_of(run, POOL_ALL), 300);
	for (size_t i = 0; i < run->n_trials; i++)
		run->trials[i].valid = false;
	assert_int_equal(count_of(run, POOL_VALID), 0);
	assert_int_equal(count_of(run, POOL_VALID_ELSE_ALL), 300);
	assert_int_equal(pool_init(&p, run, POOL_VALID), 0);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.n_invalid, 3);
	pool_finish(&p);
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_trials),
		cmocka_unit_test(test_invalid_trials),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
