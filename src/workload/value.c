/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "workload/parse.h"

int parse_name(const struct json_at *at, char ret[WORKLOAD_NAME_SIZE])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";
	size_t length = strlen(text);

	if (length == 0 || length >= WORKLOAD_NAME_SIZE || text[0] == '-' ||
	    strspn(text, allowed) != length)
		return json_refuse(at,
				   "a name of 1 to %d characters of a-z, 0-9 and -, not - first",
				   WORKLOAD_NAME_SIZE - 1);
	memcpy(ret, text, length + 1);
	return 0;
}

/* A bare number is refused: nobody can tell whether "10" means ms or s. */
int parse_duration(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret_ns)
{
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";
	size_t length = strlen(text);
	char low[NUM_TEXT_SIZE], high[NUM_TEXT_SIZE];
	uint64_t ns;

	if (length == 0 || !isalpha((unsigned char)text[length - 1]) ||
	    num_parse_duration(text, &ns) < 0 || ns < min || ns > max)
		return json_refuse(at, "a duration with its unit (\"10ms\"), from %s to %s",
				   num_format_ns((double)min, low),
				   num_format_ns((double)max, high));
	*ret_ns = ns;
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

int parse_bytes(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!json_is_string(at))
		return json_get_u64(at, min, max, ret);
	if (!bytes_from_text(json_object_get_string(at->value), &value) || value < min ||
	    value > max)
		return json_refuse(
			at, "a number of bytes, or \"64K\", \"64M\", \"1G\", from %llu to %llu",
			(unsigned long long)min, (unsigned long long)max);
	*ret = value;
	return 0;
}

int optional_u64(const struct json_at *object, const char *key, uint64_t min, uint64_t max,
		 uint64_t *ret)
{
	struct json_at at = json_member(object, key);

	return at.present ? json_get_u64(&at, min, max, ret) : 0;
}

int optional_double(const struct json_at *object, const char *key, double min, double max,
		    double *ret)
{
	struct json_at at = json_member(object, key);

	return at.present ? json_get_double(&at, min, max, ret) : 0;
}

int optional_seconds(const struct json_at *object, const char *key, double min, double max,
		     uint64_t *ret_ns)
{
	double seconds = -1;
	int r = optional_double(object, key, min, max, &seconds);

	if (r == 0 && seconds >= 0)
		*ret_ns = (uint64_t)llround(seconds * 1e9);
	return r;
}

int optional_bool(const struct json_at *object, const char *key, bool *ret)
{
	struct json_at at = json_member(object, key);

	return at.present ? json_get_bool(&at, ret) : 0;
}
