/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that measure or plan share: options, progress, and the end by a signal. */
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

/* prepare_result() with label and seed. */
int measure_prepare_result(const struct measure_options *o, struct result *r, struct err *e);

/* session_probe_regime() where the host's facts leave doubt. A probe that fails leaves the doubt. */
void measure_probe_regime(struct session *s, struct host *h);

/* session_end() after what gave `r`: the first failure is returned in `e`, a later one printed. */
int measure_end(struct session *s, int r, struct err *e);

/*
 * What is printed to standard error meanwhile: messages, and on a terminal a line that shows which
 * trial of how many it is and how long all will still take.
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

/*
 * Rewrites `e`, where it is of EXIT_INTERRUPTED, to say by which signal, after how many trials, and
 * what was kept where. `output`: what -o was given, or NULL; `begun`: it was written to.
 */
void interrupted_explain(const struct session *s, const struct result *r, const char *output,
			 bool begun, struct err *e);

#endif
