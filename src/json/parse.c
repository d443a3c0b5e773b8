/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/printbuf.h>

#include "base/escape.h"
#include "json/read.h"

struct parser {
	const char *p, *end;
	size_t depth, values;
	const struct json_at *sought; /* NULL: nothing */
	const char *found;            /* where it begins, or its nearest parent so far */
	struct printbuf *text;        /* of the string under way */
	bool no_memory;               /* for it */
};

static int fail_here(const struct parser *s, const struct json_at *at, const char *allowed)
{
	char found[48] = "the end of the text";
	int n = 0;

	while (n < 24 && s->p + n < s->end && isalnum((unsigned char)s->p[n]))
		n++;
	if (s->p < s->end && (n || isprint((unsigned char)*s->p)))
		snprintf(found, sizeof(found), "'%.*s'", n ? n : 1, s->p);
	else if (s->p < s->end)
		snprintf(found, sizeof(found), "byte 0x%02x", (unsigned char)*s->p);
	return json_fail_parse(at, s->p, found, allowed);
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

static void append(struct parser *s, const char *bytes, size_t n)
{
	s->no_memory |= printbuf_memappend(s->text, bytes, (int)n) < 0;
}

static int keep(const struct json_at *at, struct json_object *value, struct json_object **ret)
{
	*ret = value;
	return value ? 0 : json_fail_memory(at);
}

/* The number from `start` to s->p, unless storing it would make another number of it. */
static int keep_number(struct parser *s, const struct json_at *at, const char *start,
		       struct json_object **ret)
{
	size_t length = (size_t)(s->p - start);
	bool fits = length <= JSON_NUMBER_MAX, is_negative = *start == '-';
	char buf[JSON_NUMBER_MAX + 1];
	uint64_t whole;

	*stpncpy(buf, start, fits ? length : 40) = '\0';
	if (!fits)
		return json_fail_parse(at, start, buf, "a number of at most 64 characters");
	if (strpbrk(buf, ".eE") && !isfinite(strtod(buf, NULL)))
		return json_fail_parse(at, start, buf, "a number that a double can hold");
	if (strpbrk(buf, ".eE"))
		return keep(at, json_object_new_double_s(strtod(buf, NULL), buf), ret);
	errno = 0;
	whole = is_negative ? (uint64_t)strtoll(buf, NULL, 10) : strtoull(buf, NULL, 10);
	if (errno == ERANGE)
		return json_fail_parse(at, start, buf, "an integer from -2^63 to 2^64 - 1");
	return keep(at,
		    is_negative ? json_object_new_int64((int64_t)whole)
				: json_object_new_uint64(whole),
		    ret);
}

static int skip_digits(struct parser *s, const struct json_at *at)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start ? 0 : fail_here(s, at, "a digit");
}

static int parse_number(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	const char *start = s->p;
	int r = 0;

	accept(s, '-');
	if (!accept(s, '0'))
		r = skip_digits(s, at);
	else if (s->p < s->end && isdigit((unsigned char)*s->p))
		r = fail_here(s, at, "no digit behind a leading zero");
	if (r == 0 && accept(s, '.'))
		r = skip_digits(s, at);
	if (r == 0 && (accept(s, 'e') || accept(s, 'E'))) {
		if (!accept(s, '+'))
			accept(s, '-');
		r = skip_digits(s, at);
	}
	return r < 0 ? r : keep_number(s, at, start, ret);
}

/* Four hexadecimal digits, or -1. */
static int32_t scan_hex(struct parser *s)
{
	char digits[5] = "";

	for (int i = 0; i < 4; i++, s->p++) {
		if (s->p == s->end || !isxdigit((unsigned char)*s->p))
			return -1;
		digits[i] = *s->p;
	}
	return (int32_t)strtol(digits, NULL, 16);
}

/* Half of a pair: the first begin at 0xd800, the second at 0xdc00. */
static bool is_half(int32_t c, int32_t first)
{
	return c >= first && c < first + 0x400;
}

