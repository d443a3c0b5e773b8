/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/escape.h"

/* Columns, where each code point takes one: bytes less UTF-8's continuation bytes. */
static int columns_of(const char *text, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

void text_print_wrapped(const char *head, int indent, const char *text, FILE *to)
{
	int column = columns_of(head, strlen(head));
	bool first = true;

	escape_print(head, to);
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
		escape_print_part(text, length, to);
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
