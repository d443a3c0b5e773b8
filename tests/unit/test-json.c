/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
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

#include "base/cleanup.h"
#include "base/suggest.h"
#include "json/read.h"

static int parse_bytes(const char *text, size_t size, struct err *e)
{
	struct json_doc doc;
	int r = json_doc_init(&doc, text, size, "t", e);

	if (r == 0)
		json_doc_finish(&doc);
	return r;
}

static int parse(const char *text, struct err *e)
{
	return parse_bytes(text, strlen(text), e);
}

static void test_parse_takes_json(void **state)
{
	static const char *const texts[] = {
		"0",
		"-0",
		" \t\r\n1.5e-3 ",
		"true",
		"null",
		"\"\"",
		"[]",
		"{}",
		"[[],{},[{}]]",
		"{\"a\":1,\"b\":{\"a\":2},\"A\":3,\"\":4}",
		"[{\"a\":1},{\"a\":2}]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
		"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf\"",
		"18446744073709551615",
		"-9223372036854775808",
		"1.7976931348623157e308",
		"\"\x7f\"",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = {0};

		if (parse(texts[i], &e) != 0)
			fail_msg("%s: %s", texts[i], e.text);
	}
}

static const struct {
	const char *text, *message;
} refused[] = {
	{"", "t:1:1: $: found the end of the text, allowed: a JSON value"},
	{"  ", "t:1:3: $: found the end of the text, allowed: a JSON value"},
	{"{\"a\":", "t:1:6: $.a: found the end of the text, allowed: a JSON value"},
	{"{\"a\":1", "t:1:7: $.a: found the end of the text, allowed: ',' or '}'"},
	{"[1,\n 2", "t:2:3: $[1]: found the end of the text, allowed: ',' or ']'"},
	{"\"abc", "t:1:5: $: found the end of the text, allowed: a closing '\"'"},
	{"{} x", "t:1:4: $: found 'x', allowed: nothing behind the value"},
	{"{}{}", "t:1:3: $: found '{', allowed: nothing behind the value"},
	{"'a'", "t:1:1: $: found ''', allowed: a JSON value"},
	{"{'a':1}", "t:1:2: $: found ''', allowed: a key in double quotes"},
	{"{a:1}", "t:1:2: $: found 'a', allowed: a key in double quotes"},
	{"{\"a\":1,}", "t:1:8: $.a: found '}', allowed: a key in double quotes"},
	{"[1,]", "t:1:4: $[1]: found ']', allowed: a JSON value"},
	{"[,1]", "t:1:2: $[0]: found ',', allowed: a JSON value"},
	{"{\"a\" 1}", "t:1:6: $.a: found '1', allowed: ':'"},
	{"{\"x\":[0,{\"a\":NaN}]}", "t:1:14: $.x[1].a: found 'NaN', allowed: a JSON value"},
	{"Infinity", "t:1:1: $: found 'Infinity', allowed: a JSON value"},
	{"-Infinity", "t:1:2: $: found 'Infinity', allowed: a digit"},
	{"nul", "t:1:1: $: found 'nul', allowed: a JSON value"},
	{"True", "t:1:1: $: found 'True', allowed: a JSON value"},
	{"01", "t:1:2: $: found '1', allowed: no digit behind a leading zero"},
	{"+1", "t:1:1: $: found '+', allowed: a JSON value"},
	{".5", "t:1:1: $: found '.', allowed: a JSON value"},
	{"1.", "t:1:3: $: found the end of the text, allowed: a digit"},
	{"1e", "t:1:3: $: found the end of the text, allowed: a digit"},
	{"0x10", "t:1:2: $: found 'x10', allowed: nothing behind the value"},
	{"1 // one", "t:1:3: $: found '/', allowed: nothing behind the value"},
	{"18446744073709551616",
	 "t:1:1: $: found 18446744073709551616, allowed: an integer from -2^63 to 2^64 - 1"},
	{"-9223372036854775809",
	 "t:1:1: $: found -9223372036854775809, allowed: an integer from -2^63 to 2^64 - 1"},
	{"[1e999]", "t:1:2: $[0]: found 1e999, allowed: a number that a double can hold"},
	{"\"\\x\"",
	 "t:1:3: $: found 'x', allowed: one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"},
	{"\"\\u12g4\"", "t:1:6: $: found 'g4', allowed: four hexadecimal digits"},
	{"\"\\ud83d\"", "t:1:2: $: found '\\', allowed: surrogates in pairs only"},
	{"\"\\ud83d\\u0041\"", "t:1:2: $: found '\\', allowed: surrogates in pairs only"},
	{"\"\\ude00\"", "t:1:2: $: found '\\', allowed: surrogates in pairs only"},
	{"\"a\\u0000\"", "t:1:3: $: found '\\', allowed: no NUL in a string"},
	{"\"a\nb\"", "t:1:3: $: found byte 0x0a, allowed: control characters as escapes only"},
	{"\"\xff\"", "t:1:2: $: found byte 0xff, allowed: UTF-8"},
	{"\"\xc0\x80\"", "t:1:2: $: found byte 0xc0, allowed: UTF-8"},
	{"\"\xed\xa0\x80\"", "t:1:2: $: found byte 0xed, allowed: UTF-8"},
	{"\"\xf4\x90\x80\x80\"", "t:1:2: $: found byte 0xf4, allowed: UTF-8"},
	{"\"\xe2\x82\"", "t:1:2: $: found byte 0xe2, allowed: UTF-8"},
	{"\xef\xbb\xbf{}", "t:1:1: $: found byte 0xef, allowed: a JSON value"},
	{"{\"a\":1,\n\"b\":{\"x\":1,\"y\":2,\"x\":3}}",
	 "t:2:18: $.b: found the key \"x\" again, allowed: each key once"},
	{"{\"first\":1,\"a key that is longer than the buffer which the first one took\\x\":2}",
	 "t:1:75: $.first: found 'x', allowed: one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r "
	 "\\t \\u"},
	{"{\"a\":1,\"\\u0061\":2}", "t:1:8: $: found the key \"a\" again, allowed: each key once"},
	{"{\"two words\":[tru]}",
	 "t:1:15: $[\"two words\"][0]: found 'tru', allowed: a JSON value"},
};

