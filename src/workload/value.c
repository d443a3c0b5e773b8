/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "workload/parse.h"

static void *member_of(const struct json_field *field, void *to)
{
	return (char *)to + field->offset;
}

int take_name(const struct json_at *at, const struct json_field *field, void *to)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";
	size_t length = strlen(text);

	if (length == 0 || length >= WORKLOAD_NAME_SIZE || text[0] == '-' ||
	    strspn(text, allowed) != length)
		return json_refuse(at,
				   "a name of 1 to %d characters of a-z, 0-9 and -, not - first",
				   WORKLOAD_NAME_SIZE - 1);
	memcpy(member_of(field, to), text, length + 1);
	return 0;
}

/* A bare number is refused, because "10" could mean ms or s. */
int take_duration(const struct json_at *at, const struct json_field *field, void *to)
{
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";
	size_t length = strlen(text);
	char low[NUM_TEXT_SIZE], high[NUM_TEXT_SIZE];
	uint64_t ns;

	if (length == 0 || !isalpha((unsigned char)text[length - 1]) ||
	    num_parse_duration(text, &ns) < 0 || ns < field->min || ns > field->max)
		return json_refuse(at, "a duration with its unit (\"10ms\"), from %s to %s",
				   num_format_ns((double)field->min, low),
				   num_format_ns((double)field->max, high));
	*(uint64_t *)member_of(field, to) = ns;
	return 0;
}

/* "64M" and the like: whole units of 2^10, 2^20, 2^30. */
static bool bytes_from_text(const char *text, uint64_t *ret)
{
	static const char units[] = "KMG";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	char number[24];
	uint64_t value;

	if (digits >= sizeof(number) || text[digits + (unit != NULL)] != '\0')
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (num_parse_u64(number, &value) < 0 || value > UINT64_MAX >> shift)
		return false;
	*ret = value << shift;
	return true;
}

int take_bytes(const struct json_at *at, const struct json_field *field, void *to)
{
	uint64_t value;

	if (!json_is_string(at))
		return json_field_u64(at, field, to);
	if (!bytes_from_text(json_object_get_string(at->value), &value) || value < field->min ||
	    value > field->max)
		return json_refuse(
			at, "a number of bytes, or \"64K\", \"64M\", \"1G\", from %llu to %llu",
			(unsigned long long)field->min, (unsigned long long)field->max);
	*(uint64_t *)member_of(field, to) = value;
	return 0;
}

int take_seconds(const struct json_at *at, const struct json_field *field, void *to)
{
	double seconds;
	int r = json_get_double(at, (double)field->min / 1e3, (double)field->max / 1e3, &seconds);

	if (r == 0)
		*(uint64_t *)member_of(field, to) = (uint64_t)llround(seconds * 1e9);
	return r;
}

/* Not blank; the member is the caller's to free. */
int take_sentence(const struct json_at *at, const struct json_field *field, void *to)
{
	const char *text;
	int r = json_get_string(at, field->max, &text);

	if (r == 0 && !text[strspn(text, " \t\r\n")])
		return json_refuse(at, "a sentence: which question does it ask?");
	return r == 0 ? json_field_string(at, field, to) : r;
}
