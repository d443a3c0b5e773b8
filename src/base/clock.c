/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

const char *clock_format_rfc3339(int64_t s, char buf[CLOCK_RFC3339_SIZE])
{
	time_t time = (time_t)s;
	struct tm tm;

	gmtime_r(&time, &tm);
	strftime(buf, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

void clock_rfc3339(char buf[CLOCK_RFC3339_SIZE])
{
	clock_format_rfc3339(time(NULL), buf);
}

/* The number that the `digits` digits at `text` say; the caller has seen that they are digits. */
static int digits_at(const char *text, int digits)
{
	int value = 0;

	while (digits--)
		value = value * 10 + (*text++ - '0');
	return value;
}

static bool has_form(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January. */
static int64_t days_before(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* By hand: the C library's way reads a time zone, which a confined process cannot. */
int clock_parse_rfc3339(const char *text, int64_t *ret_s)
{
	int year, month, day, hour, minute, second;
	int64_t days;

	if (!has_form(text))
		return -EINVAL;
	year = digits_at(text, 4);
	month = digits_at(text + 5, 2);
	day = digits_at(text + 8, 2);
	hour = digits_at(text + 11, 2);
	minute = digits_at(text + 14, 2);
	second = digits_at(text + 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return -EINVAL;
	days = days_before(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += days_of_month(year, m);
	*ret_s = ((days * 24 + hour) * 60 + minute) * 60 + second;
	return 0;
}
