/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `run` says on stderr while it works: messages always, and on a terminal a line that shows
 * which trial of how many it is and how long all will still take.
 */
#ifndef CGCHURN_COMMAND_PROGRESS_H
#define CGCHURN_COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "run/invocation.h"

struct progress {
	bool line; /* a terminal, and nobody asked for quiet */
	bool shown;
	const struct workload *workload; /* of the trial under way */
	uint64_t trial, left_ns;
};

void progress_init(struct progress *p, bool quiet);
struct invocation_listener progress_listener(struct progress *p);

/* Takes the line away, before anything else is printed. */
void progress_clear(struct progress *p);

#endif
