/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/escape.h"
#include "base/io.h"
#include "base/num.h"
#include "base/process.h"
#include "base/rng.h"
#include "fake-root.h"

static void test_parse_u64(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t value;
	} cases[] = {
		{"0", 0, 0},
		{"18446744073709551615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 0;

		assert_int_equal(num_parse_u64(cases[i].text, &value), cases[i].r);
		assert_int_equal(value, cases[i].value);
	}
}

static void test_parse_double(void **state)
{
	double value = 7;

	assert_int_equal(num_parse_double("0.05", &value), 0);
	assert_true(value == 0.05);
	assert_int_equal(num_parse_double("1e-3", &value), 0);
	assert_true(value == 1e-3);
	value = 7;
	assert_int_equal(num_parse_double("nan", &value), -EINVAL);
	assert_int_equal(num_parse_double("inf", &value), -EINVAL);
	assert_int_equal(num_parse_double("0x1p3", &value), -EINVAL);
	assert_int_equal(num_parse_double("1e999", &value), -ERANGE);
	assert_int_equal(num_parse_double("1,5", &value), -EINVAL);
	assert_int_equal(num_parse_double(".", &value), -EINVAL);
	assert_true(value == 7);
}

static void test_parse_duration(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t ns;
	} cases[] = {
		{"5", 0, 5000000000},
		{"1.5s", 0, 1500000000},
		{"50ms", 0, 50000000},
		{"7us", 0, 7000},
		{"9ns", 0, 9},
		{"2m", 0, 120000000000},
		{"12h", 0, UINT64_C(43200000000000)},
		{"0", 0, 0},
		{"-1s", -ERANGE, 0},
		{"5 s", -EINVAL, 0},
		{"5d", -EINVAL, 0},
		{"ms", -EINVAL, 0},
		{"1e30h", -ERANGE, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 0;

		assert_int_equal(num_parse_duration(cases[i].text, &ns), cases[i].r);
		assert_int_equal(ns, cases[i].ns);
	}
}

static void test_format_ns(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = {
		{0, "0 ns"},         {870, "870 ns"},     {999.4, "999 ns"},
		{999.5, "1.00 us"},  {18300, "18.3 us"},  {6050e3, "6.05 ms"},
		{99.96e6, "100 ms"}, {9.996e9, "10.0 s"}, {123456e6, "123 s"},
	};
	char buf[NUM_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(num_format_ns(cases[i].ns, buf), cases[i].text);
}

static void test_list(void **state)
{
	static const char *const wrong[] = {"x", "-1", " 1", "3-1", "1-", "1;2", "4294967296"};
	const char *at = "0-3,5,7-4294967295";
	uint32_t first = 77, last = 77;

	assert_true(num_list_next(&at, &first, &last));
	assert_int_equal(first, 0);
	assert_int_equal(last, 3);
	assert_true(num_list_next(&at, &first, &last));
	assert_int_equal(first, 5);
	assert_int_equal(last, 5);
	assert_true(num_list_next(&at, &first, &last));
	assert_int_equal(first, 7);
	assert_int_equal(last, UINT32_MAX);
	assert_false(num_list_next(&at, &first, &last));
	assert_string_equal(at, "");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		at = wrong[i];
		assert_false(num_list_next(&at, &first, &last));
		assert_ptr_equal(at, wrong[i]);
		assert_int_equal(first, 7);
	}
}

static void test_format_count(void **state)
{
	char buf[NUM_TEXT_SIZE];

	assert_string_equal(num_format_count(0, buf), "0");
	assert_string_equal(num_format_count(999, buf), "999");
	assert_string_equal(num_format_count(12600, buf), "12 600");
	assert_string_equal(num_format_count(UINT64_MAX, buf), "18 446 744 073 709 551 615");
}

static void test_format_double(void **state)
{
	static const double values[] = {0,
					1,
					-1,
					0.1,
					1.0 / 3,
					1e300,
					5e-324,
					12345.678,
					0x1p53,
					0x1p53 + 2,
					1.7976931348623157e308};
	char buf[NUM_TEXT_SIZE];

	assert_string_equal(num_format_double(0.1, buf), "0.1");
	assert_string_equal(num_format_double(5, buf), "5");
	assert_string_equal(num_format_double(-0.0, buf), "0");
	assert_string_equal(num_format_double(0.05, buf), "0.05");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_true(strtod(num_format_double(values[i], buf), NULL) == values[i]);
}

static char *wrapped(const char *head, int indent, const char *text)
{
	char *printed = NULL;
	size_t size;
	FILE *to = open_memstream(&printed, &size);

	text_print_wrapped(head, indent, text, to);
	fclose(to);
	return printed;
}

static void assert_wrapped(const char *head, int indent, const char *text, const char *expected)
{
	char *printed = wrapped(head, indent, text);

	assert_string_equal(printed, expected);
	free(printed);
}

