/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One text for one JSON value: no spaces, keys sorted by their bytes, numbers in their shortest
 * decimal form (5, 5.0 and 5e0 are "5"), only what must be escaped escaped. Two files that mean the
 * same have the same canonical text and so the same digest. In the spirit of RFC 8785, but numbers
 * as C prints them.
 */
#ifndef CGCHURN_JSON_CANONICAL_H
#define CGCHURN_JSON_CANONICAL_H

struct json_object;

/* The caller frees. NULL where memory ran out. */
char *json_canonical(struct json_object *value);

#endif