/* From behind "\u". */
static int scan_unicode(struct parser *s, const struct json_at *at)
{
	const char *start = s->p - 2;
	int32_t c = scan_hex(s), low = 0;
	char bytes[UTF8_LENGTH_MAX];

	if (is_half(c, 0xd800) && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u') {
		s->p += 2;
		low = scan_hex(s);
	}
	if (c < 0 || low < 0)
		return fail_here(s, at, "four hexadecimal digits");
	if (c == 0 || is_half(c, 0xd800) != is_half(low, 0xdc00) || is_half(c, 0xdc00)) {
		s->p = start;
		return fail_here(s, at, c ? "surrogates in pairs only" : "no NUL in a string");
	}
	if (low)
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	append(s, bytes, utf8_encode((uint32_t)c, bytes));
	return 0;
}

/* From behind the backslash. */
static int scan_escape(struct parser *s, const struct json_at *at)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (s->p == s->end)
		return fail_here(s, at, "an escape");
	if (accept(s, 'u'))
		return scan_unicode(s, at);
	found = *s->p ? strchr(letters, *s->p) : NULL;
	if (!found)
		return fail_here(s, at, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
	s->p++;
	append(s, &meanings[found - letters], 1);
	return 0;
}

/* To the next quote, backslash or fault. */
static void skip_plain(struct parser *s)
{
	size_t n = 1;

	for (; n && s->p < s->end && *s->p != '"' && *s->p != '\\'; s->p += n) {
		unsigned char c = (unsigned char)*s->p;

		n = c < 0x20 ? 0 : c < 0x80 ? 1 : utf8_length(s->p, (size_t)(s->end - s->p));
	}
}

/* From behind the opening quote to behind the closing one. */
static int scan_string(struct parser *s, const struct json_at *at)
{
	for (;;) {
		const char *start = s->p;

		skip_plain(s);
		append(s, start, (size_t)(s->p - start));
		if (accept(s, '"'))
			return 0;
		if (!accept(s, '\\'))
			return fail_here(s, at,
					 s->p == s->end ? "a closing '\"'"
					 : (unsigned char)*s->p < 0x20
						 ? "control characters as escapes only"
						 : "UTF-8");
		if (scan_escape(s, at) < 0)
			return -EINVAL;
	}
}

static int parse_string(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	printbuf_reset(s->text);
	if (scan_string(s, at) < 0)
		return -EINVAL;
	if (s->no_memory)
		return json_fail_memory(at);
	return keep(at, json_object_new_string_len(s->text->buf, s->text->bpos), ret);
}

static int parse_word(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	static const char *const words[] = {"false", "true", "null"};

	for (int i = 0; i < 3; i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(s->end - s->p) < length || memcmp(s->p, words[i], length) != 0)
			continue;
		s->p += length;
		return i == 2 ? 0 : keep(at, json_object_new_boolean(i), ret);
	}
	return fail_here(s, at, "a JSON value");
}

static int parse_value(struct parser *s, const struct json_at *at, struct json_object **ret);

/* From behind a key, which began at `where`, to behind the member's value. */
static int parse_member(struct parser *s, const struct json_at *at, const char *where,
			struct json_object *object)
{
	struct json_object *value = NULL;
	char found[64];
	int r;

	if (json_object_object_get_ex(object, at->key, NULL)) {
		snprintf(found, sizeof(found), "the key \"%.40s\" again", at->key);
		return json_fail_parse(at->parent, where, found, "each key once");
	}
	skip_space(s);
	if (!accept(s, ':'))
		return fail_here(s, at, "':'");
	r = parse_value(s, at, &value);
	if (r == 0 &&
	    json_object_object_add_ex(object, at->key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW) < 0) {
		json_object_put(value);
		r = json_fail_memory(at);
	}
	return r;
}

