/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const void *member_of(const struct host *h, const struct host_field *field)
{
	return (const char *)h + field->offset;
}

static void put_tristate(struct json_build *b, struct json_object *to, const char *key,
			 enum tristate value)
{
	if (value == TRISTATE_UNKNOWN)
		json_put_value(b, to, key, NULL);
	else
		json_put_bool(b, to, key, value == TRISTATE_YES);
}

static void put_field(struct json_build *b, struct json_object *to, const char *key,
		      const struct host *h, const struct host_field *field)
{
	const void *member = member_of(h, field);

	switch (field->type) {
	case HOST_STRING:
		json_put_string(b, to, key, *(char *const *)member);
		break;
	case HOST_INT:
		if (*(const int64_t *)member < 0)
			json_put_value(b, to, key, NULL);
		else
			json_put_i64(b, to, key, *(const int64_t *)member);
		break;
	case HOST_DOUBLE:
		if (*(const double *)member < 0)
			json_put_value(b, to, key, NULL);
		else
			json_put_double(b, to, key, *(const double *)member);
		break;
	case HOST_TRISTATE:
		put_tristate(b, to, key, *(const enum tristate *)member);
		break;
	case HOST_STRINGS:
		json_put_strings(b, to, key, *(char *const *const *)member,
				 *(const size_t *)((const char *)h + field->count_offset));
		break;
	}
}

/* The object that holds the path's last part, made where it is missing; `*path` moves there. */
static struct json_object *enter(struct json_build *b, struct json_object *to, const char **path)
{
	const char *dot;

	while (!b->failed && (dot = strchr(*path, '.'))) {
		char key[32];
		struct json_object *next;

		snprintf(key, sizeof(key), "%.*s", (int)(dot - *path), *path);
		if (!json_object_object_get_ex(to, key, &next))
			next = json_put_object(b, to, key);
		to = next;
		*path = dot + 1;
	}
	return to;
}

void host_put_json(struct json_build *b, struct json_object *to, const struct host *h)
{
	for (size_t i = 0; i < host_n_fields && !b->failed; i++) {
		const char *key = host_fields[i].path;
		struct json_object *object = enter(b, to, &key);

		put_field(b, object, key, h, &host_fields[i]);
	}
}
