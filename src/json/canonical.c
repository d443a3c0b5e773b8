/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/canonical.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "json/scalar.h"

static bool put_value(struct json_object *value, FILE *to);

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool put_object(struct json_object *object, FILE *to)
{
	size_t n = (size_t)json_object_object_length(object), i = 0;
	_cleanup_free const char **keys = calloc(n + 1, sizeof(*keys));

	if (!keys)
		return false;
	json_object_object_foreach(object, key, member)
	{
		(void)member;
		keys[i++] = key;
	}
	qsort(keys, n, sizeof(*keys), by_bytes);
	putc('{', to);
	for (i = 0; i < n; i++) {
		if (i)
			putc(',', to);
		json_put_quoted(keys[i], to);
		putc(':', to);
		if (!put_value(json_object_object_get(object, keys[i]), to))
			return false;
	}
	putc('}', to);
	return true;
}

static bool put_array(struct json_object *array, FILE *to)
{
	putc('[', to);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		if (i)
			putc(',', to);
		if (!put_value(json_object_array_get_idx(array, i), to))
			return false;
	}
	putc(']', to);
	return true;
}

static bool put_value(struct json_object *value, FILE *to)
{
	switch (json_object_get_type(value)) {
	case json_type_object:
		return put_object(value, to);
	case json_type_array:
		return put_array(value, to);
	default:
		json_put_scalar(value, to);
		return true;
	}
}

char *json_canonical(struct json_object *value)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	bool ok;

	if (!to)
		return NULL;
	ok = put_value(value, to) && !ferror(to);
	if (fclose(to) != 0 || !ok) {
		free(text);
		return NULL;
	}
	return text;
}
