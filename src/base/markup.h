/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of strangers inside XML and HTML. */
#ifndef CGCHURN_BASE_MARKUP_H
#define CGCHURN_BASE_MARKUP_H

#include <stdio.h>

/*
 * Prints UTF-8 text as character data or as a quoted attribute's value: & < > " ' as references;
 * what must not be shown (base/escape.h) as U+FFFD, because XML 1.0 cannot hold most of it; tabs and
 * newlines as blanks. NULL prints nothing.
 */
void markup_print(const char *text, FILE *to);

/* The same with the newlines kept, for text of several lines; never in an attribute. */
void markup_print_lines(const char *text, FILE *to);

/* markup_print() of formatted text, up to some 4000 bytes of it. */
void markup_printf(FILE *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
