/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All trials of one invocation, into one result.
 *
 * Trials of different workloads take turns (the first of each, then the second of each, ...), so
 * that what drifts while the invocation runs falls on all of them alike.
 */
#ifndef CGCHURN_RUN_INVOCATION_H
#define CGCHURN_RUN_INVOCATION_H

#include <stdint.h>

#include "trace/attribute.h"
#include "base/err.h"
#include "run/list.h"
#include "run/session.h"
#include "result/result.h"

/* Progress callbacks; any may be NULL. */
struct invocation_listener {
	void *opaque;
	/* A trial is about to begin; `left_ns`: warm-ups and windows from here to the end. */
	void (*begins)(void *opaque, const struct workload *w, uint64_t trial, uint64_t left_ns);
	/* It has been under way for so long, set-up not counted. */
	void (*progress)(void *opaque, uint64_t elapsed_ns);
	/* A sentence for the user, without a newline. */
	void (*message)(void *opaque, const char *sentence);
};

struct invocation {
	struct session *session;         /* begun */
	struct run_list *list;           /* planned */
	struct result *result;           /* filled; the caller's */
	const char *output;              /* replaced after every trial; NULL: nothing is written */
	const char *raw_folder;          /* NULL: no raw samples */
	bool stack_samples;              /* at the workers' stacks, where there is no attribution */
	struct attribution *attribution; /* NULL: nothing is traced; else each trial is run twice */
	struct invocation_listener listener;
	int save_error; /* negative errno while the newest trial could not be written */
};

/* Makes a run of each workload in the result; before invocation_run(). -ENOMEM with `e`. */
int invocation_prepare(struct invocation *in, struct err *e);

/*
 * Runs. A workload that this host cannot do is given up with its reason, and the others go on;
 * EXIT_CANNOT in `e` at the end then. -ENOTRECOVERABLE, and EXIT_CANNOT too, as soon as a process
 * does not end although it was killed (trial_run()). Interrupted: -EINTR and EXIT_INTERRUPTED; the
 * trials that were finished are in the result, and in the file.
 */
int invocation_run(struct invocation *in, struct err *e);

#endif
