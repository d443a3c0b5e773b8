/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "json/quoted.h"
#include "json/read.h"

struct parser {
	const struct json_doc *doc;
	const char *p, *end;
	struct err *e;
	size_t depth, values;
	const struct json_at *sought; /* NULL: nothing */
	const char *found;            /* where it begins, or its nearest parent so far */
};

static int fail(struct parser *s, const struct json_at *at, const char *where, const char *found,
		const char *allowed)
{
	char origin[JSON_ORIGIN_SIZE], path[JSON_PATH_SIZE];
	const char *start;
	size_t line = json_line(s->doc, where, &start);

	return err_set(s->e, EXIT_USAGE, EINVAL, "%s:%zu:%zu: %s: found %s, allowed: %s",
		       json_origin(s->doc->origin, origin), line, (size_t)(where - start) + 1,
		       json_path(at, path), found, allowed);
}

static int fail_here(struct parser *s, const struct json_at *at, const char *allowed)
{
	char found[48];
	int n = 0;

	while (n < 24 && s->p + n < s->end && isalnum((unsigned char)s->p[n]))
		n++;
	if (s->p == s->end)
		strcpy(found, "the end of the text");
	else if (n || isprint((unsigned char)*s->p))
		snprintf(found, sizeof(found), "'%.*s'", n ? n : 1, s->p);
	else
		snprintf(found, sizeof(found), "byte 0x%02x", (unsigned char)*s->p);
	return fail(s, at, s->p, found, allowed);
}

static int fail_memory(struct parser *s)
{
	char origin[JSON_ORIGIN_SIZE];

	return err_set(s->e, EXIT_FAULT, ENOMEM, "%s: out of memory",
		       json_origin(s->doc->origin, origin));
}

