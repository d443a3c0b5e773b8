/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons of results whose truth is known, in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../churn-result.h"
#include "base/cleanup.h"
#include "compare/aa.h"
#include "compare/comparison.h"
#include "compare/plan.h"
#include "compare/print.h"
#include "json/read.h"

static const struct churn base = {.seed = 1, .name = "base", .trials = 3};

static void add_with_change(struct data *d, int side, const struct churn *c, unsigned n,
			    void (*change)(struct result *r))
{
	struct err e = {0};

	for (unsigned i = 0; i < n; i++) {
		struct result *r = churn_result(c, i);

		if (change)
			change(r);
		if (data_add(d, side, "file", r, &e) < 0)
			fail_msg("%s", e.text);
		result_destroy(r);
	}
}

static void add(struct data *d, int side, const struct churn *c, unsigned n)
{
	add_with_change(d, side, c, n, NULL);
}

static struct churn new_like(double migration, double forks)
{
	return (struct churn){
		.seed = 2, .name = "new", .trials = 3, .migration = migration, .forks = forks};
}

static void compare(struct data *d, const struct comparison_options *options,
		    struct comparison *ret)
{
	struct err e = {0};

	assert_int_equal(data_make_units(d), 0);
	assert_int_equal(facts_judge(&d->facts, NULL, 0, &e), 0);
	if (comparison_make(d, options, ret, &e) < 0)
		fail_msg("%s", e.text);
}

struct two {
	struct data data;
	struct comparison comparison;
};

static void compare_churns(struct two *t, const struct churn *a, unsigned m, const struct churn *b,
			   unsigned n)
{
	const struct comparison_options options = {.seed = 1};

	*t = (struct two){0};
	add(&t->data, 0, a, m);
	add(&t->data, 1, b, n);
	compare(&t->data, &options, &t->comparison);
}

static void finish(struct two *t)
{
	comparison_finish(&t->comparison);
	data_finish(&t->data);
}

static enum verdict verdict_of(const struct two *t, size_t primary)
{
	assert_true(primary < t->comparison.metrics.n_primaries);
	return t->comparison.metrics.items[primary].decision.verdict;
}

static void test_verdicts(void **state)
{
	struct churn other = new_like(0.5, 1.2);
	struct two t;

	compare_churns(&t, &base, 6, &other, 6);
	assert_int_equal(t.data.scope, SCOPE_BOOTS);
	assert_int_equal(t.comparison.metrics.n_primaries, 2);
	assert_int_equal(verdict_of(&t, 0), VERDICT_IMPROVEMENT);
	assert_int_equal(verdict_of(&t, 1), VERDICT_REGRESSION);
	assert_int_equal(comparison_exit_code(&t.comparison, false), EXIT_REGRESSION);
	finish(&t);

	other = new_like(1, 1);
	compare_churns(&t, &base, 6, &other, 6);
	assert_int_equal(verdict_of(&t, 0), VERDICT_EQUIVALENT);
	assert_int_equal(verdict_of(&t, 1), VERDICT_EQUIVALENT);
	assert_int_equal(comparison_exit_code(&t.comparison, true), EXIT_DONE);
	finish(&t);
}

/* 0.0022 is what 6 + 6 reach at best, times two primaries. */
static void test_figures(void **state)
{
	struct churn other = new_like(2, 1);
	const struct decision *d;
	struct two t;

	compare_churns(&t, &base, 6, &other, 6);
	d = &t.comparison.metrics.items[0].decision;
	assert_true(fabs(exp(d->shift) / 2 - 1) < 0.03);
	assert_true(d->low < d->shift && d->shift < d->high);
	assert_true(fabs(d->p - 2. / 924) < 1e-12);
	assert_true(fabs(d->p_adjusted - 4. / 924) < 1e-12);
	assert_true(fabs(t.comparison.metrics.items[0].typical[0] / 6e6 - 1) < 0.03);
	finish(&t);
}

/* The unit is the boot: many trials of few boots decide nothing. */
static void test_too_few_boots(void **state)
{
	struct churn many = {.seed = 1, .name = "base", .trials = 40},
		     other = {.seed = 2, .name = "new", .trials = 40, .migration = 3};
	char text[PRINT_CLAUSE_SIZE];
	struct two t;

	compare_churns(&t, &many, 2, &other, 2);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	assert_true(isinf(t.comparison.metrics.items[0].decision.high));
	assert_non_null(print_limits(&t.comparison, text));
	assert_non_null(strstr(text, "0.333"));
	assert_non_null(strstr(text, "5 + 5 can"));
	assert_int_equal(comparison_exit_code(&t.comparison, false), EXIT_DONE);
	assert_int_equal(comparison_exit_code(&t.comparison, true), EXIT_INCONCLUSIVE);
	finish(&t);

	compare_churns(&t, &many, 1, &other, 1);
	assert_int_equal(t.data.scope, SCOPE_TWO_BOOTS);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	finish(&t);
}

