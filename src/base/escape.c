/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/escape.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_length(const char *text, size_t room)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (room < n)
		return 0;
	/* The second byte excludes overlong forms, surrogates, and what lies above U+10FFFF. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

uint32_t utf8_decode(const char *text, size_t length)
{
	/* By length: the bits of the first byte that belong to the number. */
	static const uint32_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c = p[0] & masks[length];

	for (size_t i = 1; i < length; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

size_t utf8_encode(uint32_t c, char to[UTF8_LENGTH_MAX])
{
	static const unsigned char first[UTF8_LENGTH_MAX] = {0, 0xc0, 0xe0, 0xf0};
	int more = (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);

	to[0] = (char)(first[more] | c >> 6 * more);
	for (int i = 1; i <= more; i++)
		to[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
	return (size_t)more + 1;
}

char *utf8_repair(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t room = strlen(text);
	char *repaired = malloc(room * (sizeof(replacement) - 1) + 1), *out = repaired;

	if (!repaired)
		return NULL;
	while (room) {
		size_t n = utf8_length(text, room);

		out = n ? mempcpy(out, text, n)
			: mempcpy(out, replacement, sizeof(replacement) - 1);
		text += n ? n : 1;
		room -= n ? n : 1;
	}
	*out = '\0';
	return repaired;
}

/* Of code points, sorted; see the header. */
static const struct range {
	uint32_t first, last;
} ranges[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f},   {0x00ad, 0x00ad},   {0x034f, 0x034f},
	{0x061c, 0x061c}, {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
	{0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
	{0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
	{0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool escape_hides(const char *text, size_t *ret_length)
{
	size_t room = strnlen(text, UTF8_LENGTH_MAX);
	size_t length = utf8_length(text, room);
	uint32_t c;

	*ret_length = length ? length : 1;
	if (length == 0)
		return true;
	c = utf8_decode(text, length);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && ranges[i].first <= c; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

void escape_mask(char *text)
{
	char *to = text;
	size_t length;

	for (; *text; text += length) {
		if (escape_hides(text, &length)) {
			*to++ = '?';
		} else {
			memmove(to, text, length);
			to += length;
		}
	}
	*to = '\0';
}

char *escape_dup(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (copy)
		escape_mask(copy);
	return copy;
}

void escape_copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
	escape_mask(to);
}

void escape_print_part(const char *text, size_t size, FILE *to)
{
	size_t length;

	for (const char *end = text + size; text < end; text += length)
		if (escape_hides(text, &length))
			putc('?', to);
		else
			fwrite(text, 1, length, to);
}

void escape_print(const char *text, FILE *to)
{
	escape_print_part(text, strlen(text), to);
}

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
