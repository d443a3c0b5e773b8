/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON values as text; numbers as num_format_double() writes them. The caller frees. */
#ifndef CGCHURN_JSON_PRINT_H
#define CGCHURN_JSON_PRINT_H

#include <stddef.h>

struct json_object;

/*
 * For files that people open too: a member or element a line, indented by two blanks a level;
 * arrays of numbers in one line. Keys keep their order. Ends in a newline. NULL where memory ran out. `ret_size` may be NULL and does not
 * count the NUL.
 */
char *json_pretty(struct json_object *value, size_t *ret_size);

/*
 * One text for one value: no spaces, keys sorted by their bytes, numbers in their shortest decimal
 * form (5, 5.0 and 5e0 are "5"), only what must be escaped escaped. Two files that mean the same
 * have the same canonical text and so the same digest. In the spirit of RFC 8785, with numbers as C
 * prints them. NULL where memory ran out.
 */
char *json_canonical(struct json_object *value);

#endif
