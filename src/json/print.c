/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/print.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/num.h"

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

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static void put_scalar(const struct printer *p, struct json_object *value)
{
	char buf[NUM_TEXT_SIZE];

	if (json_object_is_type(value, json_type_string))
		put_quoted(p, json_object_get_string(value));
	else if (json_object_is_type(value, json_type_double))
		fputs(num_format_double(json_object_get_double(value), buf), p->to);
	else if (json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0)
		fprintf(p->to, "%" PRIu64, json_object_get_uint64(value));
	else if (json_object_is_type(value, json_type_int))
		fprintf(p->to, "%" PRId64, json_object_get_int64(value));
	else if (!value)
		fputs("null", p->to);
	else
		fputs(json_object_get_boolean(value) ? "true" : "false", p->to);
}

static void new_line(const struct printer *p)
{
	if (p->pretty)
		fprintf(p->to, "\n%*s", p->depth * 2, "");
}

/* Numbers only. */
static bool is_row(struct json_object *array)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (!is_number(json_object_array_get_idx(array, i)))
			return false;
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
	if (json_object_is_type(value, json_type_object))
		put_object(p, value);
	else if (json_object_is_type(value, json_type_array))
		put_array(p, value);
	else
		put_scalar(p, value);
}

static char *print(struct json_object *value, bool pretty, size_t *ret_size)
{
	char *text = NULL;
	struct printer p = {.to = open_memstream(&text, ret_size), .pretty = pretty};

	if (!p.to)
		return NULL;
	put_value(&p, value);
	if (pretty)
		putc('\n', p.to);
	p.failed |= ferror(p.to);
	p.failed |= fclose(p.to) != 0;
	if (!p.failed)
		return text;
	free(text);
	return NULL;
}

char *json_pretty(struct json_object *value, size_t *ret_size)
{
	size_t size;

	return print(value, true, ret_size ? ret_size : &size);
}

char *json_canonical(struct json_object *value)
{
	size_t size;

	return print(value, false, &size);
}
