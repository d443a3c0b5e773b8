/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Axes, bounds, knees, and what a sweep says of a result. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "json/read.h"
#include "compare/sweep.h"

/* The points of an axis, blank-separated. */
static const char *texts(const char *vary, const char *over, struct axis *a)
{
	static char text[1024];
	struct err e = {0};

	if (axis_parse(vary, over, a, &e) < 0)
		fail_msg("%s", e.text);
	text[0] = '\0';
	for (size_t i = 0; i < a->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 a->points[i].text);
	return text;
}

static void test_axes(void **state)
{
	struct axis a;

	assert_string_equal(texts("s.workers", "1..64", &a), "1 2 4 8 16 32 64");
	assert_string_equal(texts("s.workers", "1..4,lin,7", &a), "1 2 3 4"); /* each once */
	assert_string_equal(texts("m.gap", "100us..10ms,log,3", &a), "100us 1ms 10ms");
	assert_string_equal(texts("m.gap", "100us..1ms,log,3", &a), "100us 316us 1ms");
	assert_true(a.points[1].number == 316000);
	assert_string_equal(texts("p.touch", "1M..1G,log,6", &a), "1M 4M 16M 64M 256M 1G");
	assert_string_equal(texts("m.rate", "0.5..2,log,3", &a), "0.5 1 2");
	assert_string_equal(texts("s.workers", "1,3,9", &a), "1 3 9");
	assert_string_equal(texts("s.hold", "5ms,1s", &a), "5ms 1s");
}

static void test_refused_axes(void **state)
{
	static const struct {
		const char *vary, *over;
	} refused[] = {
		{"workers", "1..2"},
		{".workers", "1..2"},
		{"s.", "1..2"},
		{"s.a=b", "1..2"},
		{"s.w", ""},
		{"s.w", "2..1"},
		{"s.w", "0..5"},
		{"s.w", "1..5,sqrt,3"},
		{"s.w", "1..5,log,1"},
		{"s.w", "1..5,log,x"},
		{"s.w", "1..5ms"},
		{"s.w", "1,1"},
		{"s.w", "1,2ms"},
		{"s.w", "a..b"},
		{"m.gap", "1..5"},
		{"s.w", "1..1e999"},
		{"s.w", "1..5,logs,3"},
		{"s.w", "1..5,log,101"},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err e = {0};
		struct axis a;

		if (axis_parse(refused[i].vary, refused[i].over, &a, &e) == 0)
			fail_msg("taken: %s over %s", refused[i].vary, refused[i].over);
		assert_int_equal(e.exit_code, EXIT_USAGE);
		assert_non_null(strstr(e.text, "allowed"));
	}
}

static void test_settings(void **state)
{
	char setting[AXIS_SETTING_SIZE];
	struct axis a;

	texts("storm.workers", "1..2", &a);
	axis_setting(&a, &a.points[1], setting);
	assert_string_equal(setting, "storm.workers=2");
	texts("m.gap", "1ms..2ms", &a);
	axis_setting(&a, &a.points[0], setting);
	assert_string_equal(setting, "m.arrival={\"kind\": \"closed\", \"pause\": \"1ms\"}");
	texts("m.rate", "20,50", &a);
	axis_setting(&a, &a.points[1], setting);
	assert_string_equal(setting,
			    "m.arrival={\"kind\": \"paced\", \"per_second\": 50, \"jitter\": 0.5}");
}

static void test_refinement(void **state)
{
	double added[3];
	struct axis a;

	texts("s.workers", "1..64", &a);
	assert_int_equal(axis_refine(&a, 8, 16, 3, added), 3);
	assert_true(added[0] == 10 && added[1] == 11 && added[2] == 13);
	assert_int_equal(a.n, 10);
	assert_true(a.points[4].number == 10 && a.points[9].number == 64);
	/* Between neighbours there is nothing left. */
	assert_int_equal(axis_refine(&a, 10, 11, 3, added), 0);
}

