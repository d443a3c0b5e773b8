/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the cursor share, private to this folder. */
#ifndef CGCHURN_JSON_TOKEN_H
#define CGCHURN_JSON_TOKEN_H

#include <sys/types.h>

#include "json/cursor.h"

static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* What can stand behind a number or a word. */
static inline bool json_is_delimiter(char c)
{
	return json_is_space(c) || c == ',' || c == ':' || c == '[' || c == ']' || c == '{' ||
	       c == '}' || c == '"';
}

static inline void json_skip_space(struct json_cursor *c)
{
	while (c->p < c->end && json_is_space(*c->p))
		c->p++;
}

/*
 * Decodes a string from behind its opening quote, and moves behind the closing one. Returns its
 * length, of which `buf` holds, terminated, as much as fits; -ENOMEM.
 */
ssize_t json_decode_quoted(struct json_cursor *c, char *buf, size_t size);

#endif