static void test_parse_refuses(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err e = {0};

		if (parse(refused[i].text, &e) != -EINVAL)
			fail_msg("taken: %s", refused[i].text);
		assert_string_equal(e.text, refused[i].message);
		assert_int_equal(e.exit_code, EXIT_USAGE);
	}
}

/* A NUL byte is not the end of a text whose size is known. */
static void test_parse_sees_nul(void **state)
{
	struct err e;

	assert_int_equal(parse_bytes("{}\0", 3, &e), -EINVAL);
	assert_string_equal(e.text, "t:1:3: $: found byte 0x00, allowed: nothing behind the value");
	assert_int_equal(parse_bytes("\"\\\0\"", 4, &e), -EINVAL);
}

static void test_parse_depth(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 4];
	struct err e;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	assert_int_equal(parse(text, &e), 0);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	assert_int_equal(parse(text, &e), -EINVAL);
	assert_non_null(strstr(e.text, "found deeper nesting, allowed: at most 64 levels"));
}

/* A million keys, the last one double: a hash finds it while comparing all pairs would hit the
 * time limit. */
static void test_parse_many_keys(void **state)
{
	const size_t n = 1000000;
	char *text = malloc(n * 14 + 64), *p = text;
	struct err e;

	*p++ = '{';
	for (size_t i = 0; i < n; i++)
		p += sprintf(p, "\"%zu\":0,", i);
	p += sprintf(p, "\"0\":0}");
	assert_int_equal(parse_bytes(text, (size_t)(p - text), &e), -EINVAL);
	assert_non_null(strstr(e.text, "found the key \"0\" again"));
	free(text);
}

/* Refused before it takes more memory than a file of strangers may. */
static void test_parse_many_values(void **state)
{
	char *text = malloc(2 * (size_t)JSON_VALUES_MAX + 8), *p = text;
	struct err e;

	*p++ = '[';
	for (size_t i = 0; i < JSON_VALUES_MAX; i++)
		p = mempcpy(p, "0,", 2);
	p = stpcpy(p, "0]");
	assert_int_equal(parse_bytes(text, (size_t)(p - text), &e), -EINVAL);
	assert_non_null(strstr(e.text, "found more values, allowed: at most 10 million"));
	free(text);
}

