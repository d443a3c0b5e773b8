/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects by a table of their keys. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "json/cursor.h"

struct fields {
	const struct json_field *fields;
	size_t n;
	void *to;
	uint64_t seen; /* bit i: fields[i] was there */
};

static int visit(struct json_cursor *c, const char *key, void *to)
{
	struct fields *f = to;

	for (size_t i = 0; i < f->n; i++) {
		const struct json_field *field = &f->fields[i];

		if (strcmp(field->key, key) != 0)
			continue;
		f->seen |= UINT64_C(1) << i;
		return field->nullable && json_take_null(c) ? 0 : field->take(c, field, f->to);
	}
	return 0;
}

int json_take_fields(struct json_cursor *c, const struct json_field *fields, size_t n, void *to)
{
	struct fields f = {.fields = fields, .n = n, .to = to};
	const char *start = c->p;
	int r = json_take_object(c, visit, &f);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (fields[i].required && !(f.seen & UINT64_C(1) << i))
			r = json_cursor_complain(c, start, "found no key \"%s\", which is required",
						 fields[i].key);
	return r;
}

static void *member_of(const struct json_field *field, void *to)
{
	return (char *)to + field->offset;
}

int json_field_u64(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_u64(c, field->min, field->max, member_of(field, to));
}

int json_field_double(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_double(c, (double)field->min, field->max ? (double)field->max : DBL_MAX,
				member_of(field, to));
}

int json_field_bool(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_bool(c, member_of(field, to));
}

int json_field_text(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_text(c, member_of(field, to), field->max + 1);
}

int json_field_string(struct json_cursor *c, const struct json_field *field, void *to)
{
	char *text;
	int r = json_take_string(c, field->max, &text);

	if (r < 0)
		return r;
	free(*(char **)member_of(field, to));
	*(char **)member_of(field, to) = text;
	return 0;
}
