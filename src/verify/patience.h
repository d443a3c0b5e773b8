/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a state of which the kernel tells nobody: looks once a millisecond at first, then
 * ever more seldom. After the end there is one more look, so that a pause of the whole machine (a
 * host that gives its guest no time) is not taken for the kernel's.
 */
#ifndef CGCHURN_VERIFY_PATIENCE_H
#define CGCHURN_VERIFY_PATIENCE_H

#include <stdbool.h>

#include "base/clock.h"

struct patience {
	uint64_t end_ns, pause_ns;
	bool last;
};

static inline struct patience patience_begin(uint64_t length_ns)
{
	return (struct patience){clock_now_ns() + length_ns, NS_PER_MS / 4, false};
}

/* Sleeps a while; false when it has lasted for long enough. */
static inline bool patience_again(struct patience *p)
{
	uint64_t now = clock_now_ns();

	if (p->last)
		return false;
	p->last = now + p->pause_ns >= p->end_ns;
	clock_sleep_until(now + p->pause_ns);
	if (p->pause_ns < 16 * NS_PER_MS)
		p->pause_ns *= 2;
	return true;
}

#endif
