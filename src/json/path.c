/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void json_path_init(struct json_path *path)
{
	strcpy(path->text, "$");
	path->used = 1;
}

__attribute__((format(printf, 2, 3))) static void add(struct json_path *path, const char *format,
						      ...)
{
	size_t room = sizeof(path->text) - path->used;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(path->text + path->used, room, format, ap);
	va_end(ap);
	path->used += (size_t)n;
	if ((size_t)n >= room) {
		path->used = sizeof(path->text) - 1;
		strcpy(path->text + path->used - 3, "...");
	}
}

static int is_plain(const char *key)
{
	return *key && key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_-")] == '\0';
}

void json_path_add_key(struct json_path *path, const char *key)
{
	if (is_plain(key))
		add(path, ".%s", key);
	else
		add(path, "[\"%s\"]", key);
}

void json_path_add_index(struct json_path *path, size_t index)
{
	add(path, "[%zu]", index);
}

const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE])
{
	size_t length = strlen(origin);

	if (length < JSON_ORIGIN_SIZE)
		return origin;
	snprintf(buf, JSON_ORIGIN_SIZE, "...%s", origin + length - (JSON_ORIGIN_SIZE - 4));
	return buf;
}
