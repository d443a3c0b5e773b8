/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

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
