/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One trial: a fresh hierarchy, fresh workers, warm-up, the window, and everything gone again.
 */
#ifndef CGCHURN_RUN_TRIAL_H
#define CGCHURN_RUN_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "run/plan.h"
#include "record/wait_ring.h"

struct attribution;
struct raw_file;
struct workers;

#define TRIAL_REASONS_MAX 16
#define TRIAL_REASON_SIZE 256

/* The machine's state around a trial: facts that can make it invalid, whatever its figures. */
struct env {
	uint64_t at_ns;        /* CLOCK_MONOTONIC: when it was read */
	char clock_source[32]; /* "" where unknown */
	double load1;
	uint64_t steal_ns; /* since boot, all CPUs; /proc/stat counts in ticks of 1/USER_HZ */
	uint64_t busy_ns;  /* CPU time used since boot, by anybody, on all CPUs; in ticks, too */
	uint64_t used_ns;  /* of it by the group given to env_read(); cpu.stat usage_usec */
	bool has_used;
	uint64_t psi_cpu_ns; /* since boot, "some" total of /proc/pressure/cpu */
	bool has_psi;
	uint64_t throttled_ns; /* of the group given to env_read(); cpu.stat throttled_usec */
	bool has_throttled;
	uint64_t taint; /* /proc/sys/kernel/tainted */
	/*
	 * Warnings with a trace (WARN, KASAN, KCSAN, UBSAN) and oopses since boot, which a taint
	 * shows only once: /sys/kernel/warn_count and oops_count, 6.2 and later; 0 where unknown.
	 */
	uint64_t warnings, oopses;
	/* Whether a mount of v2, or v1, shows favordynmods: either decides the lock's regime. */
	bool favored_v2, favored_v1;
};

/* What cannot be read stays zero and unknown. `group_fd` may be -1. */
void env_read(struct env *ret, int group_fd);

/* Stolen time from one to the other; 0 where the kernel's count went back. */
uint64_t env_stolen_ns(const struct env *before, const struct env *after);

/* How often something was seen, by enum part. */
struct part_counts {
	uint64_t of[PARTS];
};

struct trial_outcome {
	char started_at[CLOCK_RFC3339_SIZE];
	uint64_t setup_ns, teardown_ns;
	struct env before, after;
	struct series *series; /* an actor's span and time, all its workers together */
	size_t n_series;
	char reasons[TRIAL_REASONS_MAX][TRIAL_REASON_SIZE]; /* why it is not valid; none: it is */
	size_t n_reasons;
	char *skipped; /* controllers left out, a sentence each, newline between; or NULL */
	char *enabled; /* controllers in force, blank-separated; or NULL */
	uint64_t n_groups;
	uint64_t raw_lost;
	struct part_counts *stacks; /* what an actor's workers were at; NULL: nobody looked */
	/*
	 * Removed groups that the kernel still kept when the trial's patience was over, which may
	 * weigh on the next trial. No fault: the memory controller may keep them for good.
	 */
	int64_t dying;
};

struct trial_surroundings {
	int run_group_fd; /* where the hierarchy is made */
	int lock_fd;      /* of run_name_hold() on that group; -1: it is nobody's run group */
	int signal_fd;    /* readable when the user wants an end */
	int guardian_fd;  /* readable when the guardian has died; -1: there is none */
	const char *worker_path, *child_path;
	/* Called some times a second while it runs; NULL: never. */
	void (*progress)(void *opaque, uint64_t elapsed_ns);
	void *opaque;
	struct raw_file *raw;            /* takes raw samples, if the plan has them; or NULL */
	struct attribution *attribution; /* attached: follows the workers in the kernel; or NULL */
	bool sample_stacks;              /* into the outcome's `stacks` */
};

/*
 * Runs the index-th trial. -EINTR and EXIT_INTERRUPTED when the user ended it, and other failures
 * with their reasons in `e`; the hierarchy is gone in any case or the failure says what stays:
 * -ENOTRECOVERABLE and EXIT_CANNOT where a process does not end although it was killed, and no
 * trial can follow. All waits are bounded (60 s until workers are ready; 10 s and a step after the
 * stop; then 10 s after SIGKILL, and 5 s for the groups to empty) or end with the signal. A trial
 * that ran but may not be counted is a success with reasons. The caller calls
 * trial_outcome_finish().
 */
int trial_run(const struct plan *plan, uint64_t index, const struct trial_surroundings *around,
	      struct trial_outcome *ret, struct err *e);

void trial_outcome_finish(struct trial_outcome *o);

/* Adds a reason why the trial is not valid. */
void trial_invalidate(struct trial_outcome *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes what the workers of a trial recorded; called when they have ended. 0 or -ENOMEM. */
int trial_collect(const struct workers *workers, struct trial_outcome *o);

/* The facts that make a trial invalid; after trial_collect(). */
void trial_judge(const struct workers *workers, struct trial_outcome *o);

#endif
