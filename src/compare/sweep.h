/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep: the same workload at each point of an axis, and what that says of a bound.
 *
 * Pure: made from a result whose runs are the points. The JSON form is described in
 * doc/schema/cgchurn-sweep-1.json.
 */
#ifndef CGCHURN_COMPARE_SWEEP_H
#define CGCHURN_COMPARE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "result/pool.h"
#include "stats/knee.h"

/*
 * What a sweep varies, and over which values.
 *
 *	--vary storm.workers            any ACTOR.KEY or hierarchy.KEY that --set takes
 *	--vary migrator.gap             a closed loop with so long a pause between two steps
 *	--vary migrator.rate            paced arrivals, so many a second of each worker
 *	--over 1..64                    7 values, spaced evenly on a logarithmic scale
 *	--over 100us..200ms,log,12      12 of them
 *	--over 0.5..4,lin,8             evenly spaced
 *	--over 1,2,4,8                  just these
 *
 * Values are all of one sort: plain numbers, times (with units), or sizes (with K, M, G,
 *1024-based). Whole numbers at both ends give whole numbers, each once.
 */
#define AXIS_POINTS_MAX 100
#define AXIS_TEXT_SIZE 32
#define AXIS_NAME_SIZE 64

enum axis_unit { AXIS_NUMBER, AXIS_TIME, AXIS_SIZE };

struct axis_point {
	double number;             /* nanoseconds, bytes, or the number itself; above 0 */
	char text[AXIS_TEXT_SIZE]; /* as a workload says it: "100us", "64M", "8" */
};

struct axis {
	char actor[AXIS_NAME_SIZE], key[AXIS_NAME_SIZE]; /* "hierarchy" is an actor here */
	enum axis_unit unit;
	bool whole; /* whole numbers only */
	bool logarithmic;
	struct axis_point points[AXIS_POINTS_MAX]; /* ascending */
	size_t n;
};

/* EXIT_USAGE in `e`, with what was found and what is allowed. */
int axis_parse(const char *vary, const char *over, struct axis *ret, struct err *e);

/*
 * Up to `wanted` further points between two numbers, evenly spaced on the axis's scale, none that
 * is there already. Returns how many; they are appended and the points sorted again. `added` (room
 * for `wanted`) gets their numbers.
 */
size_t axis_refine(struct axis *a, double low, double high, size_t wanted, double *added);

/* The --set for a point: "storm.workers=8". */
#define AXIS_SETTING_SIZE 256
void axis_setting(const struct axis *a, const struct axis_point *p, char ret[AXIS_SETTING_SIZE]);

/* A number of this axis for people: "6.05 ms", "64M", "8". */
const char *axis_format(const struct axis *a, double number, char buf[AXIS_TEXT_SIZE]);

/*
 * What must hold at a point of a sweep: "migrator.write.response.p99<1ms", "storm.cycle.rate>1000".
 *
 *	ACTOR.SPAN[.service|.response].METRIC<VALUE or >VALUE
 *
 * METRIC is pQ, mean or rate; VALUE a time, for a rate a number. Without a time it is the service
 * time.
 */
struct bound {
	struct series_id id;
	char metric[32];
	enum metric_kind kind;
	double percentile; /* of a pQ */
	bool below;        /* the metric has to stay below `value`, or above it */
	double value;      /* ns, or operations per second */
};

/* EXIT_USAGE in `e`. */
int bound_parse(const char *text, struct bound *ret, struct err *e);

/* The metric; NaN where the series is missing (NULL) or its samples do not support it. */
double bound_metric(const struct bound *b, const struct series *s);

bool bound_holds(const struct bound *b, double metric);

#define SWEEP_SCHEMA "cgchurn-sweep/1"

enum sweep_verdict { SWEEP_UNKNOWN, SWEEP_HOLDS, SWEEP_BREAKS };
extern const char *const sweep_verdict_names[]; /* "unknown", "holds", "breaks" */

struct sweep_point {
	double number;             /* as in the axis */
	char text[AXIS_TEXT_SIZE]; /* likewise */
	size_t run;                /* index among the result's runs */

	/* by sweep_judge() */
	double metric; /* the trials' median, or of all samples together; NaN where unsupported */
	bool pooled;   /* of all together: single trials have too few samples */
	enum sweep_verdict verdict;
	/* Of an unknown, or of one that breaks by more than its metric; or NULL. */
	const char *reason;
};

struct sweep {
	const char *workload; /* its own name */
	struct axis axis;
	bool has_bound;
	struct bound bound;
	const char *bound_text;
	struct result *result;                      /* the caller's */
	struct sweep_point points[AXIS_POINTS_MAX]; /* ascending, once judged */
	size_t n;

	/* by sweep_judge(), where there is a bound: */
	/* From one end on the bound holds, up to `edge_holds`, and does not at the next point. */
	bool has_edge;
	double edge_holds, edge_breaks;
	bool has_knee;
	struct knee knee;
};

/* Fills what is to be judged, and sorts the points. -ENOMEM. */
int sweep_judge(struct sweep *s);

/*
 * The trials whose figures are shown. Where too many starts are missed no trial is valid, and that
 * is what a sweep is after: such a point breaks the bound. Of other invalid trials nothing is
 * concluded: unknown.
 */
#define SWEEP_TRIALS POOL_VALID_ELSE_ALL

/*
 * The series that the sweep looks at, each once: the bound's, and those of the primaries. Without
 * either, all that the first point with a trial has, up to the limit.
 */
#define SWEEP_WATCHED_MAX (WORKLOAD_PRIMARIES_MAX + 1)
size_t sweep_watched(const struct sweep *s, struct series_id ret[SWEEP_WATCHED_MAX]);

/* The bound's metric in a trial of a run; NaN where it does not count or has none. */
double sweep_metric_of_trial(const struct sweep *s, const struct result_run *run, size_t trial);

/* For people: a table for each series that decides, then the bound's edge and knee. */
void sweep_print(const struct sweep *s, FILE *to);

/* The whole file as text; the caller frees. -ENOMEM. */
int sweep_to_json(const struct sweep *s, char **ret_text, size_t *ret_size);

#endif
