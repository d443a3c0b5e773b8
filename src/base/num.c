/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int num_parse_u64(const char *text, uint64_t *ret)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -ERANGE;
	*ret = value;
	return 0;
}

static bool take_u32(const char **at, uint32_t *ret)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	value = strtoul(*at, &end, 10);
	if (value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	*at = end;
	return true;
}

bool num_list_next(const char **at, uint32_t *ret_first, uint32_t *ret_last)
{
	const char *here = *at;
	uint32_t first, last;

	if (!take_u32(&here, &first))
		return false;
	last = first;
	if (*here == '-') {
		here++;
		if (!take_u32(&here, &last) || last < first)
			return false;
	}
	if (*here && *here != ',')
		return false;
	*at = here + (*here == ',');
	*ret_first = first;
	*ret_last = last;
	return true;
}

/* strtod() also takes spaces, hexadecimal, "inf" and "nan"; a user's file must not. */
static int parse_leading_double(const char *text, double *ret, const char **ret_end)
{
	const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
	char *end;

	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return -EINVAL;
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		return -EINVAL;
	errno = 0;
	*ret = strtod(text, &end);
	if (end == text)
		return -EINVAL;
	if (errno == ERANGE || !isfinite(*ret))
		return -ERANGE;
	*ret_end = end;
	return 0;
}

int num_parse_double(const char *text, double *ret)
{
	const char *end;
	double value;
	int r = parse_leading_double(text, &value, &end);

	if (r < 0)
		return r;
	if (*end)
		return -EINVAL;
	*ret = value;
	return 0;
}

static double unit_ns(const char *unit)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"", 1e9},  {"ns", 1},   {"us", 1e3},  {"ms", 1e6},
		     {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ns;
	return 0;
}

int num_parse_duration(const char *text, uint64_t *ret_ns)
{
	const char *unit;
	double value, scale;
	int r = parse_leading_double(text, &value, &unit);

	if (r < 0)
		return r;
	scale = unit_ns(unit);
	if (scale == 0)
		return -EINVAL;
	if (value < 0 || value * scale >= 0x1.0p63)
		return -ERANGE;
	*ret_ns = (uint64_t)llround(value * scale);
	return 0;
}

const char *num_format_ns(double ns, char buf[NUM_TEXT_SIZE])
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = 0;
	int digits;

	/* 999.5 would round to 1000 with three digits, so it already belongs to the next unit. */
	while (unit < 3 && ns >= 999.5) {
		ns /= 1000;
		unit++;
	}
	digits = unit == 0 || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2;
	snprintf(buf, NUM_TEXT_SIZE, "%.*f %s", digits, ns, units[unit]);
	return buf;
}

const char *num_format_bytes(uint64_t bytes, char buf[NUM_TEXT_SIZE])
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, NUM_TEXT_SIZE, "%llu %s", (unsigned long long)bytes, units[unit]);
	return buf;
}

const char *num_format_double(double value, char buf[NUM_TEXT_SIZE])
{
	int digits = 0;

	if (value == floor(value) && fabs(value) <= 0x1.0p53) {
		snprintf(buf, NUM_TEXT_SIZE, "%.0f", value + 0.0); /* + 0.0 makes -0 a 0 */
		return buf;
	}
	do
		snprintf(buf, NUM_TEXT_SIZE, "%.*g", ++digits, value);
	while (digits < 17 && strtod(buf, NULL) != value);
	return buf;
}

const char *num_format_count(uint64_t count, char buf[NUM_TEXT_SIZE])
{
	char digits[NUM_TEXT_SIZE];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	char *out = buf;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*out++ = ' ';
		*out++ = digits[i];
	}
	*out = '\0';
	return buf;
}
