/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/pretty.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "json/scalar.h"

enum { COLUMNS = 100, INDENT = 2 };

struct pretty {
	FILE *to;
	int depth;
};

static void new_line(struct pretty *p)
{
	fprintf(p->to, "\n%*s", p->depth * INDENT, "");
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

/* Numbers only, or arrays of numbers only. */
static bool is_dense(struct json_object *array, bool nested)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *element = json_object_array_get_idx(array, i);

		if (is_number(element))
			continue;
		if (nested || !json_object_is_type(element, json_type_array) ||
		    !is_dense(element, true))
			return false;
	}
	return true;
}

/* Room for "[9223372036854775807,18446744073709551615]", the longest bucket there is. */
enum { ELEMENT_SIZE = 64 };

/* Returns the length, or 0 where it does not fit. */
static size_t render_element(struct json_object *element, char buf[ELEMENT_SIZE])
{
	size_t n = 1, length;

	if (is_number(element))
		return json_number_text(element, buf, ELEMENT_SIZE);
	buf[0] = '[';
	for (size_t i = 0; i < json_object_array_length(element); i++) {
		if (i)
			buf[n++] = ',';
		length = json_number_text(json_object_array_get_idx(element, i), buf + n,
					  ELEMENT_SIZE - n);
		if (length == 0 || n + length + 3 > ELEMENT_SIZE)
			return 0;
		n += length;
	}
	buf[n++] = ']';
	buf[n] = '\0';
	return n;
}

static void put_value(struct pretty *p, struct json_object *value);

static void put_element(struct pretty *p, struct json_object *element, bool first, size_t *column)
{
	char buf[ELEMENT_SIZE];
	size_t n = render_element(element, buf);

	if (!first)
		putc(',', p->to);
	if (n == 0) {
		put_value(p, element);
		return;
	}
	if (first || *column + n + 2 > COLUMNS) {
		new_line(p);
		*column = (size_t)p->depth * INDENT;
	} else {
		putc(' ', p->to);
		(*column)++;
	}
	fwrite(buf, 1, n, p->to);
	*column += n + 1;
}

static void put_dense(struct pretty *p, struct json_object *array)
{
	size_t column = 0;

	for (size_t i = 0; i < json_object_array_length(array); i++)
		put_element(p, json_object_array_get_idx(array, i), i == 0, &column);
}

static void put_array(struct pretty *p, struct json_object *array)
{
	size_t n = json_object_array_length(array);

	putc('[', p->to);
	p->depth++;
	if (is_dense(array, false))
		put_dense(p, array);
	else
		for (size_t i = 0; i < n; i++) {
			if (i)
				putc(',', p->to);
			new_line(p);
			put_value(p, json_object_array_get_idx(array, i));
		}
	p->depth--;
	if (n)
		new_line(p);
	putc(']', p->to);
}

static void put_object(struct pretty *p, struct json_object *object)
{
	bool first = true;

	putc('{', p->to);
	p->depth++;
	json_object_object_foreach(object, key, member)
	{
		if (!first)
			putc(',', p->to);
		first = false;
		new_line(p);
		json_put_shown(key, p->to);
		fputs(": ", p->to);
		put_value(p, member);
	}
	p->depth--;
	if (!first)
		new_line(p);
	putc('}', p->to);
}

static void put_value(struct pretty *p, struct json_object *value)
{
	if (json_object_is_type(value, json_type_object))
		put_object(p, value);
	else if (json_object_is_type(value, json_type_array))
		put_array(p, value);
	else if (json_object_is_type(value, json_type_string))
		json_put_shown(json_object_get_string(value), p->to);
	else
		json_put_scalar(value, p->to);
}

char *json_pretty(struct json_object *value, size_t *ret_size)
{
	char *text = NULL;
	size_t size = 0;
	struct pretty p = {.to = open_memstream(&text, &size)};
	bool failed;

	if (!p.to)
		return NULL;
	put_value(&p, value);
	putc('\n', p.to);
	failed = ferror(p.to);
	if (fclose(p.to) != 0 || failed) {
		free(text);
		return NULL;
	}
	if (ret_size)
		*ret_size = size;
	return text;
}
