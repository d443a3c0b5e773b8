/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is no result is refused with its place and what is allowed there; and whatever a file holds,
 * reading it ends well.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "result/json.h"
#include "result/table.h"
#include "small-result.h"

/* The small result with one part of it replaced; the caller frees. */
static char *changed(const char *part, const char *by)
{
	const char *at = strstr(small_result, part);
	char *text = malloc(sizeof(small_result) + strlen(by));

	assert_non_null(text);
	if (!at)
		fail_msg("'%s' is not in the small result", part);
	else
		sprintf(text, "%.*s%s%s", (int)(at - small_result), small_result, by,
			at + strlen(part));
	return text;
}

/* Reads it and, where that works, does with it what a command would. */
static int use(const char *text, size_t size, struct err *e)
{
	struct result *r = NULL;
	char *printed = NULL, *json;
	size_t n;
	FILE *to;
	int k = result_from_json(text, size, "r.json", &r, e);

	if (k < 0) {
		assert_null(r);
		return k;
	}
	to = open_memstream(&printed, &n);
	assert_non_null(to);
	result_print_table(r, to, false);
	fclose(to);
	free(printed);
	assert_int_equal(result_to_json(r, &json, &n), 0);
	result_destroy(r);
	/* What was taken once and written by us is taken again. */
	r = NULL;
	assert_int_equal(result_from_json(json, n, "again", &r, e), 0);
	result_destroy(r);
	free(json);
	return 0;
}