static void test_text_wrapped(void **state)
{
	char words[121] = "", *printed;

	assert_wrapped("head", 6, "a  b", "head  a b\n");
	assert_wrapped("longer", 4, "a", "longer a\n");
	assert_wrapped("", 0, "", "\n");
	assert_wrapped("", 2, "\033[2J\xc2\x9b\n\xc3\xa4", "  ?[2J??\xc3\xa4\n");
	for (int i = 0; i < 60; i++)
		strcat(words, "x ");
	printed = wrapped("", 3, words); /* 49 words of 2 columns fit behind the indent */
	assert_int_equal(strcspn(printed, "\n"), 100);
	assert_memory_equal(printed + 101, "   x x", 6);
	free(printed);
	memset(words, 'x', 120);
	assert_int_equal(strlen(printed = wrapped("", 3, words)), 124);
	free(printed);
}

static void test_rng_streams(void **state)
{
	struct rng a, b, c;

	rng_init(&a, 1, 0);
	rng_init(&b, 1, 0);
	rng_init(&c, 1, 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(rng_u64(&a), rng_u64(&b));
	assert_int_not_equal(rng_u64(&a), rng_u64(&c));
}

/* Means of n draws against their expectation, at 6 standard errors. */
static void test_rng_moments(void **state)
{
	const int n = 200000;
	double uniform = 0, exponential = 0, normal = 0, below = 0;
	struct rng r;

	rng_init(&r, 42, 0);
	for (int i = 0; i < n; i++) {
		uniform += rng_double(&r);
		exponential += rng_exponential(&r);
		normal += rng_normal(&r);
		below += (double)rng_below(&r, 7);
	}
	assert_true(fabs(uniform / n - 0.5) < 6 * 0.2887 / sqrt(n));
	assert_true(fabs(exponential / n - 1) < 6 / sqrt(n));
	assert_true(fabs(normal / n) < 6 / sqrt(n));
	assert_true(fabs(below / n - 3) < 6 * 2 / sqrt(n));
}

static void test_read_limits(void **state)
{
	char buf[8], *text = NULL;

	assert_int_equal(io_read_attr(AT_FDCWD, "/proc/version", buf, sizeof(buf)), -E2BIG);
	assert_int_equal(io_read_all(AT_FDCWD, "/dev/zero", 100000, &text, NULL), -EFBIG);
	assert_null(text);
	assert_int_equal(io_read_all(AT_FDCWD, "/", 10, &text, NULL), -EISDIR);
}

static void test_err(void **state)
{
	struct err e = {0};

	assert_int_equal(err_set(&e, EXIT_USAGE, 0, "x"), -EINVAL);
	assert_int_equal(err_sys(&e, EXIT_CANNOT, EACCES, "open %s", "f"), -EACCES);
	assert_string_equal(e.text, "open f: Permission denied");
	err_hint(&e, "be root");
	assert_string_equal(e.hint, "be root");
	err_set(&e, EXIT_FAULT, EIO, "y");
	assert_string_equal(e.hint, "");
	assert_int_equal(err_set(NULL, EXIT_FAULT, EIO, "y"), -EIO);
}

static void test_parse_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t s;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"2000-02-29T12:34:56Z", 0, 951827696},
		{"2026-01-31T23:59:59Z", 0, 1769903999},
		{"2100-03-01T00:00:00Z", 0, 4107542400},
		{"9999-12-31T23:59:59Z", 0, 253402300799},
		{"1969-12-31T23:59:59Z", -EINVAL, 0},
		{"2026-02-29T00:00:00Z", -EINVAL, 0},
		{"2100-02-29T00:00:00Z", -EINVAL, 0},
		{"2026-13-01T00:00:00Z", -EINVAL, 0},
		{"2026-01-01T24:00:00Z", -EINVAL, 0},
		{"2026-01-01T00:00:00+01:00", -EINVAL, 0},
		{"2026-01-01 00:00:00Z", -EINVAL, 0},
		{"2026-01-01T00:00:0-Z", -EINVAL, 0},
		{"", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t s = 0;

		assert_int_equal(clock_parse_rfc3339(cases[i].text, &s), cases[i].r);
		assert_int_equal(s, cases[i].s);
	}
}

static void test_markup(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{"plain \xc3\xa9\xe2\x82\xac", "plain \xc3\xa9\xe2\x82\xac"},
		{"<a b=\"c\" d='e'>&amp;", "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;"},
		{"]]>", "]]&gt;"},
		{"a\tb\nc", "a b c"},
		{"\x01\x1b[31m\x7f", "\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd"},
		{"\xc2\x9b", "\xef\xbf\xbd"},             /* CSI of C1 */
		{"\xe2\x80\xae.exe", "\xef\xbf\xbd.exe"}, /* right-to-left override */
		{"\xef\xbf\xbf", "\xef\xbf\xbd"},         /* U+FFFF */
		{NULL, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free char *printed = NULL;
		size_t size;
		FILE *to = open_memstream(&printed, &size);

		assert_non_null(to);
		markup_print(cases[i].text, to);
		fclose(to);
		assert_string_equal(printed, cases[i].printed);
	}
}

