/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/num.h"

static void print_end(const struct report *r, const char *element)
{
	fprintf(r->page, "</%.*s>\n", (int)strcspn(element, " "), element);
}

static void print_escaped(const struct report *r, const char *format, va_list ap)
{
	_cleanup_free char *text = NULL;

	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	markup_print(text, r->page);
}

void html_element(const struct report *r, const char *element, const char *format, ...)
{
	va_list ap;

	fprintf(r->page, "<%s>", element);
	va_start(ap, format);
	print_escaped(r, format, ap);
	va_end(ap);
	print_end(r, element);
}

static void print_part(const char *from, const char *end, FILE *to)
{
	_cleanup_free char *part = strndup(from, (size_t)(end - from));

	markup_print(part, to);
}

void html_prose(const struct report *r, const char *element, const char *text)
{
	const char *open, *close;

	fprintf(r->page, "<%s>", element);
	while ((open = strchr(text, '`')) && (close = strchr(open + 1, '`'))) {
		print_part(text, open, r->page);
		fputs("<code>", r->page);
		print_part(open + 1, close, r->page);
		fputs("</code>", r->page);
		text = close + 1;
	}
	markup_print(text, r->page);
	print_end(r, element);
}

void html_table_begin(const struct report *r, const char *caption, const char *const *headings)
{
	fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", r->page);
	markup_print(caption, r->page);
	fputs("\"><table>\n", r->page);
	html_element(r, "caption", "%s", caption);
	if (!headings)
		return;
	fputs("<thead><tr>\n", r->page);
	while (*headings)
		html_element(r, "th scope=\"col\"", "%s", *headings++);
	fputs("</tr></thead>\n<tbody>\n", r->page);
}

void html_table_end(const struct report *r)
{
	fputs("</tbody></table></div>\n", r->page);
}

void html_row_begin(const struct report *r, const char *name, const char *format, ...)
{
	va_list ap;

	fprintf(r->page, name ? "<tr class=\"%s\">\n" : "<tr>\n", name);
	fputs("<th scope=\"row\">", r->page);
	va_start(ap, format);
	print_escaped(r, format, ap);
	va_end(ap);
	fputs("</th>\n", r->page);
}

void html_row_end(const struct report *r)
{
	fputs("</tr>\n", r->page);
}

void html_number(const struct report *r, const char *format, ...)
{
	va_list ap;

	fputs("<td class=\"number\">", r->page);
	va_start(ap, format);
	print_escaped(r, format, ap);
	va_end(ap);
	fputs("</td>\n", r->page);
}

void html_time(const struct report *r, double ns)
{
	char text[NUM_TEXT_SIZE];

	html_number(r, "%s", isfinite(ns) ? num_format_ns(ns, text) : "\xe2\x80\x93");
}

void html_drawing(struct report *r, struct picture *p, const char *caption, ...)
{
	size_t number = r->n_pictures;
	va_list ap;

	if (p->n && r->settings.pictures && number < PICTURES_MAX) {
		fprintf(r->page, "<figure><figcaption id=\"caption-%zu\">", number);
		va_start(ap, caption);
		print_escaped(r, caption, ap);
		va_end(ap);
		fprintf(r->page,
			"</figcaption>\n<svg class=\"drawing\" viewBox=\"0 0 %d %d\" role=\"img\" "
			"aria-labelledby=\"caption-%zu\">\n",
			PICTURE_WIDTH, PICTURE_HEIGHT, number);
		picture_print(p, r->page);
		fputs("</svg></figure>\n", r->page);
		r->n_pictures++;
	}
	r->failed |= p->failed;
	picture_finish(p);
}

void html_legend(const struct report *r)
{
	if (r->n_groups < 2)
		return;
	fputs("<ul class=\"legend\">\n", r->page);
	for (size_t i = 0; i < r->n_groups; i++) {
		fprintf(r->page,
			"<li><svg viewBox=\"0 0 36 10\" aria-hidden=\"true\"><line class=\"d%zu\" "
			"x1=\"1\" y1=\"5\" x2=\"35\" y2=\"5\"/></svg>",
			i);
		markup_print(r->groups[i].name, r->page);
		fputs("</li>\n", r->page);
	}
	fputs("</ul>\n", r->page);
}

const char *html_series_name(const struct report_series *s, char buf[HTML_SERIES_SIZE])
{
	return series_label(&s->id, buf);
}
