/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/quoted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/escape.h"

static bool append(struct printbuf *to, const char *bytes, size_t n)
{
	return !to || n == 0 || printbuf_memappend(to, bytes, (int)n) >= 0;
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
			size_t n = c < 0x20 ? 0 : utf8_length(*p, (size_t)(end - *p));

			if (n == 0)
				return c < 0x20 ? "control characters as escapes only" : "UTF-8";
			if (!append(to, *p, n))
				return "memory";
			*p += n;
		}
	}
	return "a closing '\"'";
}
