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
	case HOST_REGIME:
		json_put_string(b, to, key, lock_regime_names[*(const enum lock_regime *)member]);
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

static int get_string(const struct json_at *at, char **ret)
{
	const char *text;
	char *copy;
	int r = json_get_string(at, HOST_STRING_MAX, &text);

	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return err_set(at->e, EXIT_FAULT, ENOMEM, "out of memory");

	*ret = copy;
	return 0;
}

static int get_strings(const struct json_at *at, char ***ret, size_t *ret_n)
{
	size_t n;
	int r = json_want_array(at, 0, HOST_STRINGS_MAX, &n);

	if (r < 0 || n == 0)
		return r;
	*ret = calloc(n, sizeof(**ret));
	if (!*ret)
		return err_set(at->e, EXIT_FAULT, ENOMEM, "out of memory");
	*ret_n = n;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);

		r = get_string(&element, &(*ret)[i]);
	}
	return r;
}

static int get_int(const struct json_at *at, int64_t *ret)
{
	uint64_t value;
	int r = json_get_u64(at, 0, INT64_MAX, &value);

	if (r == 0)
		*ret = (int64_t)value;
	return r;
}

static int get_tristate(const struct json_at *at, enum tristate *ret)
{
	bool value;
	int r = json_get_bool(at, &value);

	if (r == 0)
		*ret = value ? TRISTATE_YES : TRISTATE_NO;
	return r;
}

static int get_regime(const struct json_at *at, enum lock_regime *ret)
{
	size_t index;
	int r = json_get_choice(at, lock_regime_names,
				sizeof(lock_regime_names) / sizeof(lock_regime_names[0]), &index);

	if (r == 0)
		*ret = (enum lock_regime)index;
	return r;
}

static int get_field(const struct json_at *at, const struct host_field *field, struct host *h)
{
	void *member = (char *)h + field->offset;

	switch (field->type) {
	case HOST_STRING:
		return get_string(at, member);
	case HOST_INT:
		return get_int(at, member);
	case HOST_DOUBLE:
		return json_get_double(at, 0, 1e15, member);
	case HOST_TRISTATE:
		return get_tristate(at, member);
	case HOST_REGIME:
		return get_regime(at, member);
	case HOST_STRINGS:
		return get_strings(at, member, (size_t *)((char *)h + field->count_offset));
	}
	return -EINVAL;
}

/* Down one part of the path per call, so that each place has its parent on the stack. */
static int descend(const struct json_at *at, const char *path, const struct host_field *field,
		   struct host *h)
{
	const char *dot = strchr(path, '.');
	struct json_at member;
	char key[32];

	if (at->present && !at->value)
		return 0; /* null: all of it is unknown */
	snprintf(key, sizeof(key), "%.*s", (int)(dot ? dot - path : (int)strlen(path)), path);
	member = json_member(at, key);
	if (!member.present || !member.value)
		return 0;
	if (!dot)
		return get_field(&member, field, h);
	if (!json_object_is_type(member.value, json_type_object))
		return json_refuse(&member, "an object");
	return descend(&member, dot + 1, field, h);
}

int host_from_json(const struct json_at *at, struct host *ret)
{
	int r = json_want_object(at, NULL, 0);

	for (size_t i = 0; r == 0 && i < host_n_fields; i++)
		r = descend(at, host_fields[i].path, &host_fields[i], ret);
	return r;
}
