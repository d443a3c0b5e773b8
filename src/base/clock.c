/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

#include <errno.h>
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

/* Strict: what was read must read the same when it is written again. */
int clock_parse_rfc3339(const char *text, int64_t *ret_s)
{
	char again[CLOCK_RFC3339_SIZE];
	struct tm tm = {0};
	int64_t s;

	if (strlen(text) >= sizeof(again) || !strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return -EINVAL;
	s = timegm(&tm);
	if (s < 0 || strcmp(clock_format_rfc3339(s, again), text) != 0)
		return -EINVAL;
	*ret_s = s;
	return 0;
}
