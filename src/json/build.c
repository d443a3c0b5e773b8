/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/build.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "json/print.h"

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
static void put_new(struct json_build *b, struct json_object *to, const char *key,
		    struct json_object *value)
{
	b->failed |= !value;
	json_put_value(b, to, key, value);
}

struct json_object *json_put_object(struct json_build *b, struct json_object *to, const char *key)
{
	struct json_object *object = json_object_new_object();

	put_new(b, to, key, object);
	return b->failed ? NULL : object;
}

struct json_object *json_put_array(struct json_build *b, struct json_object *to, const char *key)
{
	struct json_object *array = json_object_new_array();

	put_new(b, to, key, array);
	return b->failed ? NULL : array;
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

int json_build_print(const struct json_build *b, struct json_object *root, FILE *to)
{
	_cleanup_free char *text = b->failed ? NULL : json_pretty(root, NULL);

	json_object_put(root);
	if (!text)
		return -ENOMEM;
	fputs(text, to);
	return 0;
}
