/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for terminals, part of which strangers wrote. */
#ifndef CGCHURN_BASE_TEXT_H
#define CGCHURN_BASE_TEXT_H

#include <stdio.h>

#define TEXT_COLUMNS 100

/*
 * Prints `head`, and `text` beginning at column `indent` (or one blank behind a longer head),
 * broken at blanks so that no line is longer than TEXT_COLUMNS, the lines below the first indented
 * alike. What must not be shown (base/escape.h) becomes '?'. A
 * word that is too long for a line stands in one of its own. A newline ends the last line.
 */
void text_print_wrapped(const char *head, int indent, const char *text, FILE *to);

/* The same with the text formatted, up to some 4000 bytes of it. */
void text_printf_wrapped(const char *head, int indent, FILE *to, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
