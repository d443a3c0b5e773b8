/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON's scalars as text, for the printers of this folder. */
#ifndef CGCHURN_JSON_SCALAR_H
#define CGCHURN_JSON_SCALAR_H

#include <stddef.h>
#include <stdio.h>

struct json_object;

/* In quotes; only what must be escaped is. For digests: never changes. */
void json_put_quoted(const char *text, FILE *to);

/*
 * In quotes, for files, which people look at on terminals: what must not be shown (base/escape.h)
 * is escaped, too. `text` is UTF-8.
 */
void json_put_shown(const char *text, FILE *to);

/* A string, a number, true, false or null. */
void json_put_scalar(struct json_object *value, FILE *to);

/* A number, terminated. Returns its length, 0 where `size` is too small. */
size_t json_number_text(struct json_object *number, char *buf, size_t size);

#endif