/* One lost step of a hundred leaves a trial without a p90, but a boot not. */
static void test_pooled_percentile(void **state)
{
	struct churn a = {.seed = 1,
			  .name = "base",
			  .trials = 3,
			  .samples = 100,
			  .lost = 1,
			  .metric = "p90",
			  .from = "pooled"},
		     b = a;
	const struct metric *m;
	struct two t;

	b.seed = 2;
	b.name = "new";
	b.migration = 2;
	compare_churns(&t, &a, 6, &b, 6);
	m = &t.comparison.metrics.items[0];
	assert_true(m->pooled);
	assert_int_equal(verdict_of(&t, 0), VERDICT_REGRESSION);
	/* log-normal samples of sigma 0.3: p90 is exp(0.3 * 1.2816) times the median */
	assert_true(fabs(m->typical[0] / (6e6 * exp(0.3 * 1.2816)) - 1) < 0.05);
	assert_int_equal(m->decision.n[0], 6);
	finish(&t);

	a.from = b.from = "trials";
	compare_churns(&t, &a, 6, &b, 6);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	finish(&t);

	a.from = b.from = "pooled";
	a.samples = b.samples = 33;
	compare_churns(&t, &a, 6, &b, 6);
	assert_string_equal(t.comparison.metrics.items[0].reason,
			    "p90 needs 100 samples a boot; 6 of 6 boots of base have fewer");
	finish(&t);
}

static void cut_short(struct result *r)
{
	r->runs[0].primaries[0].unreachable = true;
}

/* As a reader leaves it of a word that only a later version knows. */
static void say_later_time(struct result *r)
{
	r->runs[0].primaries[0].later_key = "time";
	strcpy(r->runs[0].primaries[0].later_word, "queueing");
}

/* One result that says so is enough: the metric is another one then, and is not decided. */
static void test_later_word(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(3, 1);
	const struct metric *m;
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 6, say_later_time);
	add_with_change(&t.data, 1, &other, 6, say_later_time);
	compare(&t.data, &options, &t.comparison);
	m = &t.comparison.metrics.items[0];
	assert_null(m->series);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	assert_string_equal(m->reason, "its time, \"queueing\", is a word of a later version");
	assert_int_equal(comparison_exit_code(&t.comparison, true), EXIT_INCONCLUSIVE);
	finish(&t);

	add_with_change(&t.data, 0, &base, 6, NULL);
	add_with_change(&t.data, 1, &other, 6, say_later_time);
	compare(&t.data, &options, &t.comparison);
	assert_int_equal(t.comparison.metrics.n_primaries, 3);
	assert_int_equal(verdict_of(&t, 0), VERDICT_REGRESSION);
	assert_int_equal(verdict_of(&t, 2), VERDICT_INCONCLUSIVE);
	finish(&t);
}

/* Who cut a run short is told that it was that. */
static void test_plan_cut_short(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn a = {.seed = 1,
			  .name = "base",
			  .trials = 1,
			  .samples = 50,
			  .metric = "p90",
			  .from = "pooled"},
		     b = a;
	struct two t = {0};

	b.name = "new";
	add_with_change(&t.data, 0, &a, 6, cut_short);
	add_with_change(&t.data, 1, &b, 6, NULL);
	compare(&t.data, &options, &t.comparison);
	assert_string_equal(
		t.comparison.metrics.items[0].reason,
		"p90 needs 100 samples a boot; 6 of 6 boots of base have fewer, because "
		"their plan was cut short");
	finish(&t);
}

/* The first result says where the percentile comes from, for all boots and both sides. */
static void test_mixed_choice(void **state)
{
	struct churn a = {.seed = 1, .name = "base", .trials = 3, .metric = "p90"}, b = a;
	struct two t;

	b.seed = 2;
	b.name = "new";
	b.from = "pooled";
	compare_churns(&t, &a, 6, &b, 6);
	assert_false(t.comparison.metrics.items[0].pooled);
	assert_true(t.data.workloads[0].primaries_differ);
	assert_int_equal(t.comparison.metrics.items[0].decision.n[1], 6);
	finish(&t);

	compare_churns(&t, &b, 6, &a, 6);
	assert_true(t.comparison.metrics.items[0].pooled);
	assert_int_equal(t.comparison.metrics.items[0].decision.n[1], 6);
	finish(&t);
}

