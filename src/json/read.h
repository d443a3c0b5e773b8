/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks down a parsed JSON text and takes checked values out of it. Each place knows its way from
 * the root, so that a refusal can say file, line, JSON path, what was found and what is allowed:
 *
 *	x.json:12: $.actors[1].arrival.per_second: found -3, allowed: a number above 0 and at most
 *	...
 *
 * All functions that return int give 0; -EINVAL with EXIT_USAGE in the place's `e`; or -ENOMEM with
 * EXIT_FAULT. Outputs are untouched on failure. A value that is absent is refused as such ("found
 * nothing"); a caller with a default asks `present` first.
 */
#ifndef CGCHURN_JSON_READ_H
#define CGCHURN_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/doc.h"

/* A place on the caller's stack; points to its parent's, which must live as long. */
struct json_at {
	const struct json_doc *doc;
	struct err *e;
	const struct json_at *parent; /* NULL for the root */
	const char *key;              /* NULL: an element of an array, or the root */
	size_t index;
	struct json_object *value; /* NULL for JSON's null too */
	bool present;
};

struct json_at json_root(const struct json_doc *doc, struct err *e);
struct json_at json_member(const struct json_at *object, const char *key);
struct json_at json_element(const struct json_at *array, size_t index);

/* "$.actors[1].arrival", odd keys as "$["two words"]"; one too long ends in "...". */
#define JSON_PATH_SIZE 256
const char *json_path(const struct json_at *at, char buf[JSON_PATH_SIZE]);

/* "found X, allowed: ...". Always -EINVAL. */
int json_refuse(const struct json_at *at, const char *allowed, ...)
	__attribute__((format(printf, 2, 3)));

/* A sentence of the caller's own behind file, line and path. Always -EINVAL. */
int json_complain(const struct json_at *at, const char *sentence, ...)
	__attribute__((format(printf, 2, 3)));

/* Memory ran out while reading. Always -ENOMEM. */
int json_fail_memory(const struct json_at *at);

/*
 * An object with no other keys than these; an unknown one is refused with the nearest known one as
 * a hint. `keys` NULL: any keys.
 */
int json_want_object(const struct json_at *at, const char *const *keys, size_t n);

/* An array of `min` to `max` elements. */
int json_want_array(const struct json_at *at, size_t min, size_t max, size_t *ret_n);

/* Each member of an object (the place has its key), or each of at most `max` elements. */
typedef int json_visit(const struct json_at *at, void *to);
int json_each_member(const struct json_at *object, json_visit *visit, void *to);
int json_each_element(const struct json_at *array, size_t max, json_visit *visit, void *to);

int json_get_bool(const struct json_at *at, bool *ret);

/* A whole number, however it is written (5, 5.0, 5e0). */
int json_get_u64(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret);

/* Both ends inclusive. */
int json_get_double(const struct json_at *at, double min, double max, double *ret);

/* At most `max` bytes; the text belongs to the document. */
int json_get_string(const struct json_at *at, size_t max, const char **ret);
/* A copy that the caller frees. */
int json_dup_string(const struct json_at *at, size_t max, char **ret);

/* One of n words, as its index; another is refused with the list of them and the nearest. */
int json_get_choice(const struct json_at *at, const char *const *words, size_t n, size_t *ret);

/* Is the value a JSON string, or a number? For keys that take both. */
bool json_is_string(const struct json_at *at);
bool json_is_number(const struct json_at *at);

/*
 * An object by a table of its keys. Unknown keys are ignored. The value goes to `offset` in the
 * struct `to`; which type that is says `take`.
 */
struct json_field {
	const char *key;
	int (*take)(const struct json_at *at, const struct json_field *field, void *to);
	size_t offset;
	uint64_t min,
		max; /* of numbers (of a double 0 means no upper bound); `max` bytes of strings */
	bool required;
	bool nullable; /* null leaves the struct as it is */
};
/* A line of such a table: where `key` goes in `type`. */
#define FIELD(key_, take_, type, member, ...)                                               \
	{                                                                                   \
		.key = key_, .take = take_, .offset = offsetof(type, member), ##__VA_ARGS__ \
	}
int json_get_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *to);

/*
 * The same, except that an unknown key is refused and that `take` is asked also where a required key
 * is absent. In both a key without `take` is left to the caller.
 */
#define JSON_FIELDS_MAX 16
int json_get_known_fields(const struct json_at *at, const struct json_field *fields, size_t n,
			  void *to);

/* For `take`. */
int json_field_u64(const struct json_at *at, const struct json_field *field, void *to);
int json_field_double(const struct json_at *at, const struct json_field *field, void *to);
int json_field_bool(const struct json_at *at, const struct json_field *field, void *to);
int json_field_text(const struct json_at *at, const struct json_field *field, void *to);
int json_field_string(const struct json_at *at, const struct json_field *field, void *to);

#endif