static void assert_masked(const char *text, const char *expected)
{
	_cleanup_free char *masked = escape_dup(text), *printed = NULL;
	size_t size;
	FILE *to = open_memstream(&printed, &size);

	assert_non_null(masked);
	assert_string_equal(masked, expected);
	assert_non_null(to);
	escape_print(text, to);
	fclose(to);
	assert_string_equal(printed, expected);
}

static void test_escape(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"", ""},
		{"~ \u00a0\u00e9\u20ac\U0001f427", "~ \u00a0\u00e9\u20ac\U0001f427"},
		{"\x01\t\n\x1b[2J\x7f.", "???"
					 "?[2J?."},
		{"\xc2\x80\xc2\x9b[m\xc2\x9f", "??[m?"},
		/* The ends of the ranges that turn a line around, and what lies beside them. */
		{"\u202a\u202e\u202f", "??\u202f"},
		{"\u2066\u2069\u2070", "??\u2070"},
		{"\u061c", "?"},
		/* Zero width, a byte order mark, a tag, and no character at all. */
		{"a\u200b.\u200d\u2060\ufeff", "a?.???"},
		{"\U000e0041\xef\xbf\xbf\ufffd", "??\ufffd"},
		/* No UTF-8: a lone continuation, a long form, a surrogate, an early end. */
		{"\x9b.\xc0\x9b\xed\xa0\x80\xe2\x80", "?.???????"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_masked(cases[i].text, cases[i].masked);
	assert_null(escape_dup(NULL));
}

static int stat_of(const char *line, struct proc_stat *ret)
{
	struct fake_root root;
	int r;

	fake_root_init(&root);
	fake_root_text(&root, "7/task/8/stat", line);
	r = proc_stat_read(root.fd, "7/task/8", ret);
	fake_root_finish(&root);
	return r;
}

static void test_proc_stat(void **state)
{
	struct proc_stat s;

	/* A name that tries to be taken for what comes after it. */
	assert_int_equal(stat_of("8 (a) Z 1 (b) S 66 7 7 0 -1 4194560 9 9 9 9 1 2 3 4 20 0 1 0 "
				 "18446744073709551615 4096 1 18446744073709551615 1\n",
				 &s),
			 0);
	assert_string_equal(s.name, "a) Z 1 (b");
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.parent, 66);
	assert_int_equal(s.flags, 4194560);
	assert_true(s.started == UINT64_MAX);
	assert_false(proc_stat_is_dead(&s));

	assert_int_equal(stat_of("8 (a) Z 1 7 7 0 -1 4 9 9 9 9 1 2 3 4 20 0 1 0 5 0\n", &s), 0);
	assert_true(proc_stat_is_dead(&s));
	/* Cut off before its start time; no name; the file of a task that went meanwhile. */
	assert_int_equal(stat_of("8 (a) S 1 7 7 0 -1 4 9 9 9 9 1 2 3 4 20 0 1 0", &s), -EPROTO);
	assert_int_equal(stat_of("8 a S 1 7 7 0 -1 4 9 9 9 9 1 2 3 4 20 0 1 0 5", &s), -EPROTO);
	assert_int_equal(stat_of(")(", &s), -EPROTO);
	assert_int_equal(stat_of("", &s), -ESRCH);
	assert_int_equal(proc_stat_read(AT_FDCWD, "/proc/self/task/1073741823", &s), -ESRCH);

	assert_int_equal(proc_stat_of(getpid(), &s), 0);
	assert_int_equal(s.parent, getppid());
	assert_string_equal(s.name, "test-base");
	assert_int_equal(s.state, 'R');
}

static void test_format_bytes(void **state)
{
	char buf[NUM_TEXT_SIZE];

	assert_string_equal(num_format_bytes(0, buf), "0 bytes");
	assert_string_equal(num_format_bytes(1000, buf), "1000 bytes");
	assert_string_equal(num_format_bytes(65536, buf), "64 KiB");
	assert_string_equal(num_format_bytes(UINT64_C(3) << 30, buf), "3 GiB");
	assert_string_equal(num_format_bytes(UINT64_C(3) << 42, buf), "12288 GiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_u64),      cmocka_unit_test(test_parse_double),
		cmocka_unit_test(test_parse_duration), cmocka_unit_test(test_format_ns),
		cmocka_unit_test(test_list),           cmocka_unit_test(test_format_count),
		cmocka_unit_test(test_format_double),  cmocka_unit_test(test_text_wrapped),
		cmocka_unit_test(test_rng_streams),    cmocka_unit_test(test_rng_moments),

		cmocka_unit_test(test_parse_rfc3339),  cmocka_unit_test(test_markup),
		cmocka_unit_test(test_read_limits),    cmocka_unit_test(test_err),
		cmocka_unit_test(test_format_bytes),   cmocka_unit_test(test_proc_stat),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
