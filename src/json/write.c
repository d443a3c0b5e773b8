/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/write.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/num.h"

struct json_object *json_build_object(struct json_build *b)
{
	struct json_object *object = json_object_new_object();

	b->failed |= !object;
	return object;
}

void json_put_value(struct json_build *b, struct json_object *to, const char *key,
		    struct json_object *value)
{
	int r = -1;

	if (!b->failed)
		r = key ? json_object_object_add(to, key, value) : json_object_array_add(to, value);
	if (r < 0) {
		json_object_put(value);
		b->failed = true;
	}
}

/* As json_put_value(), for a value that is NULL only where memory ran out. */
static struct json_object *put_new(struct json_build *b, struct json_object *to, const char *key,
				   struct json_object *value)
{
	b->failed |= !value;
	json_put_value(b, to, key, value);
	return b->failed ? NULL : value;
}

struct json_object *json_put_object(struct json_build *b, struct json_object *to, const char *key)
{
	return put_new(b, to, key, json_object_new_object());
}

struct json_object *json_put_array(struct json_build *b, struct json_object *to, const char *key)
{
	return put_new(b, to, key, json_object_new_array());
}

void json_put_string(struct json_build *b, struct json_object *to, const char *key,
		     const char *text)
{
	_cleanup_free char *repaired = text ? utf8_repair(text) : NULL;

	if (!text)
		json_put_value(b, to, key, NULL);
	else
		put_new(b, to, key, repaired ? json_object_new_string(repaired) : NULL);
}

void json_put_u64(struct json_build *b, struct json_object *to, const char *key, uint64_t value)
{
	put_new(b, to, key, json_object_new_uint64(value));
}

void json_put_i64(struct json_build *b, struct json_object *to, const char *key, int64_t value)
{
	put_new(b, to, key, json_object_new_int64(value));
}

void json_put_bool(struct json_build *b, struct json_object *to, const char *key, bool value)
{
	put_new(b, to, key, json_object_new_boolean(value));
}

void json_put_double(struct json_build *b, struct json_object *to, const char *key, double value)
{
	if (isfinite(value))
		put_new(b, to, key, json_object_new_double(value));
	else
		json_put_value(b, to, key, NULL);
}

void json_put_strings(struct json_build *b, struct json_object *to, const char *key,
		      char *const *strings, size_t n)
{
	struct json_object *array = json_put_array(b, to, key);

	for (size_t i = 0; i < n; i++)
		json_put_string(b, array, NULL, strings[i]);
}

struct printer {
	FILE *to;
	bool pretty;
	bool failed; /* memory ran out */
	int depth;
};

/* As UTF-16, in two halves above the first plane. */
static void put_code_point(uint32_t c, FILE *to)
{
	if (c < 0x10000)
		fprintf(to, "\\u%04x", c);
	else
		fprintf(to, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

/* In files, which people look at on terminals, what must not be shown is escaped, too. */
static void put_quoted(const struct printer *p, const char *text)
{
	size_t length;

	putc('"', p->to);
	for (; *text; text += length) {
		bool hidden = escape_hides(text, &length);

		if ((hidden && p->pretty) || (unsigned char)*text < 0x20)
			put_code_point(utf8_decode(text, length), p->to);
		else if (*text == '"' || *text == '\\')
			fprintf(p->to, "\\%c", *text);
		else
			fwrite(text, 1, length, p->to);
	}
	putc('"', p->to);
}

static void new_line(const struct printer *p)
{
	if (p->pretty)
		fprintf(p->to, "\n%*s", p->depth * 2, "");
}

/* Numbers only. */
static bool is_row(struct json_object *array)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *value = json_object_array_get_idx(array, i);

		if (!json_object_is_type(value, json_type_int) &&
		    !json_object_is_type(value, json_type_double))
			return false;
	}
	return true;
}

static void put_value(struct printer *p, struct json_object *value);

static void put_array(struct printer *p, struct json_object *array)
{
	bool row = is_row(array);

	putc('[', p->to);
	p->depth++;
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		if (i)
			fputs(p->pretty && row ? ", " : ",", p->to);
		if (!row)
			new_line(p);
		put_value(p, json_object_array_get_idx(array, i));
	}
	p->depth--;
	if (!row)
		new_line(p);
	putc(']', p->to);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_object(struct printer *p, struct json_object *object)
{
	size_t n = (size_t)json_object_object_length(object), i = 0;
	_cleanup_free const char **keys = calloc(n + 1, sizeof(*keys));

	p->failed |= !keys;
	if (!keys)
		return;
	json_object_object_foreach(object, key, member)
	{
		(void)member;
		keys[i++] = key;
	}
	if (!p->pretty)
		qsort(keys, n, sizeof(*keys), by_bytes);
	putc('{', p->to);
	p->depth++;
	for (i = 0; i < n; i++) {
		if (i)
			putc(',', p->to);
		new_line(p);
		put_quoted(p, keys[i]);
		fputs(p->pretty ? ": " : ":", p->to);
		put_value(p, json_object_object_get(object, keys[i]));
	}
	p->depth--;
	if (n)
		new_line(p);
	putc('}', p->to);
}

static void put_value(struct printer *p, struct json_object *value)
{
	char buf[NUM_TEXT_SIZE];

	switch (json_object_get_type(value)) {
	case json_type_object:
		put_object(p, value);
		break;
	case json_type_array:
		put_array(p, value);
		break;
	case json_type_string:
		put_quoted(p, json_object_get_string(value));
		break;
	case json_type_double:
		fputs(num_format_double(json_object_get_double(value), buf), p->to);
		break;
	case json_type_int:
		if (json_object_get_int64(value) < 0)
			fprintf(p->to, "%" PRId64, json_object_get_int64(value));
		else
			fprintf(p->to, "%" PRIu64, json_object_get_uint64(value));
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(value) ? "true" : "false", p->to);
		break;
	case json_type_null:
		fputs("null", p->to);
	}
}

static char *print(struct json_object *value, bool pretty, size_t *ret_size)
{
	char *text = NULL;
	size_t size;
	struct printer p = {.to = open_memstream(&text, &size), .pretty = pretty};

	if (!p.to)
		return NULL;
	put_value(&p, value);
	if (pretty)
		putc('\n', p.to);
	p.failed |= ferror(p.to);
	p.failed |= fclose(p.to) != 0;
	if (p.failed) {
		free(text);
		return NULL;
	}
	if (ret_size)
		*ret_size = size;
	return text;
}

char *json_canonical(struct json_object *value)
{
	return print(value, false, NULL);
}

int json_build_text(const struct json_build *b, struct json_object *root, char **ret_text,
		    size_t *ret_size)
{
	char *text = b->failed ? NULL : print(root, true, ret_size);

	json_object_put(root);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

int json_build_print(const struct json_build *b, struct json_object *root, FILE *to)
{
	_cleanup_free char *text = NULL;
	int r = json_build_text(b, root, &text, NULL);

	if (r == 0)
		fputs(text, to);
	return r;
}
