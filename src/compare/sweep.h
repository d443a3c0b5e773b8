/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep: the same workload at each point of an axis, and what that says of a bound.
 *
 * Pure: made from a result whose runs are the points. The JSON form is described in
 * doc/schema/cgchurn-sweep-1.json.
 */
#ifndef CGCHURN_COMPARE_SWEEP_H
#define CGCHURN_COMPARE_SWEEP_H

#include <stdio.h>

#include "result/pool.h"
#include "stats/knee.h"
#include "compare/sweep_axis.h"
#include "compare/sweep_bound.h"

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
	const char
		*reason; /* of an unknown, or of one that breaks by more than its metric; or NULL */
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

	/* by sweep_judge(), where there is a bound */
	bool has_edge; /* from one end on the bound holds, up to here; and it does not at the next
			*/
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

/* The series that the sweep looks at, each once: the bound's, and those of the primaries. */
#define SWEEP_WATCHED_MAX (WORKLOAD_PRIMARIES_MAX + 1)
size_t sweep_watched(const struct sweep *s, struct series_id ret[SWEEP_WATCHED_MAX]);

/* The bound's metric in a trial of a run; NaN where it does not count or has none. */
double sweep_metric_of_trial(const struct sweep *s, const struct result_run *run, size_t trial);

/* For people: a table for each series that decides, then the bound's edge and knee. */
void sweep_print(const struct sweep *s, FILE *to);

/* The whole file as text; the caller frees. -ENOMEM. */
int sweep_to_json(const struct sweep *s, char **ret_text, size_t *ret_size);

#endif
