/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places in a document, and sentences about them. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "json/read.h"

void json_doc_finish(struct json_doc *doc)
{
	json_object_put(doc->root);
	doc->root = NULL;
}

const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE])
{
	size_t length = strlen(origin);

	if (length < JSON_ORIGIN_SIZE)
		return origin;
	snprintf(buf, JSON_ORIGIN_SIZE, "...%s", origin + length - (JSON_ORIGIN_SIZE - 4));
	return buf;
}

/* The line of a place in the text, from 1; `ret_start` is where it begins. */
static size_t line_of(const struct json_doc *doc, const char *where, const char **ret_start)
{
	size_t line = 1;

	*ret_start = doc->text;
	for (const char *p = doc->text; p < where; p++)
		if (*p == '\n') {
			line++;
			*ret_start = p + 1;
		}
	return line;
}

static bool is_same(const struct json_at *a, const struct json_at *b)
{
	if (!a->parent || !b->parent)
		return !a->parent && !b->parent;
	if (!a->key != !b->key || (a->key ? strcmp(a->key, b->key) != 0 : a->index != b->index))
		return false;
	return is_same(a->parent, b->parent);
}

bool json_is_within(const struct json_at *inner, const struct json_at *at)
{
	while (inner && !is_same(inner, at))
		inner = inner->parent;
	return inner;
}

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

static bool is_plain(const char *key)
{
	return *key && key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_-")] == '\0';
}

/* Returns how long the path is, up to the buffer's end. */
static size_t render_path(const struct json_at *at, char buf[JSON_PATH_SIZE])
{
	size_t used = at->parent ? render_path(at->parent, buf) : 0, room = JSON_PATH_SIZE - used;
	int n;

	if (!at->parent)
		n = snprintf(buf, room, "$");
	else if (!at->key)
		n = snprintf(buf + used, room, "[%zu]", at->index);
	else
		n = snprintf(buf + used, room, is_plain(at->key) ? ".%s" : "[\"%s\"]", at->key);
	if ((size_t)n < room)
		return used + (size_t)n;
	strcpy(buf + JSON_PATH_SIZE - 4, "...");
	return JSON_PATH_SIZE - 1;
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

int json_complain(const struct json_at *at, const char *sentence, ...)
{
	char origin[JSON_ORIGIN_SIZE], path[JSON_PATH_SIZE], text[512], where[128] = "";
	const char *patch, *start;
	va_list ap;

	if (!at->e) /* nobody wants to hear, and finding the line takes time */
		return -EINVAL;
	va_start(ap, sentence);
	vsnprintf(text, sizeof(text), sentence, ap);
	va_end(ap);
	patch = patched_by(at);
	if (patch)
		snprintf(where, sizeof(where), ": %.100s", patch);
	else if (at->doc->text)
		snprintf(where, sizeof(where), ":%zu", line_of(at->doc, json_locate(at), &start));
	return err_set(at->e, EXIT_USAGE, EINVAL, "%s%s: %s: %s",
		       json_origin(at->doc->origin, origin), where, json_path(at, path), text);
}

int json_fail_parse(const struct json_at *at, const char *where, const char *found,
		    const char *allowed)
{
	char origin[JSON_ORIGIN_SIZE], path[JSON_PATH_SIZE];
	const char *start;
	size_t line = line_of(at->doc, where, &start);

	return err_set(at->e, EXIT_USAGE, EINVAL, "%s:%zu:%zu: %s: found %s, allowed: %s",
		       json_origin(at->doc->origin, origin), line, (size_t)(where - start) + 1,
		       json_path(at, path), found, allowed);
}

int json_fail_memory(const struct json_at *at)
{
	char origin[JSON_ORIGIN_SIZE];

	return err_set(at->e, EXIT_FAULT, ENOMEM, "%s: out of memory",
		       json_origin(at->doc->origin, origin));
}

static void describe(const struct json_at *at, char buf[96])
{
	const char *text = "nothing";

	if (json_object_is_type(at->value, json_type_array)) {
		snprintf(buf, 96, "an array of %zu", json_object_array_length(at->value));
		return;
	}
	if (json_object_is_type(at->value, json_type_object))
		text = "an object";
	else if (at->present)
		text = json_object_to_json_string_ext(
			at->value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	snprintf(buf, 96, "%.*s%s", strlen(text) > 80 ? 77 : 80, text,
		 strlen(text) > 80 ? "..." : "");
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