static void test_bounds(void **state)
{
	struct bound b;

	assert_int_equal(bound_parse("m.write.response.p99.9<1.5ms", &b, NULL), 0);
	assert_string_equal(b.id.actor, "m");
	assert_string_equal(b.id.span, "write");
	assert_int_equal(b.id.time, SPAN_RESPONSE);
	assert_true(b.percentile == 99.9 && b.below && b.value == 1.5e6);
	assert_int_equal(bound_parse("s.cycle.rate>1000", &b, NULL), 0);
	assert_int_equal(b.id.time, SPAN_SERVICE);
	assert_true(b.kind == METRIC_RATE && !b.below && b.value == 1000);
	assert_true(bound_holds(&b, 1001) && !bound_holds(&b, 1000));
	static const char *const refused[] = {"",
					      "m.write.p99",
					      "m.p99<1ms",
					      "m.write.p99<",
					      "m.write.p99<-1ms",
					      "m.write.max<1ms",
					      "m.write.p99<1ms<2ms",
					      "write<1",
					      "m.write.share>1ms<0.1",
					      "m..p50<1ms",
					      "m.write.rate>1ms",
					      "m.write.p99<0"};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (bound_parse(refused[i], &b, NULL) == 0)
			fail_msg("taken: %s", refused[i]);
}

static void test_isotonic(void **state)
{
	double rising[] = {1, 3, 2, 4}, falling[] = {5, 1, 2, 3, 0}, weighted[] = {2, 1},
	       weights[] = {3, 1}, scratch[10];

	knee_isotonic(rising, NULL, 4, true, scratch);
	assert_true(rising[0] == 1 && rising[1] == 2.5 && rising[2] == 2.5 && rising[3] == 4);
	knee_isotonic(falling, NULL, 5, false, scratch);
	assert_true(falling[0] == 5 && falling[1] == 2 && falling[3] == 2 && falling[4] == 0);
	knee_isotonic(weighted, weights, 2, true, scratch);
	assert_true(weighted[0] == 1.75 && weighted[1] == 1.75);
}

static void test_knee(void **state)
{
	const double x[] = {1, 10, 100, 1000}, line[] = {2, 20, 200, 2000},
		     falling[] = {2000, 200, 20, 2}, two[] = {1, 3, 10, 30, 100, 300, 1000, 3000},
		     gap[] = {1, NAN, 100, NAN};
	struct knee k = {.at = 7};

	/* A straight line on these scales. */
	assert_int_equal(knee_find(x, line, 4, 1, 632.4555, 1, &k), 1);
	assert_true(fabs(k.at / 316.2278 - 1) < 1e-6);
	assert_false(k.has_interval);
	assert_int_equal(knee_find(x, falling, 4, 1, 632.4555, 1, &k), 1);
	assert_true(fabs(k.at / 3.162278 - 1) < 1e-6);
	/* Through what there is. */
	assert_int_equal(knee_find(x, gap, 4, 1, 10, 1, &k), 1);
	assert_true(fabs(k.at - 10) < 1e-9);
	/* Nothing crosses. */
	k.at = 7;
	assert_int_equal(knee_find(x, line, 4, 1, 1, 1, &k), 0);
	assert_true(k.at == 7);
	/* Two trials that differ by a factor of three: so does the knee, one way or the other. */
	assert_int_equal(knee_find(x, two, 4, 2, 100, 1, &k), 1);
	assert_true(k.has_interval && k.low <= k.at && k.at <= k.high);
	assert_true(k.low > 30 && k.low < 40 && k.high > 95 && k.high < 105);
}

/* A result with a run of each count of `values`: a trial with 1000 samples of that many ms. */
static struct result *make_result(const uint64_t *values, size_t n)
{
	struct result *r = result_create();
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(r);
	assert_non_null(h);
	for (size_t i = 0; i < n; i++) {
		struct result_run *run = result_add_run(r);
		struct result_trial *trial = result_add_trial(run);
		struct series *s = result_add_series(trial);

		snprintf(run->workload, sizeof(run->workload), "w-at-%zu", i);
		assert_non_null(run->spec = strdup("{}"));
		trial->valid = true;
		snprintf(s->id.actor, sizeof(s->id.actor), "m");
		snprintf(s->id.span, sizeof(s->id.span), "write");
		memset(h, 0, sizeof(*h));
		for (int k = 0; k < 1000; k++)
			histogram_record(h, values[i] * 1000000);
		assert_int_equal(sparse_histogram_init_from(&s->histogram, h), 0);
	}
	free(h);
	return r;
}

