/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

void clock_rfc3339(char buf[CLOCK_RFC3339_SIZE])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(buf, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
