/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock's regime in plain words: what it means, how to turn the quicker one on, what that costs.
 * Pure; the kernel facts behind the sentences are in doc/lock.md.
 */
#ifndef CGCHURN_HOST_EXPLAIN_H
#define CGCHURN_HOST_EXPLAIN_H

#include <stddef.h>

#include "host/host.h"

/* Whether the patch is in force, in a few words: "no: the lock is global". */
const char *lock_in_force(const struct host *h);

/* What a migration and a fork go through in this regime. */
const char *lock_meaning(const struct host *h);

/*
 * Where RCU grace periods are expedited (host_expedites()): that this hides most of what the
 * default mount costs, what to expect instead, and how to measure as other machines are. NULL
 * elsewhere.
 */
const char *lock_expectation(const struct host *h);

#define LOCK_ADVICE_SIZE 1024

/*
 * What can be done, as sentences of some hundred bytes: how to turn favordynmods on here, or why
 * there is nothing to turn on. Returns `buf`.
 */
const char *lock_how_to(const struct host *h, char buf[LOCK_ADVICE_SIZE]);

/* What that costs, or would cost; NULL where there is nothing to choose. */
const char *lock_cost(const struct host *h);

#endif