/* Four points whose number is their latency in ms, in the order in which they were run. */
static struct sweep *make_sweep(const uint64_t ms[4])
{
	struct sweep *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->workload = "w";
	s->has_bound = true;
	s->bound_text = "m.write.p50<3ms";
	texts("m.targets", "1,2,4,8", &s->axis);
	assert_int_equal(bound_parse(s->bound_text, &s->bound, NULL), 0);
	s->result = make_result(ms, 4);
	for (s->n = 0; s->n < 4; s->n++)
		s->points[s->n] = (struct sweep_point){.number = (double)ms[s->n], .run = s->n};
	return s;
}

static void test_sweep(void **state)
{
	static const uint64_t ms[] = {8, 1, 4, 2}; /* in the order in which they were run */
	struct sweep *s = make_sweep(ms);
	_cleanup_free char *text = NULL;
	struct json_doc doc;
	size_t size;

	/* As before the first trial; its reasons must not stay. */
	for (size_t i = 0; i < s->n; i++)
		s->result->runs[i].n_trials = 0;
	assert_int_equal(sweep_judge(s), 0);
	assert_string_equal(s->points[0].reason, "no trial");
	for (size_t i = 0; i < s->n; i++)
		s->result->runs[i].n_trials = 1;
	assert_int_equal(sweep_judge(s), 0);
	for (size_t i = 0; i < s->n; i++)
		assert_null(s->points[i].reason);
	assert_true(s->points[0].number == 1 && s->points[0].verdict == SWEEP_HOLDS);
	assert_true(s->points[2].number == 4 && s->points[2].verdict == SWEEP_BREAKS);
	assert_true(s->has_edge && s->edge_holds == 2 && s->edge_breaks == 4);
	assert_true(s->has_knee && fabs(s->knee.at - 3) < 0.05);
	assert_int_equal(sweep_to_json(s, &text, &size), 0);
	assert_int_equal(json_doc_init(&doc, text, size, "s", NULL), 0);
	json_doc_finish(&doc);
	assert_non_null(strstr(text, "\"cgchurn-sweep/1\""));
	assert_non_null(strstr(text, RESULT_SCHEMA));

	/* The knee does not go through what no valid trial measured. */
	s->result->runs[2].trials[0].valid = false;
	assert_int_equal(sweep_judge(s), 0);
	assert_true(s->points[2].number == 4 && s->points[2].verdict == SWEEP_UNKNOWN);
	assert_true(s->has_knee && fabs(s->knee.at - 3) < 0.05); /* the same line */
	s->result->runs[0].trials[0].valid = false;
	assert_int_equal(sweep_judge(s), 0);
	assert_false(s->has_knee);
	/* Nor through the few starts that were made where others were missed. */
	s->result->runs[2].trials[0].valid = s->result->runs[0].trials[0].valid = true;
	s->result->runs[3].trials[0].series[0].planned = 1500;
	s->result->runs[3].trials[0].series[0].missed = 500;
	s->result->runs[2].trials[0].series[0].planned = 1500;
	s->result->runs[2].trials[0].series[0].missed = 500;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[1].verdict, SWEEP_BREAKS);
	assert_true(s->has_knee && s->knee.at > 2.9);
	s->result->runs[3].trials[0].series[0].missed = 0;
	s->result->runs[2].trials[0].series[0].missed = 0;

	/* Without a valid trial a point does not hold; missed starts break it all the same. */
	s->result->runs[1].trials[0].valid = false;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_UNKNOWN);
	assert_string_equal(s->points[0].reason, "no trial is valid");
	s->result->runs[1].trials[0].series[0].planned = 100;
	s->result->runs[1].trials[0].series[0].missed = 2;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_BREAKS);
	/* Unless something else may be to blame. */
	assert_int_equal(result_trial_invalidate(&s->result->runs[1].trials[0],
						 "m missed 2 of 100 starts, more than its "
						 "max_missed of 0.01"),
			 0);
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_BREAKS);
	assert_int_equal(result_trial_invalidate(&s->result->runs[1].trials[0],
						 "the hypervisor stole 3.0 %% of the CPU time"),
			 0);
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_UNKNOWN);
	s->result->runs[1].trials[0].valid = true;
	s->result->runs[1].trials[0].series[0].missed = 0;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_HOLDS);

	/* A point that was given up is unknown, and the edge does not reach over it. */
	assert_int_equal(result_run_fail(&s->result->runs[3], "no controller"), 0);
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[1].verdict, SWEEP_UNKNOWN);
	assert_false(s->has_edge);
	result_destroy(s->result);
	free(s);
}

