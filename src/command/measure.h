/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that measure or plan share: options, progress, and the order of steps. */
#ifndef CGCHURN_COMMAND_MEASURE_H
#define CGCHURN_COMMAND_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "command/command.h"
#include "result/result.h"
#include "run/invocation.h"
#include "run/session.h"
#include "workload/workload.h"

/* Changes to the workloads that a command reads. */
struct override_options {
	struct option_strings sets;
	struct option_u64 trials, duration, warmup;
};
extern const struct command_option override_options[];

/* Points into the options. */
struct workload_overrides overrides_from_options(const struct override_options *o);

/* Where the run group is made. */
struct place_options {
	const char *cgroup_root;
	bool enable_controllers;
};
extern const struct command_option place_options[];

/* Of commands that run trials. */
struct measure_options {
	const char *label, *host_name;
	struct override_options overrides;
	struct option_u64 seed;
	struct place_options place;
	bool quiet;
};
extern const struct command_option measure_options[];

/* session_probe_regime() where the host's facts leave doubt. A probe that fails leaves the doubt. */
void measure_probe_regime(struct session *s, struct host *h);

/* session_end() after what gave `r`: the first failure is returned in `e`, a later one printed. */
int measure_end(struct session *s, int r, struct err *e);

/*
 * Printed to standard error: messages, and on a terminal a line with the number of the trial and the
 * time left.
 */
struct progress {
	bool line; /* a terminal, and not quiet */
	bool shown;
	const struct workload *workload; /* of the current trial */
	uint64_t trial, left_ns;
};

void progress_init(struct progress *p, bool quiet);
struct invocation_listener progress_listener(struct progress *p);
void progress_clear(struct progress *p); /* before anything else is printed */

/* Whole seconds of all warm-ups and windows. */
unsigned long long measure_seconds(const struct run_list *list);

uint64_t interrupted_finished(const struct result *r); /* trials of all runs */

/* The name of the signal that ended a session, "SIGTERM"; after session_end(). */
const char *interrupted_by(const struct session *s);

/* What one call of a command measures. */
struct measurement {
	const struct measure_options *o;
	const char *output; /* of -o, or NULL */
	void *opaque;       /* the command's own; passed to its steps */

	struct run_list list;
	struct session session;
	struct result *result;
	struct progress progress;
	bool begun; /* the session and the output: there is something to show */
};

/* The steps of a command, in the order in which measure() calls them. */
struct measure_steps {
	int (*load)(void *opaque, struct err *e);  /* fills the list */
	int (*check)(void *opaque, struct err *e); /* the host's facts are known; may be NULL */
	int (*begin)(void *opaque, struct err *e); /* the session has begun; may be NULL */
	int (*trials)(void *opaque, struct err *e);
	void (*undo)(void *opaque);                      /* also after a failure; may be NULL */
	int (*show)(void *opaque, int r, struct err *e); /* where `begun`; returns r or its own */
};

/* The command's main function: `m` with `o`, `output` and `opaque`, the rest zeroed. */
int measure(struct measurement *m, const struct measure_steps *steps, struct err *e);

/* run_list_plan() with the seed of the result, on the CPUs of the session. */
int measure_plan(struct measurement *m, struct err *e);

#endif
