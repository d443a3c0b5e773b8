/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	const void *member = host_member(h, field);

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

/* Where in the object the cursor is. */
struct place {
	struct host *h;
	char path[64]; /* "", or with a dot at its end: "kernel." */
};

static int take_int(const struct json_at *at, int64_t *ret)
{
	uint64_t value;
	int r = json_get_u64(at, 0, INT64_MAX, &value);

	if (r == 0)
		*ret = (int64_t)value;
	return r;
}

static int take_tristate(const struct json_at *at, enum tristate *ret)
{
	bool value;
	int r = json_get_bool(at, &value);

	if (r == 0)
		*ret = value ? TRISTATE_YES : TRISTATE_NO;
	return r;
}

static int take_field(const struct json_at *at, const struct host_field *field, struct host *h)
{
	void *member = host_member(h, field);

	switch (field->type) {
	case HOST_STRING:
		return json_dup_string(at, JSON_STRING_MAX, member);
	case HOST_INT:
		return take_int(at, member);
	case HOST_DOUBLE:
		return json_get_double(at, 0, 1e15, member);
	case HOST_TRISTATE:
		return take_tristate(at, member);
	case HOST_STRINGS:
		return json_get_strings(at, HOST_STRINGS_MAX, member,
					(size_t *)((char *)h + field->count_offset));
	}
	return json_refuse(at, "nothing: its type is unknown");
}

static int visit(const struct json_at *at, void *to)
{
	const struct place *place = to;
	struct place inner = {.h = place->h};
	int n = snprintf(inner.path, sizeof(inner.path), "%s%s.", place->path, at->key);

	if (n >= (int)sizeof(inner.path) || !at->value)
		return 0;
	for (size_t i = 0; i < host_n_fields; i++) {
		const char *path = host_fields[i].path;

		if (strncmp(path, inner.path, (size_t)n) == 0)
			return json_each_member(at, visit, &inner);
		if (strncmp(path, inner.path, (size_t)n - 1) == 0 && path[n - 1] == '\0')
			return take_field(at, &host_fields[i], place->h);
	}
	return 0;
}

int host_take_json(const struct json_at *at, struct host *ret)
{
	struct place place = {.h = ret};
	int r = json_each_member(at, visit, &place);

	return r == 0 && host_derive_grace_periods(ret) < 0 ? json_fail_memory(at) : r;
}
