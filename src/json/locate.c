/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/locate.h"

#include <stdbool.h>
#include <string.h>

#include "json/read.h"
#include "json/quoted.h"

/* The text has passed json_lint(), so scanning it needs no checks but the end's. */
struct scan {
	const char *p, *end;
};

static void skip_space(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n", *s->p))
		s->p++;
}

/* To behind the value at `p`: a string, a scalar, or a container with all it holds. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	do {
		if (s->p == s->end)
			return;
		switch (*s->p++) {
		case '"':
			json_quoted_scan(&s->p, s->end, NULL);
			break;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			/* The rest of a number or word; between tokens just the next one. */
			while (s->p < s->end && !strchr(",:[]{}\" \t\r\n", *s->p))
				s->p++;
		}
	} while (depth > 0);
}

/* Reads the string at `p`, and tells whether it is `key`. */
static bool key_matches(struct scan *s, const char *key)
{
	struct printbuf *name = printbuf_new();
	bool same;

	s->p++;
	json_quoted_scan(&s->p, s->end, name);
	same = name && name->buf && strcmp(name->buf, key) == 0;
	printbuf_free(name);
	return same;
}

/* From the container at `p` to its member's or element's value; false where it has none such. */
static bool enter(struct scan *s, const struct json_at *at)
{
	char close = at->key ? '}' : ']';

	if (s->p == s->end || *s->p++ != (at->key ? '{' : '['))
		return false;
	for (size_t index = 0;; index++) {
		bool found = index == at->index;

		skip_space(s);
		if (s->p == s->end || *s->p == close)
			return false;
		if (at->key) {
			found = key_matches(s, at->key);
			skip_space(s);
			s->p++; /* the colon */
			skip_space(s);
		}
		if (found)
			return true;
		skip_value(s);
		skip_space(s);
		if (s->p < s->end && *s->p == ',')
			s->p++;
	}
}

/* Leaves `s` at the value, or where its nearest existing parent begins. */
static bool descend(struct scan *s, const struct json_at *at)
{
	struct scan before;

	if (!at->parent) {
		skip_space(s);
		return true;
	}
	if (!descend(s, at->parent))
		return false;
	before = *s;
	if (enter(s, at))
		return true;
	*s = before;
	return false;
}

size_t json_locate(const struct json_at *at)
{
	const struct json_doc *doc = at->doc;
	struct scan s = {.p = doc->text, .end = doc->text + doc->size};
	size_t line = 1;

	if (!doc->text)
		return 0;
	descend(&s, at);
	for (const char *p = doc->text; p < s.p; p++)
		line += *p == '\n';
	return line;
}
