/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/locate.h"

#include <stdbool.h>
#include <string.h>

#include "json/read.h"
#include "json/quoted.h"
#include "json/token.h"

struct scan {
	const char *p, *end;
};

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

		s->p = json_behind_space(s->p, s->end);
		if (s->p == s->end || *s->p == close)
			return false;
		if (at->key) {
			found = key_matches(s, at->key);
			s->p = json_behind_space(s->p, s->end);
			s->p++; /* the colon */
			s->p = json_behind_space(s->p, s->end);
		}
		if (found)
			return true;
		s->p = json_behind_value(s->p, s->end);
		s->p = json_behind_space(s->p, s->end);
		if (s->p < s->end && *s->p == ',')
			s->p++;
	}
}

/* Leaves `s` at the value, or where its nearest existing parent begins. */
static bool descend(struct scan *s, const struct json_at *at)
{
	struct scan before;

	if (!at->parent) {
		s->p = json_behind_space(s->p, s->end);
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
