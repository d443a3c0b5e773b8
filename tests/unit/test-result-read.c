/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results read back: the same as what was written, and nothing that cannot be one. */
#include <sys/stat.h>
#include <unistd.h>

#include "fake-result.h"
#include "json/read.h"
#include "result/json.h"

static char *text_of(const struct result *r)
{
	char *text;
	size_t size;

	assert_int_equal(result_to_json(r, &text, &size), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

static struct result *read_text(const char *text)
{
	struct result *r = NULL;
	struct err e = {0};

	if (result_from_json(text, strlen(text), "r.json", &r, &e) < 0)
		fail_msg("%s", e.text);
	return r;
}

/* Whatever the writer puts into the file, the reader finds there. */
static void assert_round_trip(const struct result *r)
{
	char *first = text_of(r), *second;
	struct result *again = read_text(first);

	second = text_of(again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	result_destroy(again);
}

static void test_round_trip(void **state)
{
	struct result *r = fake_result(5);

	assert_round_trip(r);
	r->complete = r->attributed = r->raw = true;
	r->has_sequence = false;
	free(r->label);
	r->label = NULL;
	host_set_regime(&r->host, LOCK_REGIME_PER_THREADGROUP_RESIDUAL);
	r->host.lock_patch_present = TRISTATE_UNKNOWN;
	r->runs[0].trials[0].env.has_throttled = true;
	r->runs[0].trials[0].env.throttled_ns = 17;
	r->runs[0].trials[0].env.dying_groups = 3;
	r->runs[0].trials[0].series[0].interval_ns = 0;
	assert_round_trip(r);
	result_destroy(r);
}

/* Fresh from result_create(): what a run writes before its first trial. */
static void test_round_trip_of_nothing(void **state)
{
	struct result *r = result_create();

	assert_non_null(r);
	assert_round_trip(r);
	result_destroy(r);
}

static void test_same_percentiles(void **state)
{
	struct result *r = fake_result(5), *again;
	char *text = text_of(r);

	again = read_text(text);
	for (size_t i = 0; i < r->runs[0].trials[0].n_series; i++) {
		const struct sparse_histogram *a = &r->runs[0].trials[0].series[i].histogram,
					      *b = &again->runs[0].trials[0].series[i].histogram;

		assert_int_equal(a->n, b->n);
		for (double q = 0.5; q < 100; q += 0.5)
			assert_true(sparse_histogram_percentile(a, q) ==
				    sparse_histogram_percentile(b, q));
	}
	assert_int_equal(again->runs[0].n_primaries, 1);
	assert_string_equal(again->runs[0].primaries[0].id.actor, "migrator");
	assert_true(again->runs[0].primaries[0].id.time == SPAN_RESPONSE);
	assert_string_equal(again->runs[0].spec, FAKE_SPEC);
	free(text);
	result_destroy(r);
	result_destroy(again);
}

/* A sample above the highest bucket is in the last one, and exact in max and sum. */
static void test_clipped(void **state)
{
	struct result *r = fake_result(5);
	struct series *s = &r->runs[0].trials[0].series[0];
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	struct series clipped = {.n_errors = 0};

	assert_non_null(recorder);
	recorder_init(recorder, FAKE_WINDOW_NS, NULL, 0);
	recorder_add(recorder, 0, 0);
	recorder_add(recorder, 1, HISTOGRAM_HIGHEST);
	recorder_add(recorder, 2, HISTOGRAM_HIGHEST * 3);
	clipped.id = s->id;
	strcpy(clipped.stressor, s->stressor);
	series_finish(s);
	assert_int_equal(series_from_recorder(s, recorder), 0);
	s->id = clipped.id;
	strcpy(s->stressor, clipped.stressor);
	free(recorder);
	assert_int_equal(s->histogram.clipped, 1);
	assert_round_trip(r);
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_round_trip_of_nothing),
		cmocka_unit_test(test_same_percentiles),
		cmocka_unit_test(test_clipped),
	};

	return cmocka_run_group_tests_name("result-read", tests, NULL, NULL);
}
