/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nanoseconds of CLOCK_MONOTONIC: the one clock of every span, gate and deadline. */
#ifndef CGCHURN_BASE_CLOCK_H
#define CGCHURN_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

static inline uint64_t clock_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static inline struct timespec clock_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S),
				 .tv_nsec = (long)(ns % NS_PER_S)};
}

/* Sleeps until the absolute time, through any number of signals. */
static inline void clock_sleep_until(uint64_t ns)
{
	struct timespec ts = clock_timespec(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		;
}

/* Wall clock as RFC 3339 in UTC, "2026-01-31T23:59:59Z"; `buf` takes at least 21 bytes. */
#define CLOCK_RFC3339_SIZE 24
void clock_rfc3339(char buf[CLOCK_RFC3339_SIZE]);

/* The same of a time since 1970 of at most the year 9999; returns `buf`. */
const char *clock_format_rfc3339(int64_t s, char buf[CLOCK_RFC3339_SIZE]);

/*
 * Back to seconds since 1970, for the years 1970 to 9999; this form and no other: no offset, no
 * fraction. -EINVAL.
 */
int clock_parse_rfc3339(const char *text, int64_t *ret_s);

#endif
