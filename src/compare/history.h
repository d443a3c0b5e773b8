/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results over time: for each primary metric of each workload one value a point, and where these
 * changed (stats/changes.h).
 *
 * What compare refuses to put side by side (compare/facts.h) is not judged together here either:
 * the points of a metric fall into series, each of one machine, set-up, tool, workload and regime
 * of the lock. Within a series the kernel and the rest of what is under test may change, and a
 * change of the values is shown with what changed beside it.
 *
 * A value is the median over the valid trials of a result, or a percentile of their samples
 * together, as the workload's plan says. Results of one boot that began within HISTORY_POINT_S are
 * one point, their median. Times and rates are looked at as logarithms, so that a change is a
 * factor, with half of the smallest other value for 0; shares as they are.
 */
#ifndef CGCHURN_COMPARE_HISTORY_H
#define CGCHURN_COMPARE_HISTORY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "result/result.h"
#include "stats/changes.h"

#define HISTORY_SCHEMA "cgchurn-history/1"
#define HISTORY_ALPHA 0.05 /* the chance of any false change in all series together */
#define HISTORY_POINT_S (12 * 3600)

/* A fact of compare/facts.h, or the host's name, with all values that occur. */
struct history_fact {
	char name[96];
	const char *label;
	bool cuts;  /* results that differ in it are of different series */
	bool fixed; /* and always so */
	char **values;
	size_t n_values;
};

/* What is kept of a result. */
struct history_result {
	int64_t started_at_s;             /* since 1970 */
	size_t order;                     /* in which it was added: between those of one second */
	char *origin, *id, *label, *boot; /* boot: "" where unknown */
	bool complete;
	size_t *facts; /* of each fact the value's index + 1; 0, or beyond n_facts: none */
	size_t n_facts;
};

/* A file that holds what another one holds. */
struct history_copy {
	char *origin, *of;
};

struct history_metric {
	char workload[WORKLOAD_NAME_SIZE];
	struct workload_primary primary;
};

struct history_point {
	size_t metric, result; /* indices; the first result */
	size_t n;              /* results that it stands for */
	double value;          /* ns, per second, or a share; NAN where it is missing */
	char *missing;         /* why */
};

/* What holds from one change to the next. */
struct history_segment {
	size_t first, n; /* points */
	double middle;   /* median */
	double spread;   /* of logarithms, or of shares: the standard deviation of normal data */
	double p; /* of the change that begins it, corrected for all series; 0 for the first */
	bool level_changed, spread_changed; /* there */
};

struct history_series {
	size_t metric;
	size_t like; /* a result of its kind */
	struct history_point *points;
	size_t n;
	struct history_point *missing;
	size_t n_missing;
	bool shared_boots; /* several points are of one boot */
	struct history_segment *segments;
	size_t n_segments;
};

struct history {
	struct history_fact *facts;
	size_t n_facts;
	struct history_result *results; /* by time, once arranged */
	size_t n_results;
	struct history_copy *copies;
	size_t n_copies;
	struct history_metric *metrics;
	size_t n_metrics;
	struct history_point *seen; /* until arranged: in no order */
	size_t n_seen;

	/* once arranged: those of one metric beside each other, in the order of their first point
	 */
	struct history_series *series;
	size_t n_series;
	size_t n_tested; /* series long enough to show a change */
};

/*
 * A zeroed one is empty. A result that is there already (the same id) goes to the copies.
 * EXIT_USAGE in `e` where the result's time is none.
 */
int history_add(struct history *h, const char *origin, const struct result *result, struct err *e);

/*
 * Lets results that differ in a fact be of one series, once all is added: a name, or what stands
 * before a name's colon, as compare's --allow-different. EXIT_USAGE in `e` where there is none.
 */
int history_allow(struct history *h, const char *name, struct err *e);

/* Sorts by time and finds the changes, once all is added. EXIT_USAGE in `e` for too many. */
int history_arrange(struct history *h, uint64_t seed, struct err *e);
void history_finish(struct history *h);

/*
 * Whether two results differ in nothing that makes them different series of a workload. What one of
 * the two does not have (the hierarchy of a run without trials) counts as a difference except where
 * `lenient`.
 */
bool history_same_series(const struct history *h, const char *workload, size_t a, size_t b,
			 bool lenient);

/*
 * The value by the rule of the plan (workload_primary.from); NAN where there is none, and then in
 * *ret_missing why, which the caller frees. -ENOMEM.
 */
int history_value_of(const struct result *result, const struct result_run *run,
		     const struct workload_primary *p, double *ret, char **ret_missing);

/* The value of a result's fact; "unknown" where it has none. */
const char *history_fact(const struct history *h, size_t result, const char *name);

#define HISTORY_BESIDE_SIZE 1024
/*
 * What tells a series from the one before it, of the same metric: "kernel 6.17.8 to 6.18.1, command
 * line", long values left out; NULL for a metric's first. In `buf`.
 */
const char *history_apart(const struct history *h, size_t series, char buf[HISTORY_BESIDE_SIZE]);

/* What differs between the points on both sides of the change that begins a segment; in words where
 * nothing does. */
const char *history_beside_change(const struct history *h, const struct history_series *s,
				  size_t segment, char buf[HISTORY_BESIDE_SIZE]);

/*
 * The first missing point behind `from` that differs in its reason, or before which there is a
 * value: those from one to the other are said in one line.
 */
size_t history_missing_end(const struct history_series *s, size_t from);

/* Whether its points are enough to show a change among so many series. */
bool history_can_show(const struct history *h, const struct history_series *s);

/* Whether it is the first series of its metric; the others differ from the one before. */
bool history_is_first(const struct history *h, size_t series);

/* "p50 of migrator write (response)" */
#define HISTORY_LABEL_SIZE 192
const char *history_label(const struct history_metric *m, char buf[HISTORY_LABEL_SIZE]);

/* "6.05 ms", "17 %", "12 600/s". `buf` takes PRINT_CELL_SIZE bytes (compare/print.h). */
const char *history_value(const struct history_metric *m, double value, char *buf);

/* "2.1 %" of the middle, or "0.3 points" of a share; likewise. */
const char *history_spread(const struct history_metric *m, double spread, char *buf);

/* The day on which a result began. */
const char *history_day(const struct history *h, size_t result, char buf[CLOCK_RFC3339_SIZE]);

enum history_direction { HISTORY_BETTER, HISTORY_WORSE, HISTORY_NEITHER };
extern const char *const history_direction_names[3]; /* "better", "worse", "neither" */

/*
 * "75x lower", "8.6 % higher", "up from 0"; "scatters 4.2x as much" where the level did not change,
 * which is HISTORY_NEITHER.
 */
#define HISTORY_VALUE_SIZE 96
const char *history_change(const struct history *h, const struct history_series *s, size_t segment,
			   char buf[HISTORY_VALUE_SIZE], enum history_direction *ret);

void history_print_text(const struct history *h, FILE *to);
/* doc/schema/cgchurn-history-1.json. -ENOMEM. */
int history_print_json(const struct history *h, FILE *to);

#endif
