/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* Columns, where each code point takes one: bytes less UTF-8's continuation bytes. */
static int columns_of(const char *text, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/*
 * How many bytes of control character `text` begins with: ASCII's, or U+0080 to U+009F, which some
 * terminals obey too.
 */
static size_t control_length(const char *text)
{
	unsigned char c = (unsigned char)text[0];

	if (c < 0x20 || c == 0x7f)
		return 1;
	return c == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80 ? 2 : 0;
}

static void put_masked(const char *text, size_t n, FILE *to)
{
	for (size_t i = 0; i < n; i++) {
		size_t control = control_length(text + i);

		putc(control ? '?' : text[i], to);
		i += control == 2;
	}
}

void text_print_wrapped(const char *head, int indent, const char *text, FILE *to)
{
	int column = columns_of(head, strlen(head));
	bool first = true;

	put_masked(head, strlen(head), to);
	if (column && column >= indent)
		indent = column + 1;
	fprintf(to, "%*s", indent - column, "");
	column = indent;
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		int wide = columns_of(text, length);

		if (!first && column + 1 + wide > TEXT_COLUMNS) {
			fprintf(to, "\n%*s", indent, "");
			column = indent;
		} else if (!first) {
			putc(' ', to);
			column++;
		}
		put_masked(text, length, to);
		column += wide;
		text += length;
		first = false;
	}
	putc('\n', to);
}

void text_printf_wrapped(const char *head, int indent, FILE *to, const char *format, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	text_print_wrapped(head, indent, text, to);
}
