/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a run that a signal ended: by which, after how much, and what is kept where. */
#ifndef CGCHURN_COMMAND_INTERRUPTED_H
#define CGCHURN_COMMAND_INTERRUPTED_H

#include <stdint.h>

#include "base/err.h"
#include "run/session.h"
#include "result/result.h"

struct interrupted_count {
	uint64_t finished, planned; /* trials of all runs */
};
struct interrupted_count interrupted_count(const struct result *r);

/* The name of the signal that ended a session, "SIGTERM"; after session_end(). */
const char *interrupted_by(const struct session *s);

/*
 * Rewrites `e`, where it is of EXIT_INTERRUPTED, with that. `output` is what -o was given, or NULL;
 * `begun` says whether it was written to at all.
 */
void interrupted_explain(const struct session *s, const struct result *r, const char *output,
			 bool begun, struct err *e);

#endif