/* Messages about what follows a member name its key. */
static int parse_members(struct parser *s, const struct json_at *at, struct json_object *object)
{
	struct json_at member = {.doc = at->doc, .e = at->e, .parent = at};
	struct json_object *key = NULL, *next;
	int r;

	do {
		const struct json_at *latest = key ? &member : at;
		const char *where;

		skip_space(s);
		where = s->p;
		r = accept(s, '"') ? parse_string(s, latest, &next)
				   : fail_here(s, latest, "a key in double quotes");
		if (r < 0)
			break;
		json_object_put(key);
		key = next;
		member.key = json_object_get_string(key);
		r = parse_member(s, &member, where, object);
		skip_space(s);
	} while (r == 0 && accept(s, ','));
	if (r == 0 && !accept(s, '}'))
		r = fail_here(s, &member, "',' or '}'");
	json_object_put(key);
	return r;
}

static int parse_elements(struct parser *s, const struct json_at *at, struct json_object *array)
{
	struct json_at element = {.doc = at->doc, .e = at->e, .parent = at};

	for (;; element.index++) {
		struct json_object *value = NULL;
		int r = parse_value(s, &element, &value);

		if (r < 0)
			return r;
		if (json_object_array_add(array, value) < 0) {
			json_object_put(value);
			return json_fail_memory(at);
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
	int r = 0;

	if (s->depth == JSON_DEPTH_MAX)
		return json_fail_parse(at, s->p, "deeper nesting", "at most 64 levels");
	value = is_array ? json_object_new_array_ext(2) : json_object_new_object();
	if (!value)
		return json_fail_memory(at);
	s->depth++;
	s->p++;
	skip_space(s);
	if (!accept(s, is_array ? ']' : '}'))
		r = is_array ? parse_elements(s, at, value) : parse_members(s, at, value);
	s->depth--;
	if (r < 0)
		json_object_put(value);
	else
		*ret = value;
	return r;
}

static int parse_value(struct parser *s, const struct json_at *at, struct json_object **ret)
{
	skip_space(s);
	if (s->sought && json_is_within(s->sought, at))
		s->found = s->p;
	if (++s->values > JSON_VALUES_MAX)
		return json_fail_parse(at, s->p, "more values", "at most 10 million");
	switch (s->p < s->end ? *s->p : '\0') {
	case '{':
	case '[':
		return parse_container(s, at, ret);
	case '"':
		s->p++;
		return parse_string(s, at, ret);
	case '-':
	case '0' ... '9':
		return parse_number(s, at, ret);
	default:
		return parse_word(s, at, ret);
	}
}

/* The whole text, *ret even on failure; `sought` may be NULL, else *ret_found is its begin. */
static int parse(const struct json_at *root, const struct json_at *sought, const char **ret_found,
		 struct json_object **ret)
{
	const struct json_doc *doc = root->doc;
	struct parser s = {.p = doc->text,
			   .end = doc->text + doc->size,
			   .sought = sought,
			   .found = doc->text,
			   .text = printbuf_new()};
	int r = s.text ? parse_value(&s, root, ret) : json_fail_memory(root);

	skip_space(&s);
	if (r == 0 && s.p < s.end)
		r = fail_here(&s, root, "nothing behind the value");
	printbuf_free(s.text);
	*ret_found = s.found;
	return r;
}

int json_doc_init(struct json_doc *doc, const char *text, size_t size, const char *origin,
		  struct err *e)
{
	struct json_doc d = {.origin = origin, .text = text, .size = size};
	int r;

	if (size > INT32_MAX)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: larger than 2 GiB",
			       json_origin(origin, (char[JSON_ORIGIN_SIZE]){0}));
	r = parse(&(struct json_at){.doc = &d, .e = e}, NULL, &(const char *){NULL}, &d.root);
	if (r == 0)
		*doc = d;
	else
		json_doc_finish(&d);
	return r;
}

const char *json_locate(const struct json_at *at)
{
	struct json_object *value = NULL;
	const char *found;

	parse(&(struct json_at){.doc = at->doc}, at, &found, &value);
	json_object_put(value);
	return found;
}