/* The invocations of a boot are pooled with its trials: 60 + 60 samples have a p90. */
static void test_pool_of_a_boot(void **state)
{
	struct churn a = {.seed = 1,
			  .name = "base",
			  .trials = 1,
			  .samples = 60,
			  .metric = "p90",
			  .from = "pooled"};
	const char *const boots[] = {"first", "second"};
	struct metric_sample s;
	struct metrics m;
	struct data d = {0};

	for (int i = 0; i < 4; i++) {
		a.name = (const char *const[]){"a", "b", "c", "d"}[i];
		a.boot = boots[i % 2];
		add(&d, 0, &a, 1);
	}
	assert_int_equal(data_make_units(&d), 0);
	assert_int_equal(metrics_list(&d, 0, &m), 0);
	assert_int_equal(metric_sample(&m.items[0], 0, &s), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.missing, 0);
	metric_sample_finish(&s);
	metrics_finish(&m);
	data_finish(&d);
}

static void test_one_boot(void **state)
{
	struct churn a = base, b = new_like(2, 1);
	struct two t;

	a.boot = b.boot = "the-only-one";
	compare_churns(&t, &a, 6, &b, 6);
	assert_int_equal(t.data.scope, SCOPE_THIS_BOOT);
	assert_int_equal(t.data.side[0].n_units, 6);
	assert_int_equal(verdict_of(&t, 0), VERDICT_REGRESSION);
	assert_string_equal(print_scope(&t.comparison), " (this boot only)");
	assert_int_equal(comparison_exit_code(&t.comparison, false), EXIT_REGRESSION);
	assert_int_equal(comparison_exit_code(&t.comparison, true), EXIT_INCONCLUSIVE);
	finish(&t);
}

/* Two invocations of one boot are one unit as soon as there are several boots. */
static void test_boots_are_units(void **state)
{
	struct churn a = base, b = base, other = new_like(1, 1);
	struct two t = {0};

	a.boot = "first";
	b.name = "again";
	b.boot = "second";
	add(&t.data, 0, &a, 3);
	add(&t.data, 0, &b, 3);
	add(&t.data, 1, &other, 3);
	assert_int_equal(data_make_units(&t.data), 0);
	assert_int_equal(t.data.side[0].n_units, 2);
	assert_int_equal(t.data.side[0].units[0].invocations, 3);
	assert_false(t.data.side[0].units[0].has_block);
	assert_int_equal(t.data.side[1].n_units, 3);
	data_finish(&t.data);
}

static void test_invalid_trials(void **state)
{
	struct churn other = new_like(1, 1);
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE];
	struct two t;

	other.invalid = 1;
	other.errors = 9;
	compare_churns(&t, &base, 4, &other, 4);
	assert_int_equal(t.data.workloads[0].valid[1], 8);
	assert_int_equal(t.data.workloads[0].invalid[1], 4);
	assert_int_equal(t.comparison.metrics.items[0].series->side[1].n_trials, 8);
	assert_int_equal(metric_notes(&t.comparison.metrics.items[0], notes), 1);
	assert_true(metric_note_invalid(&t.data, 0, notes[1]));
	assert_non_null(strstr(notes[0], "EAGAIN"));
	assert_non_null(strstr(notes[0], "base 0 %, new 2.2 %"));
	assert_non_null(strstr(notes[1], "new 4 of 12"));
	finish(&t);
}

static void change_cpu(struct result *r)
{
	free(r->host.cpu_model);
	r->host.cpu_model = churn_text("Another CPU");
}

static void change_workload(struct result *r)
{
	r->runs[0].sha256[0] = 'b';
}

static void change_regime(struct result *r)
{
	host_set_regime(&r->host, LOCK_REGIME_PER_THREADGROUP);
}

static void attribute(struct result *r)
{
	r->attributed = true;
}

/* Returns how many facts are refused. */
static int judge(void (*change)(struct result *r), const char *allowed)
{
	struct churn other = new_like(1, 1);
	struct data d = {0};
	struct err e = {0};
	int refused;

	add(&d, 0, &base, 2);
	add_with_change(&d, 1, &other, 2, change);
	refused = facts_judge(&d.facts, &allowed, allowed != NULL, &e);
	data_finish(&d);
	return refused;
}

static void test_refusals(void **state)
{
	assert_int_equal(judge(NULL, NULL), 0);
	assert_int_equal(judge(change_regime, NULL), 0);
	assert_int_equal(judge(change_cpu, NULL), 1);
	assert_int_equal(judge(change_cpu, "cpu.count"), 1);
	assert_int_equal(judge(change_cpu, "cpu.model"), 0);
	assert_int_equal(judge(change_workload, NULL), 1);
	assert_int_equal(judge(change_workload, "workload"), 0);
	assert_int_equal(judge(change_workload, "workload:migrate-under-fork"), 0);
	assert_int_equal(judge(change_workload, "work"), -EINVAL);
	assert_int_equal(judge(attribute, NULL), 1);
	assert_int_equal(judge(attribute, "attributed"), 1);
}

