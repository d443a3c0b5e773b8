/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/quoted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static bool append(struct printbuf *to, const char *bytes, size_t n)
{
	return !to || n == 0 || printbuf_memappend(to, bytes, (int)n) >= 0;
}

/* The length of the UTF-8 sequence at `p` (Unicode 15.0, table 3-7), 0 where it is none. */
static size_t utf8_length(const unsigned char *p, size_t room)
{
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

static size_t utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char **p, const char *end)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++, (*p)++) {
		unsigned char c;

		if (*p == end)
			return -1;
		c = (unsigned char)**p;
		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value << 4 | ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* `*p` points behind "\u"; on failure at the escape's backslash or at the odd digit. */
static const char *scan_unicode(const char **p, const char *end, struct printbuf *to)
{
	const char *start = *p - 2;
	int32_t c = hex4(p, end), low;
	char bytes[4];

	if (c < 0)
		return "four hexadecimal digits";
	if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		*p += 2;
		low = hex4(p, end);
		if (low < 0)
			return "four hexadecimal digits";
		c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
						  : 0xd800;
	}
	if (c == 0 || (c >= 0xd800 && c < 0xe000)) {
		*p = start;
		return c ? "surrogates in pairs only" : "no NUL in a string";
	}
	return append(to, bytes, utf8_encode((uint32_t)c, bytes)) ? NULL : "memory";
}

/* `*p` points behind the backslash. */
static const char *scan_escape(const char **p, const char *end, struct printbuf *to)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (*p == end)
		return "an escape";
	if (**p == 'u') {
		++*p;
		return scan_unicode(p, end, to);
	}
	found = **p ? strchr(letters, **p) : NULL;
	if (!found)
		return "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u";
	++*p;
	return append(to, &meanings[found - letters], 1) ? NULL : "memory";
}

const char *json_quoted_scan(const char **p, const char *end, struct printbuf *to)
{
	while (*p < end) {
		const char *start = *p, *problem;
		unsigned char c;

		/* Plain ASCII in one go. */
		while (*p < end && (c = (unsigned char)**p) >= 0x20 && c < 0x80 && c != '"' &&
		       c != '\\')
			++*p;
		if (!append(to, start, (size_t)(*p - start)))
			return "memory";
		if (*p == end)
			break;
		c = (unsigned char)**p;
		if (c == '"') {
			++*p;
			return NULL;
		}
		if (c == '\\') {
			++*p;
			problem = scan_escape(p, end, to);
			if (problem)
				return problem;
		} else {
			size_t n = c < 0x20 ? 0
					    : utf8_length((const unsigned char *)*p,
							  (size_t)(end - *p));

			if (n == 0)
				return c < 0x20 ? "control characters as escapes only" : "UTF-8";
			if (!append(to, *p, n))
				return "memory";
			*p += n;
		}
	}
	return "a closing '\"'";
}