static void test_small_result_is_one(void **state)
{
	struct err e = {0};

	if (use(small_result, strlen(small_result), &e) < 0)
		fail_msg("%s", e.text);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *part, *by, *message;
	} cases[] = {
		{"}]\n}]\n}\n",
		 "}]\n}, {\"workload\": {\"name\": \"w\", \"sha256\": \"00\", \"spec\": "
		 "{\"primary\": []}}, "
		 "\"trials_planned\": 1, \"hierarchy\": {\"groups\": 2, \"controllers\": [], "
		 "\"skipped\": []}, \"trials\": []}]\n}\n",
		 "$.runs[1]: found the workload of $.runs[0] again, allowed: each once"},
		/* the envelope */
		{"cgchurn-result/1", "cgchurn-result/2",
		 "r.json:2: $.schema: found \"cgchurn-result/2\", allowed: " RESULT_SCHEMA
		 ", cgchurn-result/1"},
		{"cgchurn-result/1", "cgchurn-result/2-draft-0",
		 "found \"cgchurn-result/2-draft-0\""},
		{"\"schema\": \"cgchurn-result/1\",", "",
		 "r.json:1: $: found no key \"schema\", allowed: one that says \"" RESULT_SCHEMA
		 "\" or \"" RESULT_SCHEMA_1 "\""},
		{"\"complete\": true", "\"complete\": 1",
		 "r.json:5: $.complete: found 1, allowed: true or false"},
		{"\"complete\": true, ", "",
		 "r.json:1: $: found no key \"complete\", which is "
		 "required"},
		{"\"4f9c\"", "\"0123456789012345678901234567890123456789\"",
		 "r.json:4: $.id: found \"0123456789012345678901234567890123456789\", allowed: a "
		 "string of at most 39 bytes"},
		{"\"seed\": 7", "\"seed\": -7",
		 "r.json:5: $.seed: found -7, allowed: a whole number from 0 to "
		 "18446744073709551615"},
		{"\"seed\": 7", "\"seed\": 7.5", "$.seed: found 7.5, allowed: a whole number"},
		{"\"block\": 1, ", "", "$.sequence: found no key \"block\", which is required"},
		{"\"id\": \"4f9c\"", "\"id\": \"4f9c\", \"id\": \"x\"", "each key once"},
		/* the host */
		{"{\"boot_id\"", "7, \"x\": {\"boot_id\"",
		 "r.json:7: $.host: found 7, allowed: an object"},
		{"\"release\": \"6.18\"", "\"release\": 6.18",
		 "r.json:7: $.host.kernel.release: found 6.18, allowed: a string of at most 65536 "
		 "bytes"},
		{"\"tainted\": 0", "\"tainted\": 9223372036854775808",
		 "$.host.kernel.tainted: found"},
		{"\"regime\": \"global\"", "\"regime\": 1", "$.host.lock.regime: found 1"},
		{"\"patch_present\": true", "\"patch_present\": \"yes\"",
		 "$.host.lock.patch_present: found \"yes\", allowed: true or false"},
		{"[\"BTF\"]", "\"BTF\"", "$.host.lock.evidence: found \"BTF\", allowed: an array"},
		{"[\"BTF\"]", "[[]]",
		 "$.host.lock.evidence[0]: found an array of 0, allowed: a string"},
		{"\"load1\": 0.5", "\"load1\": -0.5",
		 "$.host.load1: found -0.5, allowed: a number"},
		{"\"kernel\": {\"release\": \"6.18\", \"tainted\": 0}", "\"kernel\": \"6.18\"",
		 "$.host.kernel: found \"6.18\", allowed: an object"},
		/* runs and trials */
		{"\"name\": \"w\"", "\"name\": \"W\"",
		 "r.json:12: $.runs[0].workload.name: found \"W\", allowed: a name of a-z"},
		{"\"name\": \"w\"", "\"name\": \"\"", "$.runs[0].workload.name: found \"\""},
		{"\"metric\": \"p50\"", "\"metric\": 100",
		 "r.json:12: $.runs[0].workload.spec: $.primary[0].metric: found 100"},
		{"{\"primary\"", "[{\"primary\"", "',' or ']'"},
		{"\"spec\": {\"primary\"", "\"spec\": 3, \"x\": {\"primary\"",
		 "$.runs[0].workload.spec: found 3, allowed: an object"},
		{"\"valid\": false, ", "",
		 "r.json:16: $.runs[0].trials[0]: found no key \"valid\""},
		{"\"reasons\": [\"steal\"]", "\"reasons\": [3]",
		 "$.runs[0].trials[0].reasons[0]: found 3, allowed: a string of at most 65536 "
		 "bytes"},
		{"\"steal_ns\": 3", "\"steal_ns\": \"3\"",
		 "$.runs[0].trials[0].env.steal_ns: found"},
		/* series */
		{"\"actor\": \"a\", \"stressor\"", "\"actor\": \"../a\", \"stressor\"",
		 "$.runs[0].trials[0].series[0].actor: found \"../a\", allowed: a name"},
		{"\"time\": \"response\"", "\"time\": \"\"",
		 "$.runs[0].trials[0].series[0].time: found \"\", allowed: service, response"},
		{"\"EAGAIN\": 2", "\"\": 2", "names of failures"},
		{"\"EAGAIN\": 2", "\"\\u001b[2J\": 2", "names of failures"},
		{"\"EAGAIN\": 2", "\"EAGAINEAGAINEAGAINEAGAINEAGAINEA\": 2", "names of failures"},
		{"\"EAGAIN\": 2", "\"EAGAIN\": 9223372036854775807",
		 ".errors.EAGAIN: found 9223372036854775807, allowed: a whole number from 0"},
		{"\"late\": 1", "\"late\": 6",
		 "found 6 late and 1 missed, allowed: together at most "
		 "planned, 6"},
		{"\"missed\": 1", "\"missed\": 7", "found 1 late and 7 missed"},
		{"\"rate_per_s\": 5000000", "\"rate_per_s\": -1", ".rate_per_s: found -1"},
		/* the histogram */
		{"\"sub_bucket_bits\": 7", "\"sub_bucket_bits\": 8",
		 ".histogram.sub_bucket_bits: found 8, allowed: a whole number from 7 to 7"},
		{"[2992, 2]", "[2993, 2]",
		 "r.json:28: $.runs[0].trials[0].series[0].histogram.buckets[2]: found 2993, "
		 "allowed: the lowest value of a bucket"},
		{"[2992, 2]", "[1099511627776, 2]", "allowed: the lowest value of a bucket"},
		{"[101, 2]", "[100, 2]",
		 "buckets[1]: found a bucket that does not lie above the one "
		 "before it"},
		{"[101, 2]", "[99, 2]", "does not lie above"},
		{"[101, 2]", "[101, 0]", "buckets[1]: found a count of 0"},
		{"[101, 2]", "[101]", "buckets[1]: found something else, allowed: an array of two"},
		{"[101, 2]", "[101, 2, 3]", "allowed: an array of two"},
		{"[101, 2]", "[101, -2]", "allowed: an array of two"},
		{"[101, 2]", "[101, \"2\"]", "allowed: an array of two"},
		{"[101, 2]", "101, 2", "buckets[1]: found 101, allowed: an array of two"},
		{"[101, 2]", "[[101, 2]]", "allowed: an array of two"},
		{"[101, 2]", "[101, 3]",
		 "r.json:21: $.runs[0].trials[0].series[0]: found a count of 5, allowed: the sum "
		 "of "
		 "the buckets' counts"},
		/* a sum of counts that wraps around to 5 is none */
		{"[100, 1], [101, 2]", "[100, 18446744073709551615], [101, 4]",
		 "found a count of 5"},
		{"\"count\": 5", "\"count\": 4", "found a count of 4"},
		{"\"min_ns\": 100", "\"min_ns\": 101",
		 "found min_ns 101, allowed: what lies in the "
		 "lowest bucket"},
		{"\"max_ns\": 3007,", "\"max_ns\": 3008,",
		 "found max_ns 3008, allowed: what lies in "
		 "the highest bucket"},
		{"\"sum_ns\": 6309", "\"sum_ns\": 6285",
		 "found sum_ns 6285, allowed: a sum that the "
		 "buckets can have"},
		{"\"sum_ns\": 6309", "\"sum_ns\": 6317", "found sum_ns 6317"},
		{"\"clipped\": 0", "\"clipped\": 1", "found 1 clipped"},
		/* intervals and thresholds */
		{"\"interval_ns\": 500", "\"interval_ns\": 0", ".intervals.interval_ns: found 0"},
		{"\"counts\": [4, 1]", "\"counts\": [4]",
		 "series[0].intervals.sums_ns: found an array of 2, allowed: of 1, as"},
		{"\"counts\": [4, 1]", "\"counts\": [3, 1]", "found intervals that do not add up"},
		{"[3302, 3007]", "[3301, 3007]", "found intervals that do not add up"},
		{"[3000, 3007]", "[3000, 3006]", "found intervals that do not add up"},
		{"{\"ns\": 200, \"above\": 2}", "{\"ns\": 100, \"above\": 2}", "found thresholds"},
		{"{\"ns\": 200, \"above\": 2}", "{\"ns\": 200, \"above\": 5}", "found thresholds"},
		{"{\"ns\": 100, \"above\": 4}", "{\"ns\": 0, \"above\": 4}",
		 "thresholds[0].ns: found 0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = changed(cases[i].part, cases[i].by);
		struct err e = {0};
		bool said;

		assert_true(use(text, strlen(text), &e) < 0);
		said = strstr(e.text, cases[i].message) != NULL;
		if (!said)
			print_error("case %zu: '%s', expected '%s'\n", i, e.text, cases[i].message);
		assert_true(said);
		assert_int_equal(e.exit_code, EXIT_USAGE);
		free(text);
	}
}

