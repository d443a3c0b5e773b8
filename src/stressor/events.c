/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/events.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

const char *const events_wait_choices[] = {
	[EVENTS_READ] = "read", [EVENTS_POLL] = "poll", [EVENTS_POLL + 1] = NULL};

int events_read(int fd, const char *key)
{
	char text[128];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	at = strstr(text, key);
	return at && at[strlen(key)] == ' ' ? at[strlen(key) + 1] != '0' : -ENODATA;
}

int events_await(int fd, const char *key, int value, enum events_wait how, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = fd, .events = POLLPRI};

	for (;;) {
		int found = events_read(fd, key);
		uint64_t now = clock_now_ns();
		struct timespec left = clock_timespec(deadline_ns > now ? deadline_ns - now : 0);

		if (found < 0 || found == value)
			return found < 0 ? found : 0;
		if (now >= deadline_ns)
			return -ETIME;
		if (how == EVENTS_READ)
			sched_yield();
		else if (ppoll(&p, 1, &left, NULL) < 0 && errno != EINTR)
			return -errno;
	}
}
