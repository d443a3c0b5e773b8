/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading without a tree, and writing for people. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/fields.h"

struct target {
	uint64_t number;
	double real;
	bool flag;
	char text[8];
	char *string;
	char keys[64];
};

static const struct json_field target_fields[] = {
	{"number", json_field_u64, offsetof(struct target, number), 1, 100, .required = true},
	{"real", json_field_double, offsetof(struct target, real), .nullable = true},
	{"flag", json_field_bool, offsetof(struct target, flag)},
	{"text", json_field_text, offsetof(struct target, text), .max = 7},
	{"string", json_field_string, offsetof(struct target, string), .max = 100},
};

static int take(const char *text, struct target *t, struct err *e)
{
	/* of the exact size, so that a sanitizer sees a read behind it */
	size_t size = strlen(text);
	char *copy = malloc(size);
	struct json_doc doc;
	int r;

	assert_non_null(copy);
	memcpy(copy, text, size);
	*t = (struct target){0};
	r = json_doc_init(&doc, copy, size, "x.json", e);
	if (r == 0) {
		struct json_at root = json_root(&doc, e);

		r = json_get_fields(&root, target_fields, 5, t);
		json_doc_finish(&doc);
	}
	free(copy);
	return r;
}

static void test_fields(void **state)
{
	struct target t;
	struct err e = {0};

	assert_int_equal(
		take("{\"text\":\"\\u00e4\\n\", \"other\": [{\"number\":0}], \"number\":4e1 "
		     ",\"real\":5e-1,\"flag\":true,\"string\":\"a\\\\b\"}",
		     &t, &e),
		0);
	assert_int_equal(t.number, 40);
	assert_true(t.real == 0.5);
	assert_true(t.flag);
	assert_string_equal(t.text, "\xc3\xa4\n");
	assert_string_equal(t.string, "a\\b");
	free(t.string);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"[]", "x.json:1: $: found an array of 0, allowed: an object"},
		{"{}", "x.json:1: $: found no key \"number\", which is required"},
		{"{\n\n\"number\": 0}",
		 "x.json:3: $.number: found 0, allowed: a whole number from 1 "
		 "to 100"},
		{"{\"number\": 1.5}", "$.number: found 1.5, allowed"},
		{"{\"number\": \"1\"}", "$.number: found \"1\", allowed"},
		{"{\"number\": null}", "$.number: found null, allowed"},
		{"{\"number\": 18446744073709551615}", "$.number: found 18446744073709551615"},
		{"{\"number\": 1, \"flag\": null}", "$.flag: found null, allowed: true or false"},
		{"{\"number\": 1, \"text\": \"12345678\"}",
		 "$.text: found \"12345678\", allowed: a string of at most 7 bytes"},
		{"{\"number\": 1, \"string\": {}}", "$.string: found an object, allowed: a string"},
		{"{\"number\": 1,}", "x.json:1:"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target t;
		struct err e = {0};
		bool said;

		assert_int_equal(take(cases[i].text, &t, &e), -EINVAL);
		said = strstr(e.text, cases[i].message) != NULL;
		if (!said)
			print_error("found '%s', expected '%s'\n", e.text, cases[i].message);
		assert_true(said);
		free(t.string);
	}
}

static int collect_keys(const struct json_at *at, void *to)
{
	struct target *t = to;
	size_t used = strlen(t->keys);

	snprintf(t->keys + used, sizeof(t->keys) - used, "%s;", at->key ? at->key : "-");
	return json_object_is_type(at->value, json_type_array)
		       ? json_each_element(at, 3, collect_keys, to)
		       : 0;
}

/* A table may have any number of known keys. */
static void test_many_known(void **state)
{
	enum { MANY = 40 };
	struct json_field fields[MANY];
	char keys[MANY][8];
	uint64_t numbers[MANY] = {0};
	struct json_doc doc;
	struct err e = {0};
	struct json_at root;

	for (size_t i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		fields[i] = (struct json_field){.key = keys[i],
						.take = json_field_u64,
						.offset = i * sizeof(numbers[0]),
						.max = 100};
	}
	assert_int_equal(json_doc_init(&doc, "{\"k39\": 7}", 10, "x.json", &e), 0);
	root = json_root(&doc, &e);
	assert_int_equal(json_get_known_fields(&root, fields, MANY, numbers), 0);
	assert_int_equal(numbers[39], 7);
	fields[39].key = "other";
	assert_true(json_get_known_fields(&root, fields, MANY, numbers) < 0);
	assert_non_null(strstr(e.text, "k39"));
	json_doc_finish(&doc);
}

static void test_each(void **state)
{
	static const char text[] = "{ \"a\" : {\"b\":[1,\"]}\\\"\"]} ,\"\\u0063\":[ ],\"d\":[ 1 , "
				   "[2],{\"}\":3} ] }";
	struct target t = {0};
	struct json_doc doc;
	struct json_at root;
	struct err e = {0};

	assert_int_equal(json_doc_init(&doc, text, strlen(text), "x", &e), 0);
	root = json_root(&doc, &e);
	assert_int_equal(json_each_member(&root, collect_keys, &t), 0);
	assert_string_equal(t.keys, "a;c;d;-;-;-;-;");
	json_doc_finish(&doc);
	assert_int_equal(json_doc_init(&doc, "[1,2,3,4]", 9, "x", &e), 0);
	root = json_root(&doc, &e);
	assert_int_equal(json_each_element(&root, 3, collect_keys, &t), -EINVAL);
	assert_string_equal(e.text, "x:1: $: found an array of 4, allowed: an array of 0 to 3");
	json_doc_finish(&doc);
}

static void assert_pretty(struct json_object *value, const char *expected)
{
	struct json_build b = {0};
	size_t size;
	char *text;

	assert_int_equal(json_build_text(&b, value, &text, &size), 0);
	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
	free(text);
}

static void test_pretty(void **state)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b), *list, *pair;

	json_put_string(&b, root, "text", "\xff\"\n\x7f\u202e\U000e0041\u00e9");
	json_put_string(&b, root, "null", NULL);
	json_put_double(&b, root, "tenth", 0.1);
	json_put_double(&b, root, "nan", NAN);
	json_put_u64(&b, root, "most", UINT64_MAX);
	json_put_i64(&b, root, "least", INT64_MIN);
	json_put_bool(&b, root, "flag", true);
	json_put_object(&b, root, "object");
	json_put_array(&b, root, "array");
	list = json_put_array(&b, root, "pairs");
	for (uint64_t i = 0; i < 2; i++) {
		pair = json_put_array(&b, list, NULL);
		json_put_u64(&b, pair, NULL, i);
		json_put_u64(&b, pair, NULL, 7);
	}
	assert_false(b.failed);
	assert_pretty(root,
		      "{\n"
		      "  \"text\": \"\xef\xbf\xbd\\\"\\u000a\\u007f\\u202e\\udb40\\udc41\u00e9\",\n"
		      "  \"null\": null,\n"
		      "  \"tenth\": 0.1,\n"
		      "  \"nan\": null,\n"
		      "  \"most\": 18446744073709551615,\n"
		      "  \"least\": -9223372036854775808,\n"
		      "  \"flag\": true,\n"
		      "  \"object\": {},\n"
		      "  \"array\": [],\n"
		      "  \"pairs\": [\n"
		      "    [0, 7],\n"
		      "    [1, 7]\n"
		      "  ]\n"
		      "}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),     cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_many_known), cmocka_unit_test(test_each),
		cmocka_unit_test(test_pretty),
	};

	return cmocka_run_group_tests_name("json-fields", tests, NULL, NULL);
}
