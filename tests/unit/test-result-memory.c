/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wherever memory runs out, reading and writing a result says so and gives back all it took; the
 * build with the address sanitizer sees the latter.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <json-c/printbuf.h>

#include "result/json.h"
#include "result/table.h"
#include "small-result.h"

/* The allocation that fails, counted down; negative: none. */
static long countdown = -1;
static bool failed;

static bool fails(void)
{
	if (countdown < 0 || countdown-- > 0)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

/* `result` is what the function gives where it fails. */
#define WRAP(type, name, result, parameters, arguments)            \
	type __real_##name parameters;                             \
	type __wrap_##name parameters;                             \
	type __wrap_##name parameters                              \
	{                                                          \
		return fails() ? result : __real_##name arguments; \
	}

WRAP(void *, malloc, NULL, (size_t size), (size))
WRAP(void *, calloc, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, NULL, (void *p, size_t size), (p, size))
WRAP(void *, reallocarray, NULL, (void *p, size_t n, size_t size), (p, n, size))
WRAP(char *, strdup, NULL, (const char *text), (text))
WRAP(int, vasprintf, -1, (char **ret, const char *format, va_list ap), (ret, format, ap))
WRAP(FILE *, open_memstream, NULL, (char **text, size_t *size), (text, size))
WRAP(struct printbuf *, printbuf_new, NULL, (void), ())
WRAP(struct json_object *, json_object_new_object, NULL, (void), ())
WRAP(struct json_object *, json_object_new_array, NULL, (void), ())
WRAP(struct json_object *, json_object_new_string, NULL, (const char *text), (text))
WRAP(struct json_object *, json_object_new_array_ext, NULL, (int size), (size))
WRAP(struct json_object *, json_object_new_string_len, NULL, (const char *text, int length),
     (text, length))
WRAP(struct json_object *, json_object_new_double_s, NULL, (double value, const char *text),
     (value, text))
WRAP(struct json_object *, json_object_new_boolean, NULL, (json_bool value), (value))
WRAP(struct json_object *, json_object_new_uint64, NULL, (uint64_t value), (value))
WRAP(struct json_object *, json_object_new_double, NULL, (double value), (value))
WRAP(int, json_object_object_add, -1,
     (struct json_object * object, const char *key, struct json_object *value),
     (object, key, value))
WRAP(int, json_object_array_add, -1, (struct json_object * array, struct json_object *value),
     (array, value))

static struct result *read_small(void)
{
	struct result *r = NULL;
	struct err e = {0};

	assert_int_equal(result_from_json(small_result, strlen(small_result), "r", &r, &e), 0);
	return r;
}

/* Lets the n-th allocation fail, for each n, until the call needs no more. */
static void test_reading(void **state)
{
	long n = 0;
	bool done = false;

	for (; !done; n++) {
		struct result *r = NULL;
		struct err e = {0};
		int k;

		failed = false;
		countdown = n;
		k = result_from_json(small_result, strlen(small_result), "r", &r, &e);
		countdown = -1;
		done = !failed;
		if (k == 0)
			result_destroy(r);
		assert_int_equal(k, failed ? -ENOMEM : 0);
		assert_int_equal(e.exit_code, failed ? EXIT_FAULT : EXIT_DONE);
	}
	assert_true(n > 50); /* so many it takes, or the functions are not wrapped */
}

static void test_writing(void **state)
{
	struct result *r = read_small();
	long n = 0;
	bool done = false;

	for (; !done; n++) {
		char *text = NULL;
		size_t size;
		int k;

		failed = false;
		countdown = n;
		k = result_to_json(r, &text, &size);
		countdown = -1;
		done = !failed;
		free(text);
		assert_int_equal(k, failed ? -ENOMEM : 0);
	}
	assert_true(n > 100);
	result_destroy(r);
}

/* The table has no way to fail; it says that it is not whole. */
static void test_table(void **state)
{
	struct result *r = read_small();

	for (long n = 0; n < 4; n++) {
		char *text = NULL;
		size_t size;
		FILE *to = open_memstream(&text, &size);

		failed = false;
		countdown = n;
		result_print_table(r, to, false);
		countdown = -1;
		fclose(to);
		assert_true(failed == (strstr(text, "no memory left") != NULL));
		free(text);
	}
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("result-memory", tests, NULL, NULL);
}
