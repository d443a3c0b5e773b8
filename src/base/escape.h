/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that others wrote, made fit to be shown: one rule for terminals, pages, reports and feeds.
 *
 * Hidden are:
 * - controls (U+0000 to U+001F, U+007F, U+0080 to U+009F), which drive a terminal;
 * - characters without a shape, above all those that change the direction of what follows and make
 *   a line read as something else (U+202A to U+202E, U+2066 to U+2069):
 *   Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt), the line and paragraph
 *   separators, and the interlinear annotations;
 * - noncharacters of the first plane (U+FFFE, U+FFFF; XML cannot hold them);
 * - bytes that are not UTF-8, the only encoding of our files.
 *
 * A format's own syntax (quotes, '#', '<') is escaped on top of this by the format.
 */
#ifndef CGCHURN_BASE_ESCAPE_H
#define CGCHURN_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { UTF8_LENGTH_MAX = 4 };

/* The length of the UTF-8 sequence at `text` (Unicode 15.0, table 3-7), 0 where it is none. `room`
 * is at least 1. */
size_t utf8_length(const char *text, size_t room);

/* The code point of a sequence of that length, as utf8_length() returned it. */
uint32_t utf8_decode(const char *text, size_t length);

/* Writes the sequence of a code point, which is a scalar value; returns its length. */
size_t utf8_encode(uint32_t c, char to[UTF8_LENGTH_MAX]);

/*
 * A copy in which each byte that belongs to no sequence is U+FFFD: a kernel's command line or a
 * user's label may hold any bytes, a JSON file may not. The caller frees. NULL: out of memory.
 */
char *utf8_repair(const char *text);

/*
 * Whether the first character of `text`, which is not empty, is hidden. `ret_length` is its length
 * in bytes: 1 for a byte that is not UTF-8.
 */
bool escape_hides(const char *text, size_t *ret_length);

/* Replaces each hidden character by one '?'. In place; the text may get shorter. */
void escape_mask(char *text);

/* A masked copy; the caller frees. NULL: out of memory, or `text` is NULL. */
char *escape_dup(const char *text);

/* A masked copy cut to `size` bytes. */
void escape_copy(char *to, size_t size, const char *text);

/* Prints the text masked. */
void escape_print(const char *text, FILE *to);

/* Prints the first `size` bytes masked: without a NUL, and not ending within a character. */
void escape_print_part(const char *text, size_t size, FILE *to);

#define TEXT_COLUMNS 100

/*
 * Prints `head`, then `text` from column `indent` on (or one blank after a longer head), wrapped at
 * blanks to TEXT_COLUMNS with all further lines indented, both masked. A word that is too long for
 * a line gets its own. Ends with a newline.
 */
void text_print_wrapped(const char *head, int indent, const char *text, FILE *to);

/* The same with the text formatted, up to some 4000 bytes of it. */
void text_printf_wrapped(const char *head, int indent, FILE *to, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Prints UTF-8 text as XML or HTML character data, or as a quoted attribute's value: & < > " ' as
 * references, hidden characters as U+FFFD (XML 1.0 cannot hold most of them), tabs and newlines as
 * blanks. NULL prints nothing.
 */
void markup_print(const char *text, FILE *to);

/* The same with the newlines kept, for text of several lines; never in an attribute. */
void markup_print_lines(const char *text, FILE *to);

/* markup_print() of formatted text, up to some 4000 bytes of it. */
void markup_printf(FILE *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