/* A reader of version 1 takes what it does not know for something newer, and what may be unknown
 * for unknown. */
static void test_accepted(void **state)
{
	static const struct {
		const char *part, *by;
	} cases[] = {
		{"\"seed\": 7",
		 "\"seed\": 7, \"x\": {\"y\": [1, {}, [], \"]\", true, null, -1e5]}"},
		{", \"seed\": 7", ""},
		{"\"seed\": 7", "\"seed\": 7e0"},
		{"\"seed\"", "\"\\u0073eed\""},
		{"\"sequence\": {\"block\": 1, \"position\": 2},", "\"sequence\": null,"},
		{"\"kernel\": {\"release\": \"6.18\", \"tainted\": 0}", "\"kernel\": null"},
		{"\"release\": \"6.18\"", "\"release\": null"},
		{"\"boot_id\": \"b\"", "\"unheard_of\": {\"release\": 3}"},
		{"\"span\": \"write\",\n", "\"span\": \"write_2\", \"new\": \"x\",\n"},
		{"\"rate_per_s\": 5000000", "\"rate_per_s\": null"},
		{"\"regime\": \"global\"", "\"regime\": \"per-cgroup\""},
		{"\"late\": 1, \"missed\": 1, ", ""},
		{"\"time\": \"response\"", "\"time\": \"queueing\""},
		{"\"metric\": \"p50\"", "\"metric\": \"winsorized-mean\""},
		{"[101, 2]", "[ 101.0 ,\n2e0 ]"},
		{"\"label\": null", "\"label\": \"\\ud83d\\ude00 \\\"x\\\" \\n\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = changed(cases[i].part, cases[i].by);
		struct err e = {0};

		if (use(text, strlen(text), &e) < 0)
			fail_msg("case %zu: %s", i, e.text);
		free(text);
	}
}

/* A second series of the same name would hide from everyone who looks for it. */
static void test_series_twice(void **state)
{
	const char *from = strstr(small_result, "{\n      \"actor\"");
	const char *to = strstr(small_result, "]\n  }]");
	char *series = strndup(from, (size_t)(to - from)), *text, *twice;
	struct err e = {0};

	assert_non_null(series);
	assert_true(asprintf(&twice, "%s, %s", series, series) > 0);
	text = changed(series, twice);
	assert_int_equal(use(text, strlen(text), &e), -EINVAL);
	assert_non_null(strstr(e.text, "series[1]: found the series a, write, response again"));
	free(series);
	free(twice);
	free(text);
}

/* More than a result holds: refused before it costs memory. */
static void test_limits(void **state)
{
	static const struct {
		const char *part, *element;
		size_t n;
	} cases[] = {
		{"\"runs\": [",
		 "{\"workload\":{\"name\":\"w\",\"sha256\":\"\",\"spec\":null},\"trials\":[]},",
		 RESULT_RUNS_MAX},
		{"\"reasons\": [", "\"\",", RESULT_STRINGS_MAX},
		{"\"counts\": [", "0,", RESULT_INTERVALS_MAX},
		{"\"thresholds\": [", "{\"ns\": 1, \"above\": 0},", SERIES_THRESHOLDS_MAX},
		{"\"buckets\": [", "[1,1],", HISTOGRAM_BUCKETS},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].element);
		char *by = malloc(strlen(cases[i].part) + length * cases[i].n + 1), *text, *p;
		struct err e = {0};

		assert_non_null(by);
		p = stpcpy(by, cases[i].part);
		for (size_t k = 0; k < cases[i].n; k++)
			p = stpcpy(p, cases[i].element);
		text = changed(cases[i].part, by);
		assert_true(use(text, strlen(text), &e) < 0);
		assert_non_null(strstr(e.text, ", allowed: an array of 0 to "));
		free(text);
		free(by);
	}
}