/* Two kernels in one folder are not one side. */
static void test_mixed_side(void **state)
{
	struct churn other = new_like(1, 1);
	struct data d = {0};
	struct err e = {0};

	other.release = "7.3.0";
	add(&d, 0, &base, 2);
	add(&d, 0, &other, 2);
	assert_int_equal(facts_judge(&d.facts, NULL, 0, &e), 1);
	data_finish(&d);
}

static void test_same_result_twice(void **state)
{
	struct result *r = churn_result(&base, 0);
	struct data d = {0};
	struct err e = {0};

	assert_int_equal(data_add(&d, 0, "a.json", r, &e), 0);
	assert_int_equal(data_add(&d, 1, "b.json", r, &e), -EINVAL);
	assert_int_equal(e.exit_code, EXIT_USAGE);
	assert_non_null(strstr(e.text, "a.json"));
	data_finish(&d);
	result_destroy(r);
}

/* A run that was interrupted before its first trial knows nothing, and so contradicts nothing. */
static void test_empty_result(void **state)
{
	struct churn none = {.seed = 1, .name = "none"};
	struct result *r = churn_result(&none, 0);
	struct data d = {0};
	struct err e = {0};

	free(r->host.kernel_release);
	r->host.kernel_release = NULL;
	add(&d, 0, &base, 2);
	assert_int_equal(data_add(&d, 0, "none.json", r, &e), 0);
	assert_int_equal(d.side[0].n_invocations, 2);
	assert_int_equal(d.side[0].empty, 1);
	/* A copy of it would count its runs again, as lost ones. */
	assert_int_equal(data_add(&d, 1, "copy.json", r, &e), -EINVAL);
	assert_non_null(strstr(e.text, "copy.json: the same result as none.json"));
	assert_int_equal(d.side[1].empty, 0);
	assert_int_equal(facts_judge(&d.facts, NULL, 0, &e), 0);
	data_finish(&d);
	result_destroy(r);
}

static void test_pairs(void **state)
{
	const struct comparison_options options = {.seed = 1, .paired = true};
	struct churn other = new_like(1.5, 1);
	struct two t = {0};
	struct err e = {0};

	add(&t.data, 0, &base, 7);
	add(&t.data, 1, &other, 7);
	compare(&t.data, &options, &t.comparison);
	assert_int_equal(verdict_of(&t, 0), VERDICT_REGRESSION);
	assert_true(fabs(t.comparison.metrics.items[0].decision.p - 2. / 128) < 1e-12);
	finish(&t);

	/* 6 pairs: 0.031 > 0.05 / 2. And 7 against 6 are no pairs. */
	for (unsigned n = 6; n <= 7; n++) {
		t = (struct two){0};
		add(&t.data, 0, &base, 6);
		add(&t.data, 1, &other, n);
		assert_int_equal(data_make_units(&t.data), 0);
		assert_int_equal(comparison_make(&t.data, &options, &t.comparison, &e), -EINVAL);
		assert_int_equal(e.exit_code, EXIT_USAGE);
		data_finish(&t.data);
	}
}

/* p99.9 of 400 samples is not supported: said, and not made up. */
static void name_another_primary(struct result *r)
{
	strcpy(r->runs[0].primaries[0].metric, "p99.9");
}

static void test_unsupported_primary(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(1, 1);
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 5, name_another_primary);
	add_with_change(&t.data, 1, &other, 5, name_another_primary);
	compare(&t.data, &options, &t.comparison);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	assert_false(t.comparison.metrics.items[0].decision.estimated);
	assert_non_null(strstr(t.comparison.metrics.items[0].reason, "10000 samples"));
	/* One test less: the other primary is not corrected for it. */
	assert_int_equal(t.comparison.n_tested, 1);
	finish(&t);
}

static void name_share(struct result *r)
{
	strcpy(r->runs[0].primaries[0].metric, "share>1ms");
}

static void move_above(struct result *r)
{
	name_share(r);
	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].series[0].thresholds[0].above = 100;
}

static void test_shares(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(1, 1);
	const struct metric *m;
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 6, name_share);
	add_with_change(&t.data, 1, &other, 6, move_above);
	compare(&t.data, &options, &t.comparison);
	m = &t.comparison.metrics.items[0];
	assert_true(m->typical[0] > 0.99 && fabs(m->typical[1] - 0.25) < 1e-9);
	assert_int_equal(verdict_of(&t, 0), VERDICT_IMPROVEMENT);
	assert_true(fabs(exp(m->decision.shift) - 0.25) < 0.01);
	finish(&t);
}

static void drop_above(struct result *r)
{
	name_share(r);
	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].series[0].thresholds[0].above = i == 0;
}

