/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/read.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"

struct json_at json_root(const struct json_doc *doc, struct err *e)
{
	return (struct json_at){.doc = doc, .e = e, .value = doc->root, .present = true};
}

struct json_at json_member(const struct json_at *object, const char *key)
{
	struct json_at at = {.doc = object->doc, .e = object->e, .parent = object, .key = key};

	at.present = json_object_is_type(object->value, json_type_object) &&
		     json_object_object_get_ex(object->value, key, &at.value);
	return at;
}

struct json_at json_element(const struct json_at *array, size_t index)
{
	struct json_at at = {.doc = array->doc, .e = array->e, .parent = array, .index = index};

	at.present = json_object_is_type(array->value, json_type_array) &&
		     index < json_object_array_length(array->value);
	if (at.present)
		at.value = json_object_array_get_idx(array->value, index);
	return at;
}

static size_t append(char buf[JSON_PATH_SIZE], size_t used, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static size_t append(char buf[JSON_PATH_SIZE], size_t used, const char *format, ...)
{
	size_t room = JSON_PATH_SIZE - used, n;
	va_list ap;

	va_start(ap, format);
	n = (size_t)vsnprintf(buf + used, room, format, ap);
	va_end(ap);
	if (n < room)
		return used + n;
	strcpy(buf + JSON_PATH_SIZE - 4, "...");
	return JSON_PATH_SIZE - 1;
}

static bool is_plain(const char *key)
{
	return *key && key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_-")] == '\0';
}

static size_t render_path(const struct json_at *at, char buf[JSON_PATH_SIZE])
{
	size_t used;

	if (!at->parent)
		return append(buf, 0, "$");
	used = render_path(at->parent, buf);
	if (!at->key)
		return append(buf, used, "[%zu]", at->index);
	return append(buf, used, is_plain(at->key) ? ".%s" : "[\"%s\"]", at->key);
}

const char *json_path(const struct json_at *at, char buf[JSON_PATH_SIZE])
{
	render_path(at, buf);
	return buf;
}

/* What put the value, or one that holds it, there; NULL: the text did. */
static const char *patched_by(const struct json_at *at)
{
	for (; at; at = at->parent)
		for (size_t i = 0; at->value && i < at->doc->n_patches; i++)
			if (at->doc->patches[i].value == at->value)
				return at->doc->patches[i].what;
	return NULL;
}

__attribute__((format(printf, 2, 0))) static int complain(const struct json_at *at,
							  const char *format, va_list ap)
{
	const char *patch = at->e ? patched_by(at) : NULL;
	char origin[JSON_ORIGIN_SIZE], path[JSON_PATH_SIZE], sentence[512];
	const char *name = json_origin(at->doc->origin, origin);

	if (!at->e) /* nobody wants to hear */
		return -EINVAL;
	json_path(at, path);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	if (patch)
		return err_set(at->e, EXIT_USAGE, EINVAL, "%s: %.100s: %s: %s", name, patch, path,
			       sentence);
	if (!at->doc->text)
		return err_set(at->e, EXIT_USAGE, EINVAL, "%s: %s: %s", name, path, sentence);
	return err_set(at->e, EXIT_USAGE, EINVAL, "%s:%zu: %s: %s", name,
		       json_line(at->doc, json_locate(at), NULL), path, sentence);
}

int json_complain(const struct json_at *at, const char *sentence, ...)
{
	va_list ap;
	int r;

	va_start(ap, sentence);
	r = complain(at, sentence, ap);
	va_end(ap);
	return r;
}

int json_fail_memory(const struct json_at *at)
{
	char origin[JSON_ORIGIN_SIZE];

	return err_set(at->e, EXIT_FAULT, ENOMEM, "%s: out of memory",
		       json_origin(at->doc->origin, origin));
}

static void describe(const struct json_at *at, char buf[96])
{
	const char *text;
	int length;

	if (!at->present) {
		strcpy(buf, "nothing");
		return;
	}
	switch (json_object_get_type(at->value)) {
	case json_type_object:
		strcpy(buf, "an object");
		return;
	case json_type_array:
		snprintf(buf, 96, "an array of %zu", json_object_array_length(at->value));
		return;
	default:
		text = json_object_to_json_string_ext(
			at->value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		length = (int)strlen(text);
		snprintf(buf, 96, "%.*s%s", length > 80 ? 77 : length, text,
			 length > 80 ? "..." : "");
	}
}

int json_refuse(const struct json_at *at, const char *allowed, ...)
{
	char found[96], text[256];
	va_list ap;

	va_start(ap, allowed);
	vsnprintf(text, sizeof(text), allowed, ap);
	va_end(ap);
	describe(at, found);
	return json_complain(at, "found %s, allowed: %s", found, text);
}

static void list_words(const char *const *words, size_t n, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "%s", n ? "" : "none");
	for (size_t i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

static int refuse_key(const struct json_at *object, const char *key, const char *const *keys,
		      size_t n)
{
	struct json_at at = json_member(object, key);
	const char *near = suggest_name(key, keys, n);
	char list[256];

	list_words(keys, n, list, sizeof(list));
	json_complain(&at, "unknown key, allowed: %s", list);
	if (near)
		err_hint(at.e, "Did you mean \"%s\"?", near);
	return -EINVAL;
}

int json_want_object(const struct json_at *at, const char *const *keys, size_t n)
{
	if (!json_object_is_type(at->value, json_type_object))
		return json_refuse(at, "an object");
	if (!keys)
		return 0;
	json_object_object_foreach(at->value, key, value)
	{
		size_t i = 0;

		(void)value;
		while (i < n && strcmp(keys[i], key) != 0)
			i++;
		if (i == n)
			return refuse_key(at, key, keys, n);
	}
	return 0;
}

int json_want_array(const struct json_at *at, size_t min, size_t max, size_t *ret_n)
{
	size_t n;

	if (!json_object_is_type(at->value, json_type_array))
		return json_refuse(at, "an array");
	n = json_object_array_length(at->value);
	if (n < min || n > max)
		return json_refuse(at, "an array of %zu to %zu", min, max);
	*ret_n = n;
	return 0;
}

int json_each_member(const struct json_at *object, json_visit *visit, void *to)
{
	if (!json_object_is_type(object->value, json_type_object))
		return json_refuse(object, "an object");
	json_object_object_foreach(object->value, key, value)
	{
		struct json_at at = json_member(object, key);
		int r = visit(&at, to);

		(void)value;
		if (r < 0)
			return r;
	}
	return 0;
}

int json_each_element(const struct json_at *array, size_t max, json_visit *visit, void *to)
{
	int r = 0;

	if (!json_object_is_type(array->value, json_type_array))
		return json_refuse(array, "an array");
	if (json_object_array_length(array->value) > max)
		return json_complain(array, "found more elements, allowed: at most %zu", max);
	for (size_t i = 0; r == 0 && i < json_object_array_length(array->value); i++) {
		struct json_at at = json_element(array, i);

		r = visit(&at, to);
	}
	return r;
}

int json_get_bool(const struct json_at *at, bool *ret)
{
	if (!json_object_is_type(at->value, json_type_boolean))
		return json_refuse(at, "true or false");
	*ret = json_object_get_boolean(at->value);
	return 0;
}

bool json_is_string(const struct json_at *at)
{
	return json_object_is_type(at->value, json_type_string);
}

bool json_is_number(const struct json_at *at)
{
	return json_object_is_type(at->value, json_type_int) ||
	       json_object_is_type(at->value, json_type_double);
}

/* json-c keeps integers as int64 or uint64 and saturates between them, so the sign comes first. */
static bool whole_number(struct json_object *value, uint64_t *ret)
{
	double d;

	if (json_object_is_type(value, json_type_int)) {
		if (json_object_get_int64(value) < 0)
			return false;
		*ret = json_object_get_uint64(value);
		return true;
	}
	if (!json_object_is_type(value, json_type_double))
		return false;
	d = json_object_get_double(value);
	if (!(d >= 0 && d <= 0x1.0p53) || d != floor(d))
		return false;
	*ret = (uint64_t)d;
	return true;
}

int json_get_u64(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!whole_number(at->value, &value) || value < min || value > max)
		return json_refuse(at, "a whole number from %llu to %llu", (unsigned long long)min,
				   (unsigned long long)max);
	*ret = value;
	return 0;
}

int json_get_double(const struct json_at *at, double min, double max, double *ret)
{
	double value = json_object_get_double(at->value);

	if (!json_is_number(at) || !(value >= min && value <= max))
		return json_refuse(at, "a number from %.15g to %.15g", min, max);
	*ret = value;
	return 0;
}

int json_get_string(const struct json_at *at, size_t max, const char **ret)
{
	if (!json_is_string(at) || (size_t)json_object_get_string_len(at->value) > max)
		return json_refuse(at, "a string of at most %zu bytes", max);
	*ret = json_object_get_string(at->value);
	return 0;
}

int json_dup_string(const struct json_at *at, size_t max, char **ret)
{
	const char *text;
	char *copy;
	int r = json_get_string(at, max, &text);

	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return json_fail_memory(at);
	*ret = copy;
	return 0;
}

int json_get_choice(const struct json_at *at, const char *const *words, size_t n, size_t *ret)
{
	const char *near = NULL, *text;
	char list[256];

	if (json_is_string(at)) {
		text = json_object_get_string(at->value);
		for (size_t i = 0; i < n; i++)
			if (strcmp(words[i], text) == 0) {
				*ret = i;
				return 0;
			}
		near = suggest_name(text, words, n);
	}
	list_words(words, n, list, sizeof(list));
	json_refuse(at, "%s", list);
	if (near)
		err_hint(at->e, "Did you mean \"%s\"?", near);
	return -EINVAL;
}
