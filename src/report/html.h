/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of the page; private to src/report/. All text is printed by markup_print(). */
#ifndef CGCHURN_REPORT_HTML_H
#define CGCHURN_REPORT_HTML_H

#include "report/model.h"

/* One paragraph or cell of formatted text, escaped. `element` is "p", "td", "td class=number". */
void html_element(const struct report *r, const char *element, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same of a text in which `words in backquotes` become <code>. A lone backquote stays. */
void html_prose(const struct report *r, const char *element, const char *text);

/*
 * A table that scrolls sideways by itself where it is too wide, reachable by keyboard. `headings`
 * end in NULL; where that is NULL, the caller prints the head.
 */
void html_table_begin(const struct report *r, const char *caption, const char *const *headings);
void html_table_end(const struct report *r);

/* A row of class `name` (NULL: none), with its own heading. */
void html_row_begin(const struct report *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void html_row_end(const struct report *r);

/* A cell with a figure; html_time() prints "16.4 ms", or an en dash for what is not finite. */
void html_number(const struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void html_time(const struct report *r, double ns);

/*
 * A drawing with a caption, which a screen reader reads instead of it. Takes what is in `p` and
 * leaves it empty. Nothing where `p` has no series or the report no pictures. A failed picture makes
 * the report fail.
 */
void html_drawing(struct report *r, struct picture *p, const char *caption, ...)
	__attribute__((format(printf, 3, 4)));

/* Which colour and dash stands for which group. */
void html_legend(const struct report *r);

/* "migrator write (response)" */
#define HTML_SERIES_SIZE 192
const char *html_series_name(const struct report_series *s, char buf[HTML_SERIES_SIZE]);

#endif
