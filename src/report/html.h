/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of the page; inside src/report/ only. Text goes through markup_print(), always. */
#ifndef CGCHURN_REPORT_HTML_H
#define CGCHURN_REPORT_HTML_H

#include "report/model.h"

/* One paragraph or cell of formatted text, escaped. `element` is "p", "td", "td class=number". */
void html_element(const struct report *r, const char *element, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same of a text as it is, in which `such words` become <code>, as the workloads' questions
 * mark them. A mark without its fellow stays what it is.
 */
void html_prose(const struct report *r, const char *element, const char *text);

/* A table that scrolls sideways by itself where it is too wide, reachable by keyboard. */
void html_table_begin(const struct report *r, const char *caption);
void html_table_head(const struct report *r, const char *const *headings, size_t n);
void html_table_end(const struct report *r);

/*
 * A drawing with a caption, which a screen reader reads in its place. Takes what is in `p` and
 * leaves it empty. Nothing where the report is to have no pictures.
 */
void html_drawing(struct report *r, struct picture *p, const char *caption);

/* Which colour and dash stands for which group. */
void html_legend(const struct report *r);

/* "16.4 ms", or an en dash where the samples do not support it. */
#define HTML_CELL_SIZE 64
const char *html_percentile(const struct sparse_histogram *h, double q, char buf[HTML_CELL_SIZE]);

/* "migrator write (response)" */
#define HTML_SERIES_SIZE 192
const char *html_series_name(const struct report_series *s, char buf[HTML_SERIES_SIZE]);

#endif