static void test_truncated(void **state)
{
	size_t size = strlen(small_result) - 1; /* less the newline at the end */

	for (size_t n = 0; n < size; n++) {
		/* of the exact size, so that a sanitizer sees a read behind it */
		char *text = malloc(n ? n : 1);
		struct err e = {0};

		assert_non_null(text);
		memcpy(text, small_result, n);
		assert_int_equal(use(text, n, &e), -EINVAL);
		assert_true(e.text[0] != '\0');
		free(text);
	}
}

static void test_flipped_bits(void **state)
{
	size_t size = strlen(small_result), refused = 0;
	char *text = malloc(size);

	assert_non_null(text);
	memcpy(text, small_result, size);
	for (size_t bit = 0; bit < size * 8; bit++) {
		struct err e = {0};

		text[bit / 8] ^= (char)(1 << bit % 8);
		refused += use(text, size, &e) < 0;
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_true(refused > size * 4); /* most of them hurt */
	free(text);
}

/* Every value in turn is one that does not belong there. */
static void test_swapped_values(void **state)
{
	static const char *const values[] = {
		"null",   "{}",  "[]", "\"\"", "-1", "1e308", "18446744073709551615",
		"[[[]]]", "true"};
	const char *p = small_result;

	while ((p = strchr(p, ':'))) {
		size_t before = (size_t)(p + 1 - small_result), after;

		p += 1 + strspn(p + 1, " ");
		after = strcspn(p, ",]}\n");
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			struct err e = {0};
			char *text;

			assert_true(asprintf(&text, "%.*s%s%s", (int)before, small_result,
					     values[i], p + after) > 0);
			use(text, strlen(text), &e);
			free(text);
		}
	}
}

static void test_files(void **state)
{
	char folder[] = "/tmp/cgchurn-test-XXXXXX", path[64];
	struct result *r = NULL;
	struct err e = {0};

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(result_read(path, &r, &e) < 0);
	assert_non_null(strstr(e.text, "found a FIFO, allowed: a regular file"));
	assert_true(result_read(folder, &r, &e) < 0);
	assert_non_null(strstr(e.text, "found a folder"));
	unlink(path);
	assert_true(result_read(path, &r, &e) < 0);
	assert_int_equal(e.exit_code, EXIT_USAGE);
	assert_non_null(strstr(e.text, path));
	rmdir(folder);
	assert_null(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_result_is_one),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_series_twice),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_swapped_values),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests_name("result-refusals", tests, NULL, NULL);
}
