/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a JSON text from front to back without building a tree. A result is a long list of numbers,
 * for which json-c takes ten times as long as json_lint() does; this keeps close to the latter, and
 * its memory does not grow with the text.
 *
 * The text has passed json_lint(), so that only its meaning is left to check. A cursor stands
 * before a value. A function that takes it moves behind it and gives 0; or it refuses it with
 * -EINVAL and EXIT_USAGE in the cursor's `e`, in the words of json/read.h (file, line, JSON path,
 * what was found, what is allowed); or memory ran out: -ENOMEM, EXIT_FAULT. After a failure the
 * cursor is of no more use.
 */
#ifndef CGCHURN_JSON_CURSOR_H
#define CGCHURN_JSON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "json/lint.h"

/* Keys that are looked for are shorter; longer ones in a text are cut and match none of them. */
#define JSON_KEY_SIZE 48

/* The way from the root to where the cursor stands. */
struct json_step {
	bool is_array;
	size_t index;
	char key[JSON_KEY_SIZE];
};

struct json_cursor {
	const char *text, *p, *end; /* the caller's text */
	const char *origin;         /* names it in messages; the caller's */
	struct err *e;
	size_t depth;
	struct json_step steps[JSON_DEPTH_MAX];
};

/* json_lint(), and the cursor before the root. 0, or as json_lint(). */
int json_cursor_init(struct json_cursor *c, const char *text, size_t size, const char *origin,
		     struct err *e);

/*
 * Called for each member of an object (with its key) or element of an array (with NULL), the cursor
 * before its value. A visitor that takes nothing leaves the value to be skipped.
 */
typedef int json_visit(struct json_cursor *c, const char *key, void *to);
int json_take_object(struct json_cursor *c, json_visit *visit, void *to);
int json_take_array(struct json_cursor *c, size_t max, json_visit *visit, void *to);

/* A whole number, however it is written (5, 5.0, 5e0). */
int json_take_u64(struct json_cursor *c, uint64_t min, uint64_t max, uint64_t *ret);
/* Exactly two of them in an array. */
int json_take_pair(struct json_cursor *c, uint64_t ret[2]);
int json_take_double(struct json_cursor *c, double min, double max, double *ret);
int json_take_bool(struct json_cursor *c, bool *ret);
int json_take_text(struct json_cursor *c, char *buf, size_t size);   /* size - 1 bytes */
int json_take_string(struct json_cursor *c, size_t max, char **ret); /* the caller frees */
int json_take_choice(struct json_cursor *c, const char *const *words, size_t n, size_t *ret);
bool json_take_null(struct json_cursor *c); /* false: it is something else, and still there */

/* Moves behind any value, and tells where in the text it is. */
void json_take_raw(struct json_cursor *c, const char **ret, size_t *ret_size);

/* Refuses the value before which the cursor stands: "found X, allowed: ...". Always -EINVAL. */
int json_cursor_refuse(struct json_cursor *c, const char *allowed, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A sentence of the caller's own about what begins at `where` in the text, behind file, line, and
 * the path to the cursor. Always -EINVAL.
 */
int json_cursor_complain(struct json_cursor *c, const char *where, const char *sentence, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * An object by a table of its keys. Unknown keys are ignored. The value goes to `offset` in the
 * struct `to`; which type that is says `take`.
 */
struct json_field {
	const char *key;
	int (*take)(struct json_cursor *c, const struct json_field *field, void *to);
	size_t offset;
	uint64_t min, max; /* of numbers (of a double 0 means no upper bound); `max`
			      bytes of strings */
	bool required;
	bool nullable; /* null leaves the struct as it is */
};
enum { JSON_FIELDS_MAX = 64 };
int json_take_fields(struct json_cursor *c, const struct json_field *fields, size_t n, void *to);

/* For `take`. */
int json_field_u64(struct json_cursor *c, const struct json_field *field, void *to);
int json_field_double(struct json_cursor *c, const struct json_field *field, void *to);
int json_field_bool(struct json_cursor *c, const struct json_field *field, void *to);
int json_field_text(struct json_cursor *c, const struct json_field *field, void *to);
int json_field_string(struct json_cursor *c, const struct json_field *field, void *to);

#endif
