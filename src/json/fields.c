/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/fields.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

int json_get_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *to)
{
	int r = json_want_object(at, NULL, 0);

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct json_field *f = &fields[i];
		struct json_at member = json_member(at, f->key);

		if (!f->take)
			continue;
		if (!member.present && f->required)
			return json_complain(at, "found no key \"%s\", which is required", f->key);
		if (!member.present || (!member.value && f->nullable))
			continue;
		r = f->take(&member, f, to);
		if (f->has)
			*((bool *)to + f->has) = true;
	}
	return r;
}

int json_get_known_fields(const struct json_at *at, const struct json_field *fields, size_t n,
			  void *to)
{
	_cleanup_free const char **keys = calloc(n + 1, sizeof(*keys));
	int r;

	if (!keys)
		return json_fail_memory(at);
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

int json_get_table(const struct json_at *at, const struct json_table *table, void *to)
{
	int r = json_get_fields(at, table->fields, table->n, to);

	return r == 0 && table->check ? table->check(at, to) : r;
}

static void *member_of(const struct json_field *f, void *to)
{
	return (char *)to + f->offset;
}

static const void *value_of(const struct json_field *f, const void *from)
{
	return (const char *)from + f->offset;
}

static size_t count_of(const struct json_field *f, const void *from)
{
	return *(const size_t *)((const char *)from + f->count);
}

static bool is_there(const struct json_field *f, const void *from)
{
	return (!f->has || *((const bool *)from + f->has)) &&
	       (!f->nonzero || *(const uint64_t *)((const char *)from + f->nonzero));
}

void json_put_table(struct json_build *b, struct json_object *to, const struct json_table *table,
		    const void *from)
{
	for (size_t i = 0; i < table->n && !b->failed; i++) {
		const struct json_field *f = &table->fields[i];

		if (f->put && is_there(f, from))
			f->put(b, to, f, from);
		else if (f->put && f->nullable)
			json_put_value(b, to, f->key, NULL);
	}
}

int json_field_u64(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_get_u64(at, f->min, f->max, member_of(f, to));
}

void json_put_field_u64(struct json_build *b, struct json_object *to, const struct json_field *f,
			const void *from)
{
	json_put_u64(b, to, f->key, *(const uint64_t *)value_of(f, from));
}

int json_field_double(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_get_double(at, (double)f->min, f->max ? (double)f->max : DBL_MAX,
			       member_of(f, to));
}

void json_put_field_double(struct json_build *b, struct json_object *to, const struct json_field *f,
			   const void *from)
{
	json_put_double(b, to, f->key, *(const double *)value_of(f, from));
}

int json_field_bool(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_get_bool(at, member_of(f, to));
}

void json_put_field_bool(struct json_build *b, struct json_object *to, const struct json_field *f,
			 const void *from)
{
	json_put_bool(b, to, f->key, *(const bool *)value_of(f, from));
}

int json_field_text(const struct json_at *at, const struct json_field *f, void *to)
{
	const char *text;
	int r = json_get_string(at, f->max, &text);

	if (r == 0)
		strcpy(member_of(f, to), text);
	return r;
}

void json_put_field_text(struct json_build *b, struct json_object *to, const struct json_field *f,
			 const void *from)
{
	const char *text = value_of(f, from);

	json_put_string(b, to, f->key, *text || !f->nullable ? text : NULL);
}

int json_field_string(const struct json_at *at, const struct json_field *f, void *to)
{
	char *text, **member = member_of(f, to);
	int r = json_dup_string(at, f->max, &text);

	if (r < 0)
		return r;
	free(*member);
	*member = text;
	return 0;
}

void json_put_field_string(struct json_build *b, struct json_object *to, const struct json_field *f,
			   const void *from)
{
	json_put_string(b, to, f->key, *(const char *const *)value_of(f, from));
}

int json_get_strings(const struct json_at *at, size_t max, char ***to, size_t *n)
{
	size_t length;
	int r = json_want_array(at, 0, max, &length);

	for (size_t i = 0; r == 0 && i < length; i++) {
		struct json_at element = json_element(at, i);
		char **text = array_grow(to, n, sizeof(*text));

		r = text ? json_dup_string(&element, JSON_STRING_MAX, text) : json_fail_memory(at);
	}
	return r;
}

int json_field_strings(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_get_strings(at, f->max, member_of(f, to), (size_t *)((char *)to + f->count));
}

void json_put_field_strings(struct json_build *b, struct json_object *to,
			    const struct json_field *f, const void *from)
{
	json_put_strings(b, to, f->key, *(char *const *const *)value_of(f, from),
			 count_of(f, from));
}

int json_field_choice(const struct json_at *at, const struct json_field *f, void *to)
{
	size_t index;
	int r = json_get_choice(at, f->names, f->n_names, &index);

	if (r == 0)
		*(unsigned *)member_of(f, to) = (unsigned)index;
	return r;
}

void json_put_field_choice(struct json_build *b, struct json_object *to, const struct json_field *f,
			   const void *from)
{
	json_put_string(b, to, f->key, f->names[*(const unsigned *)value_of(f, from)]);
}

int json_field_object(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_get_table(at, f->of, member_of(f, to));
}

void json_put_field_object(struct json_build *b, struct json_object *to, const struct json_field *f,
			   const void *from)
{
	json_put_table(b, json_put_object(b, to, f->key), f->of, value_of(f, from));
}

/* A field, and the struct that it belongs to. */
struct into {
	const struct json_field *field;
	void *to;
};

static int take_element(const struct json_at *at, void *to)
{
	const struct into *into = to;
	const struct json_field *f = into->field;
	void *element = array_grow(member_of(f, into->to), (size_t *)((char *)into->to + f->count),
				   f->of->size);

	return element ? json_get_table(at, f->of, element) : json_fail_memory(at);
}

int json_field_list(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_each_element(at, f->max, take_element, &(struct into){f, to});
}

void json_put_field_list(struct json_build *b, struct json_object *to, const struct json_field *f,
			 const void *from)
{
	struct json_object *list = json_put_array(b, to, f->key);
	const char *items = *(const char *const *)value_of(f, from);

	for (size_t i = 0; i < count_of(f, from) && !b->failed; i++)
		json_put_table(b, json_put_object(b, list, NULL), f->of, items + i * f->of->size);
}

static size_t size_of(const struct json_field *f)
{
	return f->of ? f->of->size : sizeof(uint64_t);
}

static int take_named(const struct json_at *at, void *to)
{
	const struct into *into = to;
	const struct json_field *f = into->field;
	char *element = member_of(f, into->to);

	for (size_t i = 0; i < f->n_names; i++, element += size_of(f))
		if (strcmp(f->names[i], at->key) == 0)
			return f->of ? json_get_table(at, f->of, element)
				     : json_get_u64(at, 0, f->max, (uint64_t *)element);
	return 0;
}

int json_field_named(const struct json_at *at, const struct json_field *f, void *to)
{
	return json_each_member(at, take_named, &(struct into){f, to});
}

void json_put_field_named(struct json_build *b, struct json_object *to, const struct json_field *f,
			  const void *from)
{
	struct json_object *object = json_put_object(b, to, f->key);
	const char *element = value_of(f, from);

	for (size_t i = 0; i < f->n_names && !b->failed; i++, element += size_of(f)) {
		if (f->sparse && !*(const uint64_t *)element)
			continue;
		if (f->of)
			json_put_table(b, json_put_object(b, object, f->names[i]), f->of, element);
		else
			json_put_u64(b, object, f->names[i], *(const uint64_t *)element);
	}
}
