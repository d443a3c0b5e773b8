/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects by a table of their keys. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"

int json_get_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *to)
{
	int r = json_want_object(at, NULL, 0);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at member = json_member(at, fields[i].key);

		if (!fields[i].take)
			continue;
		if (!member.present && fields[i].required)
			return json_complain(at, "found no key \"%s\", which is required",
					     fields[i].key);
		if (member.present && (member.value || !fields[i].nullable))
			r = fields[i].take(&member, &fields[i], to);
	}
	return r;
}

int json_get_known_fields(const struct json_at *at, const struct json_field *fields, size_t n,
			  void *to)
{
	const char *keys[JSON_FIELDS_MAX] = {NULL};
	int r;

	for (size_t i = 0; i < n; i++)
		keys[i] = fields[i].key;
	r = json_want_object(at, keys, n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at member = json_member(at, fields[i].key);

		if (fields[i].take && (member.present || fields[i].required))
			r = fields[i].take(&member, &fields[i], to);
	}
	return r;
}

static void *member_of(const struct json_field *field, void *to)
{
	return (char *)to + field->offset;
}

int json_field_u64(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_get_u64(at, field->min, field->max, member_of(field, to));
}

int json_field_double(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_get_double(at, (double)field->min, field->max ? (double)field->max : DBL_MAX,
			       member_of(field, to));
}

int json_field_bool(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_get_bool(at, member_of(field, to));
}

int json_field_text(const struct json_at *at, const struct json_field *field, void *to)
{
	const char *text;
	int r = json_get_string(at, field->max, &text);

	if (r == 0)
		strcpy(member_of(field, to), text);
	return r;
}

int json_field_string(const struct json_at *at, const struct json_field *field, void *to)
{
	char *text, **member = member_of(field, to);
	int r = json_dup_string(at, field->max, &text);

	if (r < 0)
		return r;
	free(*member);
	*member = text;
	return 0;
}
