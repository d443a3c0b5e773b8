/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of one invocation, as data. Written by `run` after every trial, read by compare,
 * report, export and history; everything here is pure and runs on any machine from the file alone.
 * The JSON form is described in cgchurn-result(5) and doc/schema/cgchurn-result-2.json.
 *
 * All memory belongs to the struct result and goes with result_destroy(). Strings may be NULL where
 * the fact is not known.
 */
#ifndef CGCHURN_RESULT_RESULT_H
#define CGCHURN_RESULT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "host/host.h"
#include "record/series.h"
#include "workload/workload.h"

/* A draft: another one is refused by its name. Version 1 is read, too. */
#define RESULT_SCHEMA "cgchurn-result/2-draft-1"
#define RESULT_SCHEMA_1 "cgchurn-result/1"
#define RESULT_HISTOGRAM_ENCODING "hdrhistogram-v2-compressed-base64"
#define RESULT_FILE_SIZE_MAX (256 << 20)

/* What a file may hold, far above what a run makes: bounds what a hostile one can cost. */
#define RESULT_RUNS_MAX 1000
#define RESULT_TRIALS_MAX 10000     /* of one run */
#define RESULT_SERIES_MAX 1000      /* of one trial */
#define RESULT_STRINGS_MAX 1000     /* of one list */
#define RESULT_INTERVALS_MAX 100000 /* of one series */
#define RESULT_ERRORS_MAX 200       /* of one series; Linux knows some 130 */

/* The machine's state around one trial: facts that can make it invalid. */
struct result_trial_env {
	char clock_source[32];
	double load1;          /* 1-minute load average before it */
	uint64_t steal_ns;     /* stolen by the hypervisor during the trial, all CPUs together */
	uint64_t throttled_ns; /* cpu.stat throttled_usec of the run group; 0 where unknown */
	uint64_t psi_cpu_ns;   /* growth of "some" total in /proc/pressure/cpu */
	/*
	 * CPU time of all CPUs together while it ran: the run group's own, and everybody else's,
	 * the kernel's threads included.
	 */
	uint64_t own_cpu_ns, foreign_cpu_ns;
	uint64_t taint; /* /proc/sys/kernel/tainted after it */
	/* Of its removed groups, those that the kernel still kept some seconds later. */
	uint64_t dying_groups;
	bool has_psi, has_throttled, has_cpu;
};

/* What an actor's workers were at, by looking at their stacks; where nothing could be traced. */
struct result_stack_samples {
	char actor[WORKLOAD_NAME_SIZE];
	uint64_t parts[PARTS]; /* looks that found a worker at this part */
};

struct result_trial {
	uint64_t index;
	char started_at[24];
	uint64_t duration_ns; /* of the window, as measured */
	uint64_t setup_ns, teardown_ns;
	bool valid;
	char **reasons; /* why it is not */
	size_t n_reasons;
	struct result_trial_env env;
	struct series *series;
	size_t n_series;
	size_t unknown_series; /* left out, because only a later version knows their time */
	char unknown_time[32]; /* its word, of the first one, escaped */
	struct result_stack_samples *stack_samples;
	size_t n_stack_samples;
};

/* The hierarchy that was really made. */
struct result_hierarchy {
	uint64_t groups;
	char **controllers; /* enabled */
	size_t n_controllers;
	char **skipped; /* "memory: not available below /sys/fs/cgroup/unified" */
	size_t n_skipped;
};

struct result_run {
	char workload[WORKLOAD_NAME_SIZE];
	char sha256[65];
	char *spec; /* compact JSON text of the workload's effective specification */
	struct workload_outline outline; /* read from it; empty where this was measured here */
	struct workload_primary primaries[WORKLOAD_PRIMARIES_MAX]; /* read from spec */
	size_t n_primaries;
	uint64_t trials_planned;
	struct result_hierarchy hierarchy;
	char *failure; /* why it was given up, as a sentence; NULL: it was not */
	struct result_trial *trials;
	size_t n_trials;
};

/* What measuring costs on this machine; measured before the first run, subtracted from nothing. */
struct result_instrument {
	double clock_ns;     /* one clock_gettime(CLOCK_MONOTONIC) */
	double null_step_ns; /* one step of the null stressor, two clock reads included */
	double record_ns;    /* one record */
};

struct result {
	char *tool_name, *tool_version;
	char id[40]; /* unique to the invocation */
	char *label; /* the user's, or NULL */
	char started_at[24];
	bool complete;   /* false: interrupted, or still under way */
	bool attributed; /* measured with tracing attached: never compared with plain results */
	bool raw;        /* raw samples were streamed out while measuring */
	uint64_t seed;
	bool has_sequence; /* laid out in blocks by whoever started it */
	uint64_t sequence_block, sequence_position;
	struct host host;
	struct result_instrument instrument;
	struct result_run *runs;
	size_t n_runs;
};

/* An empty result; NULL where memory ran out. */
struct result *result_create(void);
void result_destroy(struct result *r);               /* NULL and half-built are fine */
static inline void cleanup_result(struct result **r) /* for _cleanup_() */
{
	result_destroy(*r);
}

/* Grow by one zeroed element and return it; NULL where memory ran out. Pointers into the array
 * move. */
struct result_run *result_add_run(struct result *r);
struct result_trial *result_add_trial(struct result_run *run);
struct series *result_add_series(struct result_trial *trial);

struct result_stack_samples *result_add_stack_samples(struct result_trial *trial);

/* The run was given up for this reason. -ENOMEM. */
int result_run_fail(struct result_run *run, const char *sentence);

/* Marks a trial invalid for a reason (formatted). 0 or -ENOMEM. */
int result_trial_invalidate(struct result_trial *trial, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many series were left out for their time; `ret_word` is that of the first one, or NULL. */
size_t result_unknown_series(const struct result *r, const char **ret_word);

#endif
