/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON paths for messages: "$.actors[1].arrival", odd keys as "$["two words"]". */
#ifndef CGCHURN_JSON_PATH_H
#define CGCHURN_JSON_PATH_H

#include <stddef.h>

/* Grows from the root; what does not fit ends in "...". */
struct json_path {
	char text[256];
	size_t used;
};

void json_path_init(struct json_path *path); /* "$" */
void json_path_add_key(struct json_path *path, const char *key);
void json_path_add_index(struct json_path *path, size_t index);

/*
 * The name of a text as messages show it: `origin` itself, or the end of one too long for a
 * sentence that must also say what is wrong. Returns a pointer into `origin` or to `buf`.
 */
#define JSON_ORIGIN_SIZE 320
const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE]);

#endif
