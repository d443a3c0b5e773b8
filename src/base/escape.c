/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/escape.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Of code points, sorted; see the header. */
static const struct range {
	uint32_t first, last;
} hidden[] = {
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
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]) && hidden[i].first <= c; i++)
		if (c <= hidden[i].last)
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
