/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a series' time went to, in a file and on a terminal. */
#include "fake-attribution.h"
#include "fake-result.h"
#include "result/json.h"
#include "result/table.h"

static struct result *attributed_result(void)
{
	struct result *r = fake_result(5);
	struct result_stack_samples *stack_samples;

	r->attributed = true;
	for (size_t i = 0; i < r->runs[0].n_trials; i++)
		r->runs[0].trials[i].series[0].attribution = fake_attribution();
	stack_samples = result_add_stack_samples(&r->runs[0].trials[0]);
	assert_non_null(stack_samples);
	strcpy(stack_samples->actor, "migrator");
	stack_samples->parts[PART_GRACE_PERIOD] = 30;
	stack_samples->parts[PART_ASLEEP] = 70;
	return r;
}

static char *text_of(const struct result *r)
{
	char *text;
	size_t size;

	assert_int_equal(result_to_json(r, &text, &size), 0);
	return text;
}

static void test_round_trip(void **state)
{
	struct result *r = attributed_result(), *again = NULL;
	const struct series_attribution *a;
	char *first = text_of(r), *second;
	struct err e = {0};

	if (result_from_json(first, strlen(first), "r.json", &again, &e) < 0)
		fail_msg("%s", e.text);
	second = text_of(again);
	assert_string_equal(first, second);
	a = again->runs[0].trials[0].series[0].attribution;
	assert_non_null(a);
	assert_int_equal(a->count, 1000);
	assert_int_equal(a->lost, 3);
	assert_int_equal(a->parts[PART_GRACE_PERIOD].max_ns, 6000000);
	assert_int_equal(a->parts[PART_DRAIN].count, 0);
	assert_int_equal(a->bands[BAND_ALL].part_ns[PART_GRACE_PERIOD], 100 * UINT64_C(6000000));
	assert_null(again->runs[0].trials[0].series[1].attribution);
	free(first);
	free(second);
	result_destroy(r);
	result_destroy(again);
}

/* Replaces the first `old` behind `mark` by a text of the same length. */
static void overwrite(char *text, const char *mark, const char *old, const char *new)
{
	char *at = strstr(text, mark);

	assert_non_null(at);
	at = strstr(at, old);

	assert_non_null(at);
	assert_int_equal(strlen(old), strlen(new));
	memcpy(at, new, strlen(new));
}

static void assert_refused(char *text, const char *complaint)
{
	struct result *r = NULL;
	struct err e = {0};

	assert_int_equal(result_from_json(text, strlen(text), "r.json", &r, &e), -EINVAL);
	assert_int_equal(e.exit_code, EXIT_USAGE);
	if (!strstr(e.text, complaint))
		fail_msg("'%s' lacks '%s'", e.text, complaint);
	free(text);
}

/* Counts that cannot be true together; what is unknown is passed over. */
static void test_refusals(void **state)
{
	struct result *r = attributed_result(), *again = NULL;
	char *text = text_of(r);
	struct err e = {0};

	overwrite(text, "\"attribution\"", "\"count\": 1000", "\"count\": 1001");
	assert_refused(text, "found 1000 samples in grace_period, allowed: count, 1001");

	text = text_of(r);
	overwrite(text, "\"bands\"", "\"count\": 1000", "\"count\": 2000");
	assert_refused(text, "in all, allowed: at most count, 1000");

	text = text_of(r);
	overwrite(text, "\"grace_period\": {", "\"max_ns\": 6000000", "\"max_ns\": 9000000");
	assert_refused(text, "parts.grace_period: found max_ns 9000000");

	text = text_of(r);
	while (strstr(text, "\"grace_period\""))
		overwrite(text, "{", "\"grace_period\"", "\"future_parts\"");
	assert_int_equal(result_from_json(text, strlen(text), "r.json", &again, &e), 0);
	assert_int_equal(
		again->runs[0].trials[0].series[0].attribution->parts[PART_GRACE_PERIOD].count, 0);
	free(text);
	result_destroy(again);
	result_destroy(r);
}

static void test_table(void **state)
{
	struct result *r = attributed_result();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	const char *grace, *running;

	result_print_table(r, to, false);
	fclose(to);
	grace = strstr(text, "RCU grace period");
	running = strstr(text, "running on a CPU");
	assert_non_null(grace);
	assert_non_null(running);
	assert_true(grace < running); /* largest first */
	assert_non_null(strstr(grace, "600 us"));
	assert_non_null(strstr(text, "where a sample's time went"));
	assert_non_null(strstr(text, "children were held up by migrations"));
	assert_non_null(strstr(text, "too many interruptions"));
	assert_non_null(strstr(text, "Cost of tracing: p50"));
	assert_non_null(
		strstr(text, "migrator, by 100 looks at its stacks: RCU grace period 30.0 %"));
	free(text);
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