/* Next to nothing on both sides is no equivalence. */
static void test_rare_shares(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(1, 1);
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 6, drop_above);
	add_with_change(&t.data, 1, &other, 6, drop_above);
	compare(&t.data, &options, &t.comparison);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	assert_non_null(strstr(t.comparison.metrics.items[0].reason, "fewer than 10"));
	finish(&t);
}

static void keep_one_above(struct result *r)
{
	name_share(r);
	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].series[0].thresholds[0].above = 1;
}

/* 6 above against 18: no lower bound, whatever the draws say. */
static void test_few_above_on_one_side(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(1, 1);
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 6, keep_one_above);
	add_with_change(&t.data, 1, &other, 6, drop_above);
	compare(&t.data, &options, &t.comparison);
	assert_true(t.comparison.metrics.items[0].decision.low == -INFINITY);
	assert_true(isfinite(t.comparison.metrics.items[0].decision.high));
	finish(&t);
}

static void set_above(struct result *r, uint64_t above)
{
	name_share(r);
	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].series[0].thresholds[0].above = above;
}

static void keep_none_above(struct result *r)
{
	set_above(r, 0);
}

static void keep_four_above(struct result *r)
{
	set_above(r, 4);
}

/* 0 of 7200 samples against 1 %: 3 / 7200 is the most that base's share may be. */
static void test_share_from_zero(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn other = new_like(1, 1);
	char text[PRINT_CLAUSE_SIZE];
	const struct metric *m;
	struct two t = {0};

	add_with_change(&t.data, 0, &base, 6, keep_none_above);
	add_with_change(&t.data, 1, &other, 6, keep_four_above);
	compare(&t.data, &options, &t.comparison);
	m = &t.comparison.metrics.items[0];
	assert_int_equal(verdict_of(&t, 0), VERDICT_REGRESSION);
	assert_true(m->decision.shift == INFINITY && m->decision.high == INFINITY);
	assert_true(fabs(exp(m->decision.low) - 0.01 / (3. / 7200)) < 1e-9);
	assert_string_equal(print_clause(&t.comparison, 0, text),
			    "migrations beyond 1ms appeared (none before, 1 %)");
	assert_string_equal(print_ratio(m->decision.shift, text), "from 0");
	finish(&t);

	t = (struct two){0};
	add_with_change(&t.data, 0, &base, 6, keep_four_above);
	add_with_change(&t.data, 1, &other, 6, keep_none_above);
	compare(&t.data, &options, &t.comparison);
	m = &t.comparison.metrics.items[0];
	assert_int_equal(verdict_of(&t, 0), VERDICT_IMPROVEMENT);
	assert_true(m->decision.shift == -INFINITY && m->decision.low == -INFINITY);
	assert_true(fabs(exp(m->decision.high) - 3. / 7200 / 0.01) < 1e-9);
	assert_string_equal(print_clause(&t.comparison, 0, text),
			    "migrations beyond 1ms disappeared (1 %, none now)");
	finish(&t);
}

/* None of so few samples is no sign that there are fewer. */
static void test_unseen_in_few_samples(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct churn few = {.seed = 1, .name = "base", .trials = 1, .samples = 25},
		     other = new_like(1, 1);
	struct two t = {0};

	add_with_change(&t.data, 0, &few, 6, keep_none_above);
	add_with_change(&t.data, 1, &other, 6, keep_four_above);
	compare(&t.data, &options, &t.comparison);
	assert_true(t.comparison.metrics.items[0].decision.low < 0);
	assert_int_equal(verdict_of(&t, 0), VERDICT_INCONCLUSIVE);
	finish(&t);
}

static struct decision estimated(double shift, double low, double high, double p)
{
	return (struct decision){.tolerance = 0.1,
				 .n = {6, 6},
				 .estimated = true,
				 .shift = shift,
				 .low = low,
				 .high = high,
				 .p = p,
				 .within = true,
				 .deviation = 0.05};
}

static enum verdict decide_one(struct decision d)
{
	struct decision *list[] = {&d};
	struct decider *decider;

	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_decide(decider, list, 1, FAMILY_HOLM), 0);
	decider_destroy(decider);
	return d.verdict;
}