/* Each prefix of a text that is whole only at its end is refused, whatever it is cut in. */
static void test_parse_truncated(void **state)
{
	static const char text[] = "{\"a\": [1.5e3, \"\\ud83d\\ude00\xc3\xa9\", {\"b\": null}]}";

	assert_int_equal(parse_bytes(text, sizeof(text) - 1, NULL), 0);
	for (size_t size = 0; size < sizeof(text) - 1; size++) {
		/* A copy of just that size lets a sanitizer see a step too far. */
		char *copy = malloc(size ? size : 1);

		memcpy(copy, text, size);
		assert_int_equal(parse_bytes(copy, size, NULL), -EINVAL);
		free(copy);
	}
}

static void test_doc_scalars(void **state)
{
	struct json_doc doc;
	struct err e;

	assert_int_equal(json_doc_init(&doc, "17", 2, "t", &e), 0);
	assert_int_equal(json_object_get_int64(doc.root), 17);
	json_doc_finish(&doc);
	assert_int_equal(json_doc_init(&doc, "null", 4, "t", &e), 0);
	assert_null(doc.root);
	json_doc_finish(&doc);
}

static const char document[] = "{\n"
			       "  \"n\": 5, \"big\": 18446744073709551615, \"neg\": -3,\n"
			       "  \"whole\": 5.0, \"half\": 5.5, \"none\": null, \"on\": true,\n"
			       "  \"list\": [\n"
			       "    1,\n"
			       "    { \"s\\u006f\": \"me\",\n"
			       "      \"long\": \"0123456789\" }\n"
			       "  ]\n"
			       "}\n";

static int setup_document(void **state)
{
	static struct json_doc doc;

	*state = &doc;
	return json_doc_init(&doc, document, sizeof(document) - 1, "t", NULL);
}

static int finish_document(void **state)
{
	json_doc_finish(*state);
	return 0;
}

static void test_read_values(void **state)
{
	struct err e = {0};
	struct json_at root = json_root(*state, &e), at, list, element;
	uint64_t n;
	double d;
	bool on;
	const char *s;
	size_t count;

	at = json_member(&root, "n");
	assert_int_equal(json_get_u64(&at, 5, 5, &n), 0);
	assert_int_equal(n, 5);
	at = json_member(&root, "big");
	assert_int_equal(json_get_u64(&at, 0, UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	at = json_member(&root, "whole");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), 0);
	assert_int_equal(n, 5);
	at = json_member(&root, "half");
	assert_int_equal(json_get_double(&at, 0, 9, &d), 0);
	assert_true(d == 5.5);
	at = json_member(&root, "on");
	assert_int_equal(json_get_bool(&at, &on), 0);
	assert_true(on);
	list = json_member(&root, "list");
	assert_int_equal(json_want_array(&list, 1, 2, &count), 0);
	element = json_element(&list, 1);
	at = json_member(&element, "so");
	assert_int_equal(json_get_string(&at, 2, &s), 0);
	assert_string_equal(s, "me");
	assert_false(json_member(&root, "absent").present);
	assert_true(json_member(&root, "none").present);
}

