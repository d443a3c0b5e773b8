/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON value as a text for files that people open too: a member a line, indented by two blanks a
 * level, but arrays of numbers (or of arrays of numbers) run on in lines of at most 100 columns.
 * Keys keep their order; numbers are as num_format_double() writes them. Ends in a newline.
 */
#ifndef CGCHURN_JSON_PRETTY_H
#define CGCHURN_JSON_PRETTY_H

#include <stddef.h>

struct json_object;

/* The caller frees. NULL where memory ran out. `ret_size` may be NULL and does not count the NUL.
 */
char *json_pretty(struct json_object *value, size_t *ret_size);

#endif