/* Without a bound and a primary, a curve is that of every series. */
static void test_watched(void **state)
{
	static const uint64_t ms[] = {1, 2};
	struct sweep *s = calloc(1, sizeof(*s));
	struct series_id watched[SWEEP_WATCHED_MAX];

	assert_non_null(s);
	s->result = make_result(ms, 2);
	s->result->runs[0].n_trials = 0; /* given up */
	for (s->n = 0; s->n < 2; s->n++)
		s->points[s->n] = (struct sweep_point){.number = (double)s->n + 1, .run = s->n};
	assert_int_equal(sweep_watched(s, watched), 1);
	assert_string_equal(watched[0].actor, "m");
	s->result->runs[0].n_trials = 1;
	s->result->runs[0].n_primaries = 1;
	snprintf(s->result->runs[0].primaries[0].id.actor, WORKLOAD_NAME_SIZE, "p");
	assert_int_equal(sweep_watched(s, watched), 1);
	assert_string_equal(watched[0].actor, "p");
	result_destroy(s->result);
	free(s);
}

static void test_sweep_text(void **state)
{
	static const uint64_t ms[] = {1, 2, 4, 8};
	struct sweep *s = make_sweep(ms);
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	assert_int_equal(sweep_judge(s), 0);
	sweep_print(s, to);
	assert_int_equal(fclose(to), 0);
	assert_non_null(strstr(text, "\nm write\n"));
	assert_non_null(strstr(text, ", no interval: it needs at least two trials per point."));
	assert_null(strstr(text, "no trial\n"));
	result_destroy(s->result);
	free(s);
}

/* Of a trial that does not count nothing is taken, except that it missed starts. */
static void test_invalid_trials(void **state)
{
	static const uint64_t ms[] = {1};
	struct sweep *s = calloc(1, sizeof(*s));
	struct result_run *run;
	struct series *slow;

	assert_non_null(s);
	s->has_bound = true;
	s->bound_text = "m.write.p99.999<3ms"; /* of pooled trials: one has too few samples */
	assert_int_equal(bound_parse("m.write.p99<3ms", &s->bound, NULL), 0);
	s->bound.percentile = 0.5;
	s->result = make_result(ms, 1);
	s->points[0] = (struct sweep_point){.number = 1};
	s->n = 1;
	run = &s->result->runs[0];
	assert_non_null(result_add_trial(run));
	slow = result_add_series(&run->trials[1]);
	assert_non_null(slow);
	slow->id = run->trials[0].series[0].id;
	assert_int_equal(
		sparse_histogram_merge(&slow->histogram, &run->trials[0].series[0].histogram), 0);
	slow->planned = 100;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_UNKNOWN);
	assert_string_equal(s->points[0].reason, "too few samples for this metric");

	s->bound.percentile = 99;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_HOLDS);
	slow->missed = 50;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_UNKNOWN);
	assert_string_equal(s->points[0].reason, "invalid trials missed starts");
	run->trials[0].valid = false;
	assert_int_equal(sweep_judge(s), 0);
	assert_int_equal(s->points[0].verdict, SWEEP_BREAKS);
	result_destroy(s->result);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_axes),           cmocka_unit_test(test_refused_axes),
		cmocka_unit_test(test_settings),       cmocka_unit_test(test_refinement),
		cmocka_unit_test(test_bounds),         cmocka_unit_test(test_isotonic),
		cmocka_unit_test(test_knee),           cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_invalid_trials), cmocka_unit_test(test_watched),
		cmocka_unit_test(test_sweep_text),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
