/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads JSON as json-c's tree, and takes checked values out of it.
 *
 * A benchmark's input must not be read differently from how it was written, so a text must be JSON
 * that can mean one thing only: RFC 8259, with what I-JSON (RFC 7493) adds (UTF-8 throughout, no
 * unpaired surrogates, no duplicate keys), and with bounds:
 *
 *	- containers nest at most JSON_DEPTH_MAX deep;
 *	- integers fit into int64_t or uint64_t, numbers into a finite double, and a number has at
 *	  most JSON_NUMBER_MAX characters;
 *	- strings hold no NUL;
 *	- there are at most JSON_VALUES_MAX values, because a value of two characters takes some
 *	  hundred bytes in a tree, and files come from strangers. A result of schema 1 has some
 *	  30 000 values for 20 series.
 *
 * json-c's own parser, even when strict, takes single quotes and NaN, keeps the last of duplicate
 * keys, cuts keys at "\u0000" and saturates integers; so the tree is built here (parse.c).
 *
 * Each place in the tree knows its way from the root, so that a refusal can say file, line, JSON
 * path, what was found and what is allowed:
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

#include <json-c/json.h>

#include "base/err.h"

#define JSON_DEPTH_MAX 64
#define JSON_NUMBER_MAX 64
#define JSON_VALUES_MAX 10000000
#define JSON_ORIGIN_SIZE 320

/* A value that did not come from the text: messages about it name `what` ("--trials") instead. */
struct json_patch {
	const struct json_object *value;
	const char *what;
};

struct json_doc {
	const char *origin; /* names the text in messages; the caller's */
	const char *text;   /* the caller's; lives as long as this */
	size_t size;
	struct json_object *root;
	const struct json_patch *patches; /* the caller's */
	size_t n_patches;
};

/*
 * The text need not be terminated. 0, or -EINVAL with EXIT_USAGE and "origin:line:column: path:
 * found X, allowed: Y" in `e` (columns count bytes from 1); -ENOMEM with EXIT_FAULT; -EFBIG above 2
 * GiB. Time is O(n) in the size of the text.
 */
int json_doc_init(struct json_doc *doc, const char *text, size_t size, const char *origin,
		  struct err *e);
void json_doc_finish(struct json_doc *doc);

/*
 * The text of a regular file of at most `limit` bytes; the caller frees. A folder, a FIFO or a
 * device is refused at once, without waiting for it. A negative errno and EXIT_USAGE in `e`, with
 * the path.
 */
int json_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_size,
		   struct err *e);

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

/* Whether `inner` is the place `at`, or in it. */
bool json_is_within(const struct json_at *inner, const struct json_at *at);

/* "$.actors[1].arrival", odd keys as "$["two words"]"; one too long ends in "...". */
#define JSON_PATH_SIZE 256
const char *json_path(const struct json_at *at, char buf[JSON_PATH_SIZE]);

/* `origin`, or in `buf` the end of one too long for a sentence that must also say what is wrong. */
const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE]);

/*
 * Where the value begins in the document's text, or, where it is absent, its nearest parent that is
 * there. Reads the text once more: only messages need it, so that reading costs nothing for it.
 */
const char *json_locate(const struct json_at *at);

/* "found X, allowed: ...". Always -EINVAL. */
int json_refuse(const struct json_at *at, const char *allowed, ...)
	__attribute__((format(printf, 2, 3)));

/* A sentence of the caller's own behind file, line and path. Always -EINVAL. */
int json_complain(const struct json_at *at, const char *sentence, ...)
	__attribute__((format(printf, 2, 3)));

/* What is wrong at `where` in the text, for the parser: with its column. Always -EINVAL. */
int json_fail_parse(const struct json_at *at, const char *where, const char *found,
		    const char *allowed);

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

/* json_doc_init(), `visit` for the root, json_doc_finish(). */
int json_visit_text(const char *text, size_t size, const char *origin, json_visit *visit, void *to,
		    struct err *e);

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

#endif
