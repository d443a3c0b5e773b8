/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Well-formed UTF-8, the only encoding of our files. */
#ifndef CGCHURN_BASE_UTF8_H
#define CGCHURN_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_LENGTH_MAX = 4 };

/* The length of the UTF-8 sequence at `text` (Unicode 15.0, table 3-7), 0 where it is none. `room`
 * is at least 1. */
size_t utf8_length(const char *text, size_t room);

/* The code point of a sequence of that length, as utf8_length() gave it. */
uint32_t utf8_decode(const char *text, size_t length);

/*
 * A copy in which each byte that belongs to no sequence is U+FFFD: a kernel's command line or a
 * user's label may hold any bytes, a JSON file may not. The caller frees. NULL where memory ran
 * out.
 */
char *utf8_repair(const char *text);

#endif
