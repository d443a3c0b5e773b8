/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/markup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/escape.h"

static const char *reference(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
	case '\r':
		return " ";
	default:
		return NULL;
	}
}

static void print(const char *text, bool keep_lines, FILE *to)
{
	size_t length;

	for (text = text ? text : ""; *text; text += length) {
		bool hidden = escape_hides(text, &length);
		const char *other = reference((unsigned char)*text);

		if (keep_lines && *text == '\n')
			putc('\n', to);
		else if (other || hidden)
			fputs(other ? other : "\xef\xbf\xbd", to);
		else
			fwrite(text, 1, length, to);
	}
}

void markup_print(const char *text, FILE *to)
{
	print(text, false, to);
}

void markup_print_lines(const char *text, FILE *to)
{
	print(text, true, to);
}

void markup_printf(FILE *to, const char *format, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	markup_print(text, to);
}