static void test_read_refusals(void **state)
{
	static const char *const keys[] = {"so", "lang"};
	static const char *const words[] = {"you", "he"};
	struct err e = {0};
	struct json_at root = json_root(*state, &e), at, list, element;
	uint64_t n = 77;
	size_t index = 77;
	const char *s = NULL;

	at = json_member(&root, "neg");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), -EINVAL);
	assert_string_equal(e.text, "t:2: $.neg: found -3, allowed: a whole number from 0 to 9");
	at = json_member(&root, "half");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), -EINVAL);
	assert_string_equal(e.text, "t:3: $.half: found 5.5, allowed: a whole number from 0 to 9");
	at = json_member(&root, "on");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), -EINVAL);
	at = json_member(&root, "none");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), -EINVAL);
	assert_string_equal(e.text, "t:3: $.none: found null, allowed: a whole number from 0 to 9");
	at = json_member(&root, "absent");
	assert_int_equal(json_get_u64(&at, 0, 9, &n), -EINVAL);
	assert_string_equal(e.text,
			    "t:1: $.absent: found nothing, allowed: a whole number from 0 to 9");
	assert_int_equal(n, 77);
	list = json_member(&root, "list");
	assert_int_equal(json_want_array(&list, 3, 4, &index), -EINVAL);
	assert_string_equal(e.text,
			    "t:4: $.list: found an array of 2, allowed: an array of 3 to 4");
	element = json_element(&list, 1);
	assert_int_equal(json_want_object(&element, keys, 2), -EINVAL);
	assert_string_equal(e.text, "t:7: $.list[1].long: unknown key, allowed: so, lang");
	assert_string_equal(e.hint, "Did you mean \"lang\"?");
	at = json_member(&element, "so");
	assert_int_equal(json_get_choice(&at, words, 2, &index), -EINVAL);
	assert_string_equal(e.text, "t:6: $.list[1].so: found \"me\", allowed: you, he");
	assert_int_equal(index, 77);
	at = json_member(&element, "long");
	assert_int_equal(json_get_string(&at, 9, &s), -EINVAL);
	assert_null(s);
}

/* Who changed a value on the command line must not be sent to a line of the file. */
static void test_read_patched(void **state)
{
	struct json_doc doc = *(struct json_doc *)*state;
	struct err e = {0};
	struct json_at root, at;
	struct json_patch patch = {.what = "--set n=5"};
	uint64_t n;

	doc.patches = &patch;
	doc.n_patches = 1;
	root = json_root(&doc, &e);
	at = json_member(&root, "n");
	patch.value = at.value;
	assert_int_equal(json_get_u64(&at, 0, 4, &n), -EINVAL);
	assert_string_equal(e.text,
			    "t: --set n=5: $.n: found 5, allowed: a whole number from 0 to 4");
}

static void test_read_file(void **state)
{
	char folder[] = "/tmp/cgchurn-test-XXXXXX", path[64];
	_cleanup_free char *text = NULL;
	struct err e;
	size_t size;
	int fd;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(json_read_file(folder, 10, &text, &size, &e), -EINVAL);
	assert_non_null(strstr(e.text, "found a folder, allowed: a regular file"));
	assert_int_equal(json_read_file("/dev/zero", 10, &text, &size, &e), -EINVAL);
	assert_string_equal(e.text, "/dev/zero: found a device, allowed: a regular file");
	snprintf(path, sizeof(path), "%s/f", folder);
	assert_int_equal(json_read_file(path, 10, &text, &size, &e), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(json_read_file(path, 10, &text, &size, &e), -EINVAL);
	assert_non_null(strstr(e.text, "found a FIFO"));
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 11), 0);
	assert_int_equal(json_read_file(path, 10, &text, &size, &e), -EFBIG);
	assert_non_null(strstr(e.text, "found 11 bytes, allowed: at most 10"));
	assert_int_equal(json_read_file(path, 11, &text, &size, &e), 0);
	assert_int_equal(size, 11);
	close(fd);
	unlink(path);
	rmdir(folder);
}

static void test_near(void **state)
{
	static const char *const names[] = {"fork", "vfork", "posix_spawn", "migrate"};

	assert_string_equal(suggest_name("frok", names, 4), "fork");
	assert_string_equal(suggest_name("migrat", names, 4), "migrate");
	assert_string_equal(suggest_name("posix-spawn", names, 4), "posix_spawn");
	assert_string_equal(suggest_name("m", names, 4), "migrate");
	assert_null(suggest_name("clone", names, 4));
	assert_null(suggest_name("", names, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_takes_json),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_sees_nul),
		cmocka_unit_test(test_parse_depth),
		cmocka_unit_test(test_parse_many_values),
		cmocka_unit_test(test_parse_many_keys),
		cmocka_unit_test(test_parse_truncated),
		cmocka_unit_test(test_doc_scalars),
		cmocka_unit_test(test_read_file),
		cmocka_unit_test(test_near),
		cmocka_unit_test_setup_teardown(test_read_values, setup_document, finish_document),
		cmocka_unit_test_setup_teardown(test_read_refusals, setup_document,
						finish_document),
		cmocka_unit_test_setup_teardown(test_read_patched, setup_document, finish_document),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
