/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the trials of a run come to together. */
#include "fake-result.h"
#include "result/pool.h"

static void test_valid_trials(void **state)
{
	struct result *r = fake_result(1);
	const struct result_run *run = &r->runs[0];
	struct histogram all = {0};
	struct pool p;
	const struct pooled_series *s;

	assert_int_equal(pool_init(&p, run), 0);
	assert_int_equal(p.n_valid, 2);
	assert_int_equal(p.n_invalid, 1);
	assert_int_equal(p.n, run->trials[0].n_series);
	s = &p.series[4];
	assert_string_equal(s->first->actor, "migrator");
	for (size_t i = 0; i < 2; i++)
		sparse_histogram_add_to(&run->trials[i].series[4].histogram, &all);
	assert_int_equal(s->histogram.count, 200);
	assert_true(sparse_histogram_percentile(&s->histogram, 50) ==
		    histogram_percentile(&all, 50));
	assert_int_equal(s->planned, 208);
	assert_int_equal(s->late, 6);
	assert_int_equal(s->missed, 2);
	assert_true(s->rate_per_s == 20);
	assert_int_equal(s->n_errors, 2);
	assert_int_equal(pooled_series_errors(s), 6);
	assert_int_equal(s->n_thresholds, 2);
	assert_int_equal(s->thresholds[0].above, 200);
	assert_true(s->p50_low_ns > 0 && s->p50_low_ns < s->p50_high_ns);
	assert_int_equal(p.series[5].histogram.count, 0);
	assert_true(p.series[5].p50_high_ns == 0);
	pool_finish(&p);
	result_destroy(r);
}

static void test_none(void **state)
{
	struct result *r = fake_result(1);
	struct pool p;

	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].valid = false;
	assert_int_equal(pool_init(&p, &r->runs[0]), 0);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.n_invalid, 3);
	pool_finish(&p);
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_trials),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