/* A tolerance of 10 % is log(1.1) = 0.0953 either way. */
static void test_rules(void **state)
{
	struct decision d;

	assert_int_equal(decide_one(estimated(0.2, 0.1, 0.3, 0.05)), VERDICT_REGRESSION);
	assert_int_equal(decide_one(estimated(-0.2, -0.3, -0.1, 0.05)), VERDICT_IMPROVEMENT);
	assert_int_equal(decide_one(estimated(0.2, 0.1, 0.3, 0.051)), VERDICT_INCONCLUSIVE);
	assert_int_equal(decide_one(estimated(0.09, 0.05, 0.2, 0.01)), VERDICT_INCONCLUSIVE);
	assert_int_equal(decide_one(estimated(0.05, 0.01, 0.095, 0.01)), VERDICT_EQUIVALENT);
	assert_int_equal(decide_one(estimated(0, -0.1, 0.09, 1)), VERDICT_INCONCLUSIVE);
	assert_int_equal(decide_one(estimated(0, -0.09, 0.1, 1)), VERDICT_INCONCLUSIVE);
	/* As a bootstrap's may, beside a rank test. */
	assert_int_equal(decide_one(estimated(0.2, -0.01, 0.4, 0.01)), VERDICT_INCONCLUSIVE);
	assert_int_equal(decide_one(estimated(0.2, 0, 0.4, 0.01)), VERDICT_REGRESSION);
	/* An interval alone makes no equivalence. */
	d = estimated(0.05, 0.01, 0.095, 0.01);
	d.within = false;
	assert_int_equal(decide_one(d), VERDICT_INCONCLUSIVE);
	d = estimated(0.2, 0.1, 0.3, 0.05);
	d.direction = METRIC_HIGHER_IS_BETTER;
	assert_int_equal(decide_one(d), VERDICT_IMPROVEMENT);
	d.undecidable = true;
	assert_int_equal(decide_one(d), VERDICT_INCONCLUSIVE);
}

static struct decision estimate_of(size_t m, const double *a, size_t n, const double *b,
				   double tolerance)
{
	struct decision d = {.tolerance = tolerance, .n = {m, n}};
	struct decider *decider;

	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_estimate(decider, &d, a, b), 0);
	decider_destroy(decider);
	return d;
}

/* Both one-sided tests: 4 + 4 reach 1 in 70 on one side, and 3 + 3 no more than 1 in 20. */
static void test_within(void **state)
{
	static const double a[4] = {0, 0.001, 0.002, 0.003}, b[4] = {0.01, 0.011, 0.012, 0.013};

	assert_true(estimate_of(4, a, 4, b, 0.02).within);
	/* Four differences lie above log(1.01); from there on a shift is not rejected. */
	assert_false(estimate_of(4, a, 4, b, 0.01).within);
	assert_false(estimate_of(3, a, 3, b, 0.5).within);
}

/* A ratio of 2, where p does not pass for two metrics: the ends crossed, and it was equivalent. */
static void test_crossed(void **state)
{
	static const double a[5] = {0, 0, 0, 0, 0}, b[5] = {0, M_LN2, M_LN2, M_LN2, M_LN2};
	struct decision d = estimate_of(5, a, 5, b, 0.05), same = d;
	struct decision *list[] = {&d, &same};
	struct decider *decider;

	assert_true(d.low <= d.shift && d.shift <= d.high);
	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_decide(decider, list, 2, FAMILY_HOLM), 0);
	assert_true(d.p_adjusted > 0.05);
	assert_int_equal(d.verdict, VERDICT_INCONCLUSIVE);
	decider_destroy(decider);
}

/* 5 that scatter and lie apart from 9 that do not: the rank test rejects, Welch's does not. */
static void test_unequal_scatter(void **state)
{
	static const double few[5] = {0.2, 0.3, 0.5, 1.2, 2},
			    many[9] = {0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08};
	struct decision d = estimate_of(5, few, 9, many, 0.05);

	assert_true(decide_scatter_is_unequal(&d));
	assert_true(d.p < 0.01 && d.p_welch > 0.05);
	assert_true(d.low < 0 && d.high > 0);
	assert_int_equal(decide_one(d), VERDICT_INCONCLUSIVE);
	/* With the same numbers, or where the larger side scatters, the rank test is as it should
	 * be. */
	d = estimate_of(5, few, 5, many, 0.05);
	assert_false(decide_scatter_is_unequal(&d));
	assert_int_equal(decide_one(d), VERDICT_IMPROVEMENT);
	d = estimate_of(4, many, 5, few, 0.05);
	assert_false(decide_scatter_is_unequal(&d));
	/* What is not resolved is no scatter. */
	d.n[SIDE_BASE] = 6;
	assert_true(decide_scatter_is_unequal(&d));
	d.resolution = 1;
	assert_false(decide_scatter_is_unequal(&d));
}

static void test_remark_on_scatter(void **state)
{
	struct churn restless = {.seed = 1, .name = "base", .trials = 3, .boot_sigma = 0.2},
		     other = new_like(1, 1);
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE];
	struct two t;

	compare_churns(&t, &restless, 5, &other, 9);
	assert_int_equal(metric_notes(&t.comparison.metrics.items[0], notes), 1);
	assert_non_null(strstr(notes[0], "base has fewer units than new, and they scatter more"));
	finish(&t);
	compare_churns(&t, &base, 5, &other, 9);
	assert_int_equal(metric_notes(&t.comparison.metrics.items[0], notes), 0);
	finish(&t);
}

