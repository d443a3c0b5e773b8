/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which results are of one kind; inside src/compare/ only. */
#ifndef CGCHURN_COMPARE_HISTORY_IDENTITY_H
#define CGCHURN_COMPARE_HISTORY_IDENTITY_H

#include "compare/history.h"

/* Keeps a result's facts, as compare sees them, and its host's name. -ENOMEM. */
int identity_take(struct history *h, struct history_result *kept, const char *origin,
		  const struct result *r);

/*
 * Whether two results differ in nothing that makes them different series of a workload. What one of
 * the two does not have (the hierarchy of a run without trials) counts as a difference except where
 * `lenient`.
 */
bool identity_same(const struct history *h, const char *workload, size_t a, size_t b, bool lenient);

#endif
