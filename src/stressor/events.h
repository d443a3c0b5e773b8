/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a group to become what it was told to: frozen, thawed, empty.
 *
 * cgroup.events says when, and a reader can be woken by POLLPRI. The kernel sends at most one such
 * wake-up a file every 10 ms (CGROUP_FILE_NOTIFY_MIN_INTV in kernel/cgroup/cgroup.c), so who waits
 * for it may see the limit in place of the group. Hence two ways:
 *
 *	poll   as managers do it; includes the limit
 *	read   over and over, the CPU yielded in between; the truth, at the price of a CPU
 */
#ifndef CGCHURN_STRESSOR_EVENTS_H
#define CGCHURN_STRESSOR_EVENTS_H

#include <stdint.h>

enum events_wait { EVENTS_READ, EVENTS_POLL };

extern const char *const events_wait_choices[]; /* for an option's table */

/* The value of a key ("populated", "frozen"), 0 or 1, or a negative errno. `fd`: of cgroup.events.
 */
int events_read(int fd, const char *key);

/*
 * Until the key has the value. 0; -ETIME at the deadline (CLOCK_MONOTONIC, ns); another negative
 * errno.
 */
int events_await(int fd, const char *key, int value, enum events_wait how, uint64_t deadline_ns);

#endif