/* All boots in one bucket: what the histogram resolves stays open, and no more. */
static void test_resolution(void **state)
{
	static const double same[6] = {0};
	struct decision d = {.tolerance = 0.05, .n = {6, 6}, .resolution = log1p(1. / 128)};
	struct decider *decider;

	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_estimate(decider, &d, same, same), 0);
	assert_true(d.low == -d.resolution && d.high == d.resolution);
	assert_int_equal(decide_one(d), VERDICT_EQUIVALENT);
	d.tolerance = 0.007;
	assert_int_equal(decide_one(d), VERDICT_INCONCLUSIVE);
	decider_destroy(decider);
}

/* A percentile is a bucket's, a mean as good as the clock, a rate a count of steps. */
static void test_resolutions(void **state)
{
	double near[2] = {log(50), log(6e6)}, far[1] = {log(6e6)};
	struct metric_sample of_ns = {.values = near, .n = 2}, of_ms = {.values = far, .n = 1};
	struct metric p50 = {.kind = METRIC_PERCENTILE},
		      mean = {.kind = METRIC_MEAN, .clock_step_ns = 2};
	struct data_trial trials[2] = {{.series.histogram.count = 4000},
				       {.series.histogram.count = 1000}};
	struct data_series series = {.side[1] = {.trials = trials, .n_trials = 2}};
	struct metric rate = {.kind = METRIC_RATE, .series = &series};
	struct churn other = new_like(1, 1);
	struct two t;

	assert_true(fabs(metric_resolution(&p50, 0, &of_ns) - log1p(1. / 50)) < 1e-12);
	assert_true(fabs(metric_resolution(&p50, 0, &of_ms) - log1p(1. / 128)) < 1e-12);
	assert_true(fabs(metric_resolution(&mean, 0, &of_ns) - log1p(2. / 50)) < 1e-12);
	assert_true(fabs(metric_resolution(&rate, 1, &of_ns) - log1p(1. / 1000)) < 1e-12);
	compare_churns(&t, &base, 6, &other, 6);
	for (size_t i = 0; i < t.comparison.metrics.n; i++) {
		const struct metric *m = &t.comparison.metrics.items[i];

		/* Of no sample above a threshold nothing is known. */
		assert_true(m->decision.resolution > 0 || isinf(m->decision.high));
		assert_true(m->decision.high - m->decision.shift >= m->decision.resolution);
		assert_true(m->decision.shift - m->decision.low >= m->decision.resolution);
	}
	finish(&t);
}

/* Shares may be 0; what is tested is their ratio. */
static void test_ratio(void **state)
{
	static const double a[5] = {0, 0.01, 0.01, 0.02, 0.02},
			    twice[5] = {0, 0.02, 0.02, 0.04, 0.04},
			    even[5] = {0.1, 0.101, 0.102, 0.103, 0.104};
	struct decision d = {.tolerance = 0.1, .n = {5, 5}};
	struct decider *decider;

	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_test_ratio(decider, &d, even, even), 0);
	assert_true(d.within);
	d.tolerance = 0.01;
	assert_int_equal(decider_test_ratio(decider, &d, even, even), 0);
	assert_false(d.within);
	d.tolerance = 0.5;
	assert_int_equal(decider_test_ratio(decider, &d, a, twice), 0);
	assert_false(d.within);
	decider_destroy(decider);
}

/* 0.03 and 0.04: Holm makes 0.06 of both, Benjamini and Hochberg 0.04. */
static void test_families(void **state)
{
	struct decision a = estimated(0.2, 0.1, 0.3, 0.03), b = estimated(0.2, 0.1, 0.3, 0.04);
	struct decision *list[] = {&a, &b};
	struct decider *decider;

	assert_int_equal(decider_create(1, &decider), 0);
	assert_int_equal(decider_decide(decider, list, 2, FAMILY_HOLM), 0);
	assert_true(fabs(a.p_adjusted - 0.06) < 1e-12 && fabs(b.p_adjusted - 0.06) < 1e-12);
	assert_int_equal(a.verdict, VERDICT_INCONCLUSIVE);
	assert_true(a.detectable > 0.0953 && a.detectable < 0.3);
	assert_int_equal(decider_decide(decider, list, 2, FAMILY_BENJAMINI_HOCHBERG), 0);
	assert_true(fabs(a.p_adjusted - 0.04) < 1e-12);
	assert_int_equal(a.verdict, VERDICT_REGRESSION);
	decider_destroy(decider);
}

static void test_needed_units(void **state)
{
	const size_t six[2] = {6, 6};

	assert_true(fabs(decide_smallest_p(six, false) - 2. / 924) < 1e-12);
	assert_true(fabs(decide_smallest_p(six, true) - 2. / 64) < 1e-12);
	assert_int_equal(decide_units_needed(1, false), 4);
	assert_int_equal(decide_units_needed(2, false), 5);
	assert_int_equal(decide_units_needed(23, false), 6);
	assert_int_equal(decide_units_needed(24, false), 7);
	assert_int_equal(decide_units_needed(2, true), 7);
	assert_int_equal(decide_units_needed(4, true), 8);
}

