/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/lint.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/keys.h"
#include "json/path.h"
#include "json/quoted.h"

/* An open container, and which element of it is being read. */
struct frame {
	bool is_array;
	size_t index;     /* of an array */
	size_t first_key; /* of an object, in the stack of keys */
};

struct lint {
	const char *text, *p, *end;
	const char *origin;
	struct err *e;
	struct frame frames[JSON_DEPTH_MAX];
	size_t depth;
	struct json_keys keys;
};

static void describe_found(const struct lint *l, char buf[48])
{
	int n = 0;

	if (l->p == l->end) {
		strcpy(buf, "the end of the text");
		return;
	}
	while (n < 24 && l->p + n < l->end && isalnum((unsigned char)l->p[n]))
		n++;
	if (n == 0 && isprint((unsigned char)*l->p))
		n = 1;
	if (n)
		snprintf(buf, 48, "'%.*s'", n, l->p);
	else
		snprintf(buf, 48, "byte 0x%02x", (unsigned char)*l->p);
}

/* An object's key stands on the stack from its end on; each open object has its latest there. */
static void render_path(const struct lint *l, struct json_path *path)
{
	json_path_init(path);
	for (size_t i = 0; i < l->depth; i++) {
		const struct frame *frame = &l->frames[i];
		size_t next = l->keys.n;

		if (frame->is_array) {
			json_path_add_index(path, frame->index);
			continue;
		}
		for (size_t j = i + 1; j < l->depth; j++)
			if (!l->frames[j].is_array) {
				next = l->frames[j].first_key;
				break;
			}
		if (next > frame->first_key)
			json_path_add_key(path, l->keys.names->buf + l->keys.keys[next - 1].name);
	}
}

static int fail(struct lint *l, const char *where, const char *found, const char *allowed)
{
	char origin[JSON_ORIGIN_SIZE];
	struct json_path path;
	size_t line = 1;
	const char *start = l->text;

	for (const char *p = l->text; p < where; p++)
		if (*p == '\n') {
			line++;
			start = p + 1;
		}
	render_path(l, &path);
	return err_set(l->e, EXIT_USAGE, EINVAL, "%s:%zu:%zu: %s: found %s, allowed: %s",
		       json_origin(l->origin, origin), line, (size_t)(where - start) + 1, path.text,
		       found, allowed);
}

static int fail_here(struct lint *l, const char *allowed)
{
	char found[48];

	describe_found(l, found);
	return fail(l, l->p, found, allowed);
}

static int fail_memory(struct lint *l)
{
	return err_set(l->e, EXIT_FAULT, ENOMEM, "%s: out of memory", l->origin);
}

static void skip_space(struct lint *l)
{
	while (l->p < l->end && (*l->p == ' ' || *l->p == '\n' || *l->p == '\t' || *l->p == '\r'))
		l->p++;
}

static bool accept(struct lint *l, char c)
{
	if (l->p == l->end || *l->p != c)
		return false;
	l->p++;
	return true;
}

static size_t skip_digits(struct lint *l)
{
	const char *start = l->p;

	while (l->p < l->end && *l->p >= '0' && *l->p <= '9')
		l->p++;
	return (size_t)(l->p - start);
}

/* Can it be stored without becoming another number? */
static int check_magnitude(struct lint *l, const char *start, bool is_integer)
{
	char buf[JSON_NUMBER_MAX + 1], found[JSON_NUMBER_MAX + 1];
	size_t length = (size_t)(l->p - start);

	snprintf(found, sizeof(found), "%.*s", (int)(length > 40 ? 40 : length), start);
	if (length > JSON_NUMBER_MAX)
		return fail(l, start, found, "a number of at most 64 characters");
	memcpy(buf, start, length);
	buf[length] = '\0';
	errno = 0;
	if (!is_integer)
		return isfinite(strtod(buf, NULL))
			       ? 0
			       : fail(l, start, found, "a number that a double can hold");
	if (buf[0] == '-')
		strtoll(buf, NULL, 10);
	else
		strtoull(buf, NULL, 10);
	return errno ? fail(l, start, found, "an integer from -2^63 to 2^64 - 1") : 0;
}

