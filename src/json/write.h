/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON. Builds json-c values without a check behind each call: a step that fails is remembered, the ones
 * after it do nothing, and the builder looks once, at the end.
 *
 *	struct json_build b = {0};
 *	struct json_object *root = json_build_object(&b);
 *
 *	json_put_string(&b, root, "name", name);
 *	return json_build_print(&b, root, stdout);
 *
 * `to` is an object, or, where `key` is NULL, an array. It may be NULL once the build has failed.
 */
#ifndef CGCHURN_JSON_WRITE_H
#define CGCHURN_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

struct json_build {
	bool failed; /* memory ran out */
};

/* A new value of its own; the caller puts it (json_object_put) when done. */
struct json_object *json_build_object(struct json_build *b);

/* A new member or element, which belongs to `to`. */
struct json_object *json_put_object(struct json_build *b, struct json_object *to, const char *key);
struct json_object *json_put_array(struct json_build *b, struct json_object *to, const char *key);

/* Adds a value and takes it over, whether that works or not; NULL is JSON's null. */
void json_put_value(struct json_build *b, struct json_object *to, const char *key,
		    struct json_object *value);

/* NULL is JSON's null; bytes that are no UTF-8 become U+FFFD (utf8_repair). */
void json_put_string(struct json_build *b, struct json_object *to, const char *key,
		     const char *text);
void json_put_u64(struct json_build *b, struct json_object *to, const char *key, uint64_t value);
void json_put_i64(struct json_build *b, struct json_object *to, const char *key, int64_t value);
void json_put_bool(struct json_build *b, struct json_object *to, const char *key, bool value);
/* JSON has no infinity and no NaN: these are null. */
void json_put_double(struct json_build *b, struct json_object *to, const char *key, double value);
void json_put_strings(struct json_build *b, struct json_object *to, const char *key,
		      char *const *strings, size_t n);

/*
 * The value as text, which the caller frees, or printed; the value is released, whatever happens.
 * For files that people open too: a member or element a line, indented by two blanks a level;
 * arrays of numbers in one line. Keys keep their order. Ends in a newline. `ret_size` may be NULL
 * and does not count the NUL. 0, or -ENOMEM, also where the build had failed.
 */
int json_build_text(const struct json_build *b, struct json_object *root, char **ret_text,
		    size_t *ret_size);
int json_build_print(const struct json_build *b, struct json_object *root, FILE *to);

/*
 * One text for one value: no spaces, keys sorted by their bytes, numbers in their shortest decimal
 * form (5, 5.0 and 5e0 are "5"), only what must be escaped escaped. Two files that mean the same
 * have the same canonical text and so the same digest. In the spirit of RFC 8785, with numbers as
 * num_format_double() prints them. The caller frees. NULL where memory ran out.
 */
char *json_canonical(struct json_object *value);

#endif