static char *print(const struct comparison *c, void (*how)(const struct comparison *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	how(c, to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void print_json(const struct comparison *c, FILE *to)
{
	assert_int_equal(comparison_print_json(c, to), 0);
}

static void print_markdown(const struct comparison *c, FILE *to)
{
	assert_int_equal(comparison_print_markdown(c, to), 0);
}

static void check_columns(const char *text)
{
	size_t column = 0;

	for (size_t i = 0; text[i]; i++) {
		column = text[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 100);
	}
}

static void test_print(void **state)
{
	struct churn other = new_like(1. / 58, 1);
	struct json_doc doc;
	struct err e = {0};
	struct two t;
	char *text;

	other.release = "7.3.0";
	compare_churns(&t, &base, 6, &other, 6);
	text = print(&t.comparison, comparison_print_text);
	check_columns(text);
	assert_non_null(strstr(text, "x faster at p50;"));
	assert_non_null(strstr(text, "forks are equivalent within 5 % at p50."));
	assert_non_null(strstr(text, "7.3.0"));
	free(text);
	text = print(&t.comparison, print_json);
	if (json_doc_init(&doc, text, strlen(text), "json", &e) < 0)
		fail_msg("%s", e.text);
	json_doc_finish(&doc);
	free(text);
	text = print(&t.comparison, comparison_print_junit);
	assert_non_null(strstr(text, "<testsuite name=\"primary\" tests=\"2\" failures=\"0\""));
	free(text);
	text = print(&t.comparison, print_markdown);
	assert_non_null(strstr(text, "| 6.18.0 | 7.3.0 |"));
	free(text);
	finish(&t);
}

static void test_aa(void **state)
{
	const struct comparison_options options = {.seed = 1};
	struct data d = {0};
	struct err e = {0};
	struct aa aa;

	add(&d, 0, &base, 13);
	assert_int_equal(data_make_units(&d), 0);
	if (aa_run(&d, &options, &aa, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(aa.half, 6);
	assert_int_equal(aa.draws, AA_DRAWS);
	assert_int_equal(aa.verdicts, 2 * AA_DRAWS);
	assert_true(aa.alarms <= 64);
	aa_finish(&aa);
	data_finish(&d);
}

static void test_plan(void **state)
{
	struct churn wide = {.seed = 3, .name = "wide", .trials = 3, .boot_sigma = 0.1};
	struct data d = {0};
	struct needs n;
	double effect;
	struct err e = {0};

	assert_int_equal(needs_parse_effect("1.5x", &effect, &e), 0);
	assert_true(fabs(effect - log(1.5)) < 1e-12);
	assert_int_equal(needs_parse_effect("ten", &effect, &e), -EINVAL);
	assert_int_equal(needs_parse_effect("-5%", &effect, &e), -EINVAL);
	assert_int_equal(needs_parse_effect("20%", &effect, &e), 0);
	add(&d, 0, &wide, 20);
	assert_int_equal(data_make_units(&d), 0);
	assert_int_equal(needs_find(&d, effect, 0, 1, &n, &e), 0);
	/* True are 0.1 between boots and 0.01 (more by the 400 samples) between trials. */
	assert_true(fabs(n.rows[1].between - 0.1) < 0.05);
	assert_true(n.rows[1].within < 0.04);
	assert_true(n.units[0] >= 5 && n.units[0] < 30);
	assert_true(n.units[PLAN_TRIALS - 1] <= n.units[0]);
	needs_finish(&n);
	data_finish(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_too_few_boots),
		cmocka_unit_test(test_pooled_percentile),
		cmocka_unit_test(test_later_word),
		cmocka_unit_test(test_plan_cut_short),
		cmocka_unit_test(test_mixed_choice),
		cmocka_unit_test(test_pool_of_a_boot),
		cmocka_unit_test(test_one_boot),
		cmocka_unit_test(test_boots_are_units),
		cmocka_unit_test(test_invalid_trials),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_mixed_side),
		cmocka_unit_test(test_same_result_twice),
		cmocka_unit_test(test_empty_result),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_unsupported_primary),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_rare_shares),
		cmocka_unit_test(test_share_from_zero),
		cmocka_unit_test(test_unseen_in_few_samples),
		cmocka_unit_test(test_few_above_on_one_side),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_resolution),
		cmocka_unit_test(test_unequal_scatter),
		cmocka_unit_test(test_remark_on_scatter),
		cmocka_unit_test(test_resolutions),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_needed_units),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_aa),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