static void skip_space(struct parser *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static bool accept(struct parser *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static int keep(struct parser *s, struct json_object *value, struct json_object **ret)
{
	*ret = value;
	return value ? 0 : fail_memory(s);
}

/* The number from `start` to s->p, unless storing it would make another number of it. */
static int keep_number(struct parser *s, const struct json_at *at, const char *start,
		       bool is_integer, struct json_object **ret)
{
	char buf[JSON_NUMBER_MAX + 1], found[JSON_NUMBER_MAX + 1];
	size_t length = (size_t)(s->p - start);
	struct json_object *value;
	double real;

	snprintf(found, sizeof(found), "%.*s", (int)(length > 40 ? 40 : length), start);
	if (length > JSON_NUMBER_MAX)
		return fail(s, at, start, found, "a number of at most 64 characters");
	memcpy(buf, start, length);
	buf[length] = '\0';
	errno = 0;
	if (!is_integer) {
		real = strtod(buf, NULL);
		if (!isfinite(real))
			return fail(s, at, start, found, "a number that a double can hold");
		return keep(s, json_object_new_double_s(real, buf), ret);
	}
	value = buf[0] == '-' ? json_object_new_int64(strtoll(buf, NULL, 10))
			      : json_object_new_uint64(strtoull(buf, NULL, 10));
	if (errno != ERANGE)
		return keep(s, value, ret);
	json_object_put(value);
	return fail(s, at, start, found, "an integer from -2^63 to 2^64 - 1");
}

static bool skip_digits(struct parser *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start;
}

static int parse_number(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	const char *start = s->p;
	bool is_integer = true;

	accept(s, '-');
	if (accept(s, '0')) {
		if (s->p < s->end && isdigit((unsigned char)*s->p))
			return fail_here(s, at, "no digit behind a leading zero");
	} else if (!skip_digits(s)) {
		return fail_here(s, at, "a digit");
	}
	if (accept(s, '.')) {
		is_integer = false;
		if (!skip_digits(s))
			return fail_here(s, at, "a digit");
	}
	if (accept(s, 'e') || accept(s, 'E')) {
		is_integer = false;
		if (!accept(s, '+'))
			accept(s, '-');
		if (!skip_digits(s))
			return fail_here(s, at, "a digit");
	}
	return keep_number(s, at, start, is_integer, ret);
}

/* From behind the opening quote; `to` is emptied first. */
static int parse_quoted(struct parser *s, const struct json_at *at, struct printbuf *to)
{
	const char *problem;

	printbuf_reset(to);
	problem = json_quoted_scan(&s->p, s->end, to);
	if (!problem)
		return 0;
	return strcmp(problem, "memory") == 0 ? fail_memory(s) : fail_here(s, at, problem);
}

static int parse_string(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	struct printbuf *text = printbuf_new();
	int r = text ? parse_quoted(s, at, text) : fail_memory(s);

	if (r == 0)
		r = keep(s, json_object_new_string_len(text->buf, text->bpos), ret);
	printbuf_free(text);
	return r;
}

static int parse_word(struct parser *s, const struct json_at *at, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(s->end - s->p) < length || memcmp(s->p, word, length) != 0)
		return fail_here(s, at, "a JSON value");
	s->p += length;
	return 0;
}

static int parse_value(struct parser *s, const struct json_at *at, struct json_object **ret);

/* From behind a key to behind the member's value. */
static int parse_member(struct parser *s, const struct json_at *at, const char *where,
			struct json_object *object)
{
	struct json_object *value = NULL;
	char found[64];
	int r;

	if (json_object_object_get_ex(object, at->key, NULL)) {
		snprintf(found, sizeof(found), "the key \"%.40s\" again", at->key);
		return fail(s, at->parent, where, found, "each key once");
	}
	skip_space(s);
	if (!accept(s, ':'))
		return fail_here(s, at, "':'");
	r = parse_value(s, at, &value);
	if (r == 0 && json_object_object_add(object, at->key, value) < 0) {
		json_object_put(value);
		r = fail_memory(s);
	}
	return r;
}

/*
 * From behind the opening brace. Keys are read into the two buffers in turn, because messages about
 * what follows a member name its key.
 */
static int parse_members(struct parser *s, const struct json_at *at, struct printbuf *keys[2],
			 struct json_object *object)
{
	struct json_at member = {.parent = at};
	const struct json_at *latest = at;

	for (int turn = 0;; turn = !turn) {
		const char *where;
		int r;

		skip_space(s);
		where = s->p;
		if (!accept(s, '"'))
			return fail_here(s, latest, "a key in double quotes");
		r = parse_quoted(s, latest, keys[turn]);
		if (r < 0)
			return r;
		member.key = keys[turn]->buf;
		latest = &member;
		r = parse_member(s, &member, where, object);
		if (r < 0)
			return r;
		skip_space(s);
		if (!accept(s, ','))
			return accept(s, '}') ? 0 : fail_here(s, latest, "',' or '}'");
	}
}

static int parse_object(struct parser *s, const struct json_at *at, struct json_object *object)
{
	struct printbuf *keys[2];
	int r;

	skip_space(s);
	if (accept(s, '}'))
		return 0;
	keys[0] = printbuf_new();
	keys[1] = printbuf_new();
	r = keys[0] && keys[1] ? parse_members(s, at, keys, object) : fail_memory(s);
	printbuf_free(keys[0]);
	printbuf_free(keys[1]);
	return r;
}

static int parse_array(struct parser *s, const struct json_at *at, struct json_object *array)
{
	struct json_at element = {.parent = at};

	skip_space(s);
	if (accept(s, ']'))
		return 0;
	for (;; element.index++) {
		struct json_object *value = NULL;
		int r = parse_value(s, &element, &value);

		if (r < 0)
			return r;
		if (json_object_array_add(array, value) < 0) {
			json_object_put(value);
			return fail_memory(s);
		}
		skip_space(s);
		if (!accept(s, ','))
			return accept(s, ']') ? 0 : fail_here(s, &element, "',' or ']'");
	}
}

static int parse_container(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	bool is_array = *s->p == '[';
	struct json_object *value;
	int r;

	if (s->depth == JSON_DEPTH_MAX)
		return fail(s, at, s->p, "deeper nesting", "at most 64 levels");
	value = is_array ? json_object_new_array_ext(2) : json_object_new_object();
	if (!value)
		return fail_memory(s);
	s->depth++;
	s->p++;
	r = is_array ? parse_array(s, at, value) : parse_object(s, at, value);
	s->depth--;
	if (r < 0)
		json_object_put(value);
	else
		*ret = value;
	return r;
}

static bool same_place(const struct json_at *a, const struct json_at *b)
{
	if (!a->parent || !b->parent)
		return !a->parent && !b->parent;
	if (!a->key != !b->key || (a->key ? strcmp(a->key, b->key) != 0 : a->index != b->index))
		return false;
	return same_place(a->parent, b->parent);
}

static void look_for(struct parser *s, const struct json_at *at)
{
	for (const struct json_at *sought = s->sought; sought; sought = sought->parent)
		if (same_place(at, sought))
			s->found = s->p;
}

static int parse_value(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	skip_space(s);
	if (s->sought)
		look_for(s, at);
	if (++s->values > JSON_VALUES_MAX)
		return fail(s, at, s->p, "more values", "at most 10 million");
	switch (s->p < s->end ? *s->p : '\0') {
	case '{':
	case '[':
		return parse_container(s, at, ret);
	case '"':
		s->p++;
		return parse_string(s, at, ret);
	case 't':
		return parse_word(s, at, "true") ?: keep(s, json_object_new_boolean(true), ret);
	case 'f':
		return parse_word(s, at, "false") ?: keep(s, json_object_new_boolean(false), ret);
	case 'n':
		return parse_word(s, at, "null");
	case '-':
	case '0' ... '9':
		return parse_number(s, at, ret);
	default:
		return fail_here(s, at, "a JSON value");
	}
}

int json_doc_init(struct json_doc *doc, const char *text, size_t size, const char *origin,
		  struct err *e)
{
	struct json_doc d = {.origin = origin, .text = text, .size = size};
	struct parser s = {.doc = &d, .p = text, .end = text + size, .e = e};
	struct json_at root = {.doc = &d};
	char buf[JSON_ORIGIN_SIZE];
	int r;

	if (size > INT32_MAX)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: larger than 2 GiB",
			       json_origin(origin, buf));
	r = parse_value(&s, &root, &d.root);
	skip_space(&s);
	if (r == 0 && s.p < s.end) {
		json_object_put(d.root);
		r = fail_here(&s, &root, "nothing behind the value");
	}
	if (r == 0)
		*doc = d;
	return r;
}

const char *json_locate(const struct json_at *at)
{
	const struct json_doc *doc = at->doc;
	struct parser s = {.doc = doc,
			   .p = doc->text,
			   .end = doc->text + doc->size,
			   .sought = at,
			   .found = doc->text};
	struct json_at root = {.doc = doc};
	struct json_object *value = NULL;

	parse_value(&s, &root, &value);
	json_object_put(value);
	return s.found;
}