static int lint_number(struct lint *l)
{
	const char *start = l->p;
	bool is_integer = true;

	accept(l, '-');
	if (accept(l, '0')) {
		if (l->p < l->end && isdigit((unsigned char)*l->p))
			return fail_here(l, "no digit behind a leading zero");
	} else if (skip_digits(l) == 0) {
		return fail_here(l, "a digit");
	}
	if (accept(l, '.')) {
		is_integer = false;
		if (skip_digits(l) == 0)
			return fail_here(l, "a digit");
	}
	if (accept(l, 'e') || accept(l, 'E')) {
		is_integer = false;
		if (!accept(l, '+'))
			accept(l, '-');
		if (skip_digits(l) == 0)
			return fail_here(l, "a digit");
	}
	/* 18 digits always fit; this is the path of a result's millions of numbers. */
	if (is_integer && l->p - start <= 18)
		return 0;
	return check_magnitude(l, start, is_integer);
}

static int lint_string(struct lint *l, struct printbuf *to)
{
	const char *problem = json_quoted_scan(&l->p, l->end, to);

	if (!problem)
		return 0;
	if (strcmp(problem, "memory") == 0)
		return fail_memory(l);
	return fail_here(l, problem);
}

static int lint_word(struct lint *l, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(l->end - l->p) < length || memcmp(l->p, word, length) != 0)
		return fail_here(l, "a JSON value");
	l->p += length;
	return 0;
}

static int lint_value(struct lint *l);

/* From a key to behind the member's value. */
static int lint_member(struct lint *l)
{
	size_t name = (size_t)l->keys.names->bpos;
	size_t where = (size_t)(l->p - l->text);
	int r;

	if (!accept(l, '"'))
		return fail_here(l, "a key in double quotes");
	r = lint_string(l, l->keys.names);
	if (r < 0)
		return r;
	if (json_keys_push(&l->keys, name, where) < 0)
		return fail_memory(l);
	skip_space(l);
	if (!accept(l, ':'))
		return fail_here(l, "':'");
	return lint_value(l);
}

static int check_duplicates(struct lint *l, size_t first)
{
	const struct json_key *duplicate = json_keys_duplicate(&l->keys, first);
	const char *where;
	char found[64];

	if (!duplicate)
		return 0;
	snprintf(found, sizeof(found), "the key \"%.40s\" again",
		 l->keys.names->buf + duplicate->name);
	where = l->text + duplicate->where;
	/* The path is the object's: sorting has lost which key came last. */
	l->keys.n = first;
	return fail(l, where, found, "each key once");
}

static int lint_object(struct lint *l)
{
	size_t first = l->keys.n;
	int r;

	skip_space(l);
	if (accept(l, '}'))
		return 0;
	do {
		skip_space(l);
		r = lint_member(l);
		if (r < 0)
			return r;
		skip_space(l);
	} while (accept(l, ','));
	if (!accept(l, '}'))
		return fail_here(l, "',' or '}'");
	r = check_duplicates(l, first);
	json_keys_pop(&l->keys, first);
	return r;
}

static int lint_array(struct lint *l, struct frame *frame)
{
	int r;

	skip_space(l);
	if (accept(l, ']'))
		return 0;
	for (;; frame->index++) {
		r = lint_value(l);
		if (r < 0)
			return r;
		skip_space(l);
		if (!accept(l, ','))
			return accept(l, ']') ? 0 : fail_here(l, "',' or ']'");
	}
}

static int lint_container(struct lint *l)
{
	struct frame *frame = &l->frames[l->depth];
	int r;

	if (l->depth == JSON_DEPTH_MAX)
		return fail(l, l->p, "deeper nesting", "at most 64 levels");
	*frame = (struct frame){.is_array = *l->p == '[', .first_key = l->keys.n};
	l->depth++;
	l->p++;
	r = frame->is_array ? lint_array(l, frame) : lint_object(l);
	if (r == 0)
		l->depth--;
	return r;
}

static int lint_value(struct lint *l)
{
	skip_space(l);
	switch (l->p < l->end ? *l->p : '\0') {
	case '{':
	case '[':
		return lint_container(l);
	case '"':
		l->p++;
		return lint_string(l, NULL);
	case 't':
		return lint_word(l, "true");
	case 'f':
		return lint_word(l, "false");
	case 'n':
		return lint_word(l, "null");
	case '-':
	case '0' ... '9':
		return lint_number(l);
	default:
		return fail_here(l, "a JSON value");
	}
}

static int lint_text(struct lint *l)
{
	int r = lint_value(l);

	if (r < 0)
		return r;
	skip_space(l);
	return l->p == l->end ? 0 : fail_here(l, "nothing behind the value");
}

int json_lint(const char *text, size_t size, const char *origin, struct err *e)
{
	struct lint l = {.text = text, .p = text, .end = text + size, .origin = origin, .e = e};
	int r = json_keys_init(&l.keys);

	if (r < 0)
		return fail_memory(&l);
	r = lint_text(&l);
	json_keys_finish(&l.keys);
	return r;
}
