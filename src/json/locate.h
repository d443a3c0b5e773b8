/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the line on which a value begins, by going through the text once more. Only messages need
 * it, so that reading a document costs nothing for it.
 */
#ifndef CGCHURN_JSON_LOCATE_H
#define CGCHURN_JSON_LOCATE_H

#include <stddef.h>

struct json_at;

/* The line of the value (from 1), of the nearest parent there is where the value is absent, or 0.
 */
size_t json_locate(const struct json_at *at);

#endif
