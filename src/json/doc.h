/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A parsed JSON text that remembers where it came from, so that whoever checks its content can say
 * which line of which file is wrong (json/read.h).
 */
#ifndef CGCHURN_JSON_DOC_H
#define CGCHURN_JSON_DOC_H

#include <stddef.h>

#include <json-c/json.h>

#include "base/err.h"

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

/* json_lint() and then json-c. 0, or as json_lint(). */
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

#endif
