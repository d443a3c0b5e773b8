/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON text as json-c's tree. A benchmark's input must not be read differently from how it was
 * written, so the text must be JSON that can mean one thing only: RFC 8259, with what I-JSON (RFC
 * 7493) adds (UTF-8 throughout, no unpaired surrogates, no duplicate keys), and with bounds:
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
 */
#ifndef CGCHURN_JSON_DOC_H
#define CGCHURN_JSON_DOC_H

#include <stddef.h>

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

/* `origin`, or in `buf` the end of one too long for a sentence that must also say what is wrong. */
const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE]);

/* The line of a place in the text, from 1; `ret_start`, unless NULL, is where it begins. */
size_t json_line(const struct json_doc *doc, const char *where, const char **ret_start);

struct json_at;

/*
 * Where the value begins in the document's text, or, where it is absent, its nearest parent that is
 * there. Reads the text once more: only messages need it, so that reading costs nothing for it.
 */
const char *json_locate(const struct json_at *at);

#endif
