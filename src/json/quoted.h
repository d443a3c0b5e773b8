/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings in raw JSON text: checked and decoded in one pass. */
#ifndef CGCHURN_JSON_QUOTED_H
#define CGCHURN_JSON_QUOTED_H

#include <json-c/printbuf.h>

/*
 * `*p` points behind the opening quote and ends behind the closing one. The decoded bytes are
 * appended to `to`, unless it is NULL. Returns NULL, or what would have been allowed where `*p` now
 * points ("memory" where there was none left).
 */
const char *json_quoted_scan(const char **p, const char *end, struct printbuf *to);

#endif
