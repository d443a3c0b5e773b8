/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of strangers, made fit to be shown: one rule for terminals, pages, reports and feeds.
 *
 * What is not shown as it is:
 * - controls (U+0000 to U+001F, U+007F, U+0080 to U+009F), which drive a terminal;
 * - characters without a shape, above all those that change the direction of what follows and make
 *   a line read as something else (U+202A to U+202E, U+2066 to U+2069):
 * Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt), the line and paragraph
 * separators, and the interlinear annotations;
 * - noncharacters of the first plane (U+FFFE, U+FFFF; XML cannot hold them);
 * - bytes that are no UTF-8.
 *
 * A format's own syntax (quotes, '#', '<') is the format's affair, on top of this.
 */
#ifndef CGCHURN_BASE_ESCAPE_H
#define CGCHURN_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Whether the character that `text`, which is not empty, begins with must not be shown as it is.
 * `ret_length` is its length in bytes: 1 for a byte that is no UTF-8.
 */
bool escape_hides(const char *text, size_t *ret_length);

/* Each such character becomes one '?'. In place; the text may get shorter. */
void escape_mask(char *text);

/* A masked copy; the caller frees. NULL where memory ran out, or `text` is NULL. */
char *escape_dup(const char *text);

/* A masked copy cut to `size` bytes. */
void escape_copy(char *to, size_t size, const char *text);

/* The same, printed. */
void escape_print(const char *text, FILE *to);

/* The same of the first `size` bytes, among which is no NUL and no character ends behind. */
void escape_print_part(const char *text, size_t size, FILE *to);

#endif
