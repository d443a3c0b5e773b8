/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks down a parsed JSON text and takes checked values out of it. Each place knows its way from
 * the root, so that a refusal can say file, line, JSON path, what was found and what is allowed:
 *
 *	x.json:12: $.actors[1].arrival.per_second: found -3, allowed: a number above 0 and at most
 *...
 *
 * All functions that return int give 0 or -EINVAL with EXIT_USAGE in the document's `e`; outputs
 *are untouched on failure. A value that is absent is refused as such ("found nothing"); whoever has
 *a default asks `present` first.
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

/* "found X, allowed: ...". Always -EINVAL. */
int json_refuse(const struct json_at *at, const char *allowed, ...)
	__attribute__((format(printf, 2, 3)));

/* A sentence of the caller's own behind file, line and path. Always -EINVAL. */
int json_complain(const struct json_at *at, const char *sentence, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * An object with no other keys than these; an unknown one is refused with the nearest known one as
 * a hint. `keys` NULL: any keys.
 */
int json_want_object(const struct json_at *at, const char *const *keys, size_t n);

/* An array of `min` to `max` elements. */
int json_want_array(const struct json_at *at, size_t min, size_t max, size_t *ret_n);

int json_get_bool(const struct json_at *at, bool *ret);

/* A whole number, however it is written (5, 5.0, 5e0). */
int json_get_u64(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret);

/* Both ends inclusive. */
int json_get_double(const struct json_at *at, double min, double max, double *ret);

/* At most `max` bytes; the text belongs to the document. */
int json_get_string(const struct json_at *at, size_t max, const char **ret);

/* One of n words, as its index; another is refused with the list of them and the nearest. */
int json_get_choice(const struct json_at *at, const char *const *words, size_t n, size_t *ret);

/* Is the value a JSON string, or a number? For keys that take both. */
bool json_is_string(const struct json_at *at);
bool json_is_number(const struct json_at *at);

#endif
