/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/markup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

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
		return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

/* How many bytes at `text` are a character that must not be shown as it is; 0: none. */
static size_t hidden_length(const unsigned char *text)
{
	/* C1 controls: U+0080..U+009F */
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	/* U+202A..U+202E and U+2066..U+2069 */
	if (text[0] == 0xe2 && text[1] == 0x80 && text[2] >= 0xaa && text[2] <= 0xae)
		return 3;
	if (text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9)
		return 3;
	/* U+FFFE and U+FFFF, which are no characters of XML */
	if (text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe)
		return 3;
	return 0;
}

static void print(const char *text, bool keep_lines, FILE *to)
{
	const unsigned char *p = (const unsigned char *)(text ? text : "");

	while (*p) {
		const char *other = keep_lines && *p == '\n' ? NULL : reference(*p);
		size_t hidden = hidden_length(p);

		if (hidden)
			fputs("\xef\xbf\xbd", to);
		else if (other)
			fputs(other, to);
		else
			putc(*p, to);
		p += hidden ? hidden : 1;
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
