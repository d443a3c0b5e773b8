/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What those share that scan text which has passed json_lint(), private to this folder. */
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

static inline const char *json_behind_space(const char *p, const char *end)
{
	while (p < end && json_is_space(*p))
		p++;
	return p;
}

static inline void json_skip_space(struct json_cursor *c)
{
	c->p = json_behind_space(c->p, c->end);
}

/* Behind the value at `p`: a string, a scalar, or a container with all it holds. */
const char *json_behind_value(const char *p, const char *end);

/*
 * Decodes a string from behind its opening quote, and moves behind the closing one. Returns its
 * length, of which `buf` holds, terminated, as much as fits; -ENOMEM.
 */
ssize_t json_decode_quoted(struct json_cursor *c, char *buf, size_t size);

#endif
