/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving a cursor: containers, and behind values. Single values are take.c's. */
#include "json/cursor.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "json/path.h"
#include "json/quoted.h"
#include "json/token.h"

int json_cursor_init(struct json_cursor *c, const char *text, size_t size, const char *origin,
		     struct err *e)
{
	int r = json_lint(text, size, origin, e);

	if (r < 0)
		return r;
	c->text = c->p = text;
	c->end = text + size;
	c->origin = origin;
	c->e = e;
	c->depth = 0;
	json_skip_space(c);
	return 0;
}

static void render_path(const struct json_cursor *c, struct json_path *path)
{
	json_path_init(path);
	for (size_t i = 0; i < c->depth; i++) {
		if (c->steps[i].is_array)
			json_path_add_index(path, c->steps[i].index);
		else
			json_path_add_key(path, c->steps[i].key);
	}
}

int json_cursor_complain(struct json_cursor *c, const char *where, const char *sentence, ...)
{
	char origin[JSON_ORIGIN_SIZE], text[512];
	struct json_path path;
	size_t line = 1;
	va_list ap;

	for (const char *p = c->text; p < where; p++)
		line += *p == '\n';
	render_path(c, &path);
	va_start(ap, sentence);
	vsnprintf(text, sizeof(text), sentence, ap);
	va_end(ap);
	return err_set(c->e, EXIT_USAGE, EINVAL, "%s:%zu: %s: %s", json_origin(c->origin, origin),
		       line, path.text, text);
}

int json_cursor_refuse(struct json_cursor *c, const char *allowed, ...)
{
	const char *start = c->p, *found = NULL;
	char text[256];
	size_t length;
	va_list ap;

	va_start(ap, allowed);
	vsnprintf(text, sizeof(text), allowed, ap);
	va_end(ap);
	if (*start == '{')
		found = "an object";
	else if (*start == '[')
		found = "an array";
	if (found)
		return json_cursor_complain(c, start, "found %s, allowed: %s", found, text);
	json_take_raw(c, &start, &length);
	return json_cursor_complain(c, start, "found %.*s%s, allowed: %s",
				    length > 80 ? 77 : (int)length, start, length > 80 ? "..." : "",
				    text);
}

const char *json_behind_value(const char *p, const char *end)
{
	size_t depth = 0;

	do {
		if (p == end)
			return p;
		switch (*p++) {
		case '"':
			json_quoted_scan(&p, end, NULL);
			break;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			/* The rest of a number or word; between tokens just the next one. */
			while (p < end && !json_is_delimiter(*p))
				p++;
		}
	} while (depth > 0);
	return p;
}

void json_take_raw(struct json_cursor *c, const char **ret, size_t *ret_size)
{
	*ret = c->p;
	c->p = json_behind_value(c->p, c->end);
	*ret_size = (size_t)(c->p - *ret);
}

static void skip(struct json_cursor *c)
{
	c->p = json_behind_value(c->p, c->end);
}

/* A value for which the visitor has no use is skipped. */
static int visit_value(struct json_cursor *c, const char *key, json_visit *visit, void *to)
{
	const char *before = c->p;
	int r = visit(c, key, to);

	if (r == 0 && c->p == before)
		skip(c);
	json_skip_space(c);
	return r;
}

/* From a key to before its value. */
static int take_key(struct json_cursor *c, char key[JSON_KEY_SIZE])
{
	const char *start = ++c->p;

	while (*c->p != '"' && *c->p != '\\')
		c->p++;
	if (*c->p == '"' && c->p - start < JSON_KEY_SIZE) {
		memcpy(key, start, (size_t)(c->p - start));
		key[c->p++ - start] = '\0';
	} else {
		c->p = start;
		if (json_decode_quoted(c, key, JSON_KEY_SIZE) < 0)
			return -ENOMEM;
	}
	json_skip_space(c);
	c->p++; /* the colon */
	json_skip_space(c);
	return 0;
}

int json_take_object(struct json_cursor *c, json_visit *visit, void *to)
{
	struct json_step *step = &c->steps[c->depth];
	int r = 0;

	if (*c->p != '{')
		return json_cursor_refuse(c, "an object");
	step->is_array = false;
	c->depth++;
	c->p++;
	json_skip_space(c);
	while (*c->p != '}') {
		r = take_key(c, step->key);
		if (r == 0)
			r = visit_value(c, step->key, visit, to);
		if (r < 0)
			return r;
		if (*c->p == ',') {
			c->p++;
			json_skip_space(c);
		}
	}
	c->p++;
	c->depth--;
	return 0;
}

int json_take_array(struct json_cursor *c, size_t max, json_visit *visit, void *to)
{
	struct json_step *step = &c->steps[c->depth];
	int r;

	if (*c->p != '[')
		return json_cursor_refuse(c, "an array");
	step->is_array = true;
	step->index = 0;
	c->depth++;
	c->p++;
	json_skip_space(c);
	for (; *c->p != ']'; step->index++) {
		if (step->index == max) {
			c->depth--;
			return json_cursor_complain(
				c, c->p, "found more elements, allowed: at most %zu", max);
		}
		r = visit_value(c, NULL, visit, to);
		if (r < 0)
			return r;
		if (*c->p == ',') {
			c->p++;
			json_skip_space(c);
		}
	}
	c->p++;
	c->depth--;
	return 0;
}
