/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a comparison keeps of the results of both sides: each series of each valid trial, without
 * what no figure is made of. A result is added and can be thrown away; memory grows by some
 * 2 KiB a series and trial, most of it the histogram's buckets.
 *
 * The unit of all statistics is the boot. Where neither side has more than one boot, the unit is
 * the invocation, and whatever is found holds for those boots only.
 */
#ifndef CGCHURN_COMPARE_DATA_H
#define CGCHURN_COMPARE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "compare/decide.h"
#include "compare/facts.h"
#include "result/result.h"

/* Bound what a hostile file can make us hold. */
#define DATA_SERIES_MAX 2000
#define DATA_WORKLOADS_MAX 1000
#define DATA_PRIMARIES_MAX 100 /* different ones of a workload */

#define DATA_START_UNKNOWN INT64_MIN

/* One series in one valid trial; without errors, intervals and attribution. */
struct data_trial {
	size_t invocation; /* of the side */
	size_t unit;       /* of the side; set by data_make_units() */
	struct series series;
};

struct data_series_side {
	struct data_trial *trials; /* in the order of units, once there are any */
	size_t n_trials;
	struct series all; /* the trials together; empty in resamples */
};

struct data_series {
	size_t workload; /* index */
	struct series_id id;
	char stressor[SERIES_NAME_SIZE];
	struct data_series_side side[2];
};

struct data_workload {
	char name[WORKLOAD_NAME_SIZE];
	/* Those of all results, each once, BASE's first; so is where a percentile comes from. */
	struct workload_primary *primaries;
	size_t n_primaries;
	bool primaries_differ; /* not all results name the same ones with the same tolerance */
	bool seen[2];
	size_t valid[2], invalid[2]; /* trials */
	char invalid_reason[2][128]; /* the first one's of a side */
	size_t runs[2];           /* that have a trial, were given up or interrupted before one */
	size_t given_up[2];       /* of these */
	size_t lost[2];           /* of these, without a valid trial, or given up */
	char failure[2][128];     /* why, the first one given up */
	size_t unknown_series[2]; /* left out, because only a later version knows their time */
	char unknown_time[32];    /* its word, the first one's */
	double trial_s;           /* longest trial with all that belongs to it; for plans */
};

struct data_invocation {
	char *origin;
	char *boot_id;        /* NULL unknown: all unknown ones count as one boot */
	int64_t started_at_s; /* since 1970; DATA_START_UNKNOWN where no such time was written */
	bool has_block;
	uint64_t block;
	size_t unit; /* set by data_make_units() */
};

/* A result that was added, with or without a trial. */
struct data_source {
	char *origin;
	char id[40];
};

struct data_unit {
	bool has_block; /* all its invocations lie in one block */
	uint64_t block;
	size_t invocations;
	int64_t started_at_s; /* of the first one; DATA_START_UNKNOWN where one is unknown */
};

struct data_side {
	struct data_invocation *invocations;
	size_t n_invocations;
	size_t n_boots;
	struct data_unit *units;
	size_t n_units;
	double foreign_ns;        /* CPU time of others in valid trials where it is known */
	double foreign_window_ns; /* the windows of these together */
	size_t incomplete;        /* results that were interrupted */
	size_t empty;             /* results without a trial: left out */
};

enum data_scope {
	SCOPE_BOOTS,     /* the unit is the boot */
	SCOPE_THIS_BOOT, /* all was measured in one boot; the unit is the invocation */
	SCOPE_TWO_BOOTS, /* one boot a side; the unit is the invocation */
};

struct data {
	struct facts facts;
	struct data_source *sources;
	size_t n_sources;
	struct data_side side[2];
	enum data_scope scope;
	struct data_workload *workloads;
	size_t n_workloads;
	struct data_series *series;
	size_t n_series;
	size_t next_series; /* where the next one is likely to be found */
};

void data_finish(struct data *d); /* zeroed memory is a valid empty one */

/*
 * Adds a result to a side; one that holds no trial is counted and left out, except for the runs
 * that were given up or interrupted in it. -EINVAL with
 * EXIT_USAGE in `e` where it is there already (the same id), or where it holds more than a
 * comparison takes. `origin` names it in messages.
 */
int data_add(struct data *d, int side, const char *origin, const struct result *r, struct err *e);

/* Whether a result's times are counts of a guest's instructions (host/gather.c). */
bool data_counts_instructions(const struct data *d);

/* The step of the clocks of all results, in ns, the coarsest one: 1, or that of an instruction. */
double data_clock_step_ns(const struct data *d);

/* Makes the units, once all is added. -ENOMEM. */
int data_make_units(struct data *d);

/*
 * The units of side 0 dealt out to two sides: unit i goes to side_of_unit[i], or nowhere where that
 * is neither 0 nor 1. Borrows from `from`, which must live as long; no histograms are pooled. To be
 * released with data_resample_finish(). -ENOMEM.
 */
int data_resample(const struct data *from, const uint8_t *side_of_unit, struct data *ret);
void data_resample_finish(struct data *d);

/*
 * What there was when block `last` had ended: the units of blocks up to it. Borrows from `from`,
 * which must live as long; no histograms are pooled, and what is counted of a workload is that of
 * all blocks. To be released with data_until_finish(). -ENOMEM.
 */
int data_until(const struct data *from, uint64_t last, struct data *ret);
void data_until_finish(struct data *d);

/*
 * Whether what is left of a workload is a selection: it was given up more often on one side than on
 * the other, or the shares of runs that are lost are more than DATA_LOST_APART apart. The runs that
 * failed may have been those that would have been slow.
 */
#define DATA_LOST_APART 0.1
bool data_is_selection(const struct data_workload *w);

/* "boots" or "invocations", "boot" or "invocation". */
const char *data_unit_name(const struct data *d, size_t n);

#endif
