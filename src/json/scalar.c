/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/scalar.h"

#include <inttypes.h>

#include <json-c/json.h>

#include "base/escape.h"
#include "base/num.h"
#include "base/utf8.h"

/* As UTF-16, in two halves above the first plane. */
static void put_code_point(uint32_t c, FILE *to)
{
	if (c < 0x10000)
		fprintf(to, "\\u%04x", c);
	else
		fprintf(to, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

void json_put_quoted(const char *text, FILE *to)
{
	putc('"', to);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20)
			fprintf(to, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else
			putc(c, to);
	}
	putc('"', to);
}

void json_put_shown(const char *text, FILE *to)
{
	size_t length;

	putc('"', to);
	for (; *text; text += length)
		if (escape_hides(text, &length))
			put_code_point(utf8_decode(text, length), to);
		else if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fwrite(text, 1, length, to);
	putc('"', to);
}

size_t json_number_text(struct json_object *number, char *buf, size_t size)
{
	char digits[NUM_TEXT_SIZE];
	int n;

	if (json_object_is_type(number, json_type_double))
		n = snprintf(buf, size, "%s",
			     num_format_double(json_object_get_double(number), digits));
	else if (json_object_get_int64(number) < 0)
		n = snprintf(buf, size, "%" PRId64, json_object_get_int64(number));
	else
		n = snprintf(buf, size, "%" PRIu64, json_object_get_uint64(number));
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

void json_put_scalar(struct json_object *value, FILE *to)
{
	char buf[NUM_TEXT_SIZE];

	switch (json_object_get_type(value)) {
	case json_type_string:
		json_put_quoted(json_object_get_string(value), to);
		break;
	case json_type_int:
	case json_type_double:
		json_number_text(value, buf, sizeof(buf));
		fputs(buf, to);
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(value) ? "true" : "false", to);
		break;
	default:
		fputs("null", to);
	}
}
