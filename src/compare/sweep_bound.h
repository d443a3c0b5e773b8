/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold at a point of a sweep: "migrator.write.response.p99<1ms", "storm.cycle.rate>1000".
 *
 *	ACTOR.SPAN[.service|.response].METRIC<VALUE or >VALUE
 *
 * METRIC is pQ, mean or rate; VALUE a time, for a rate a number. Without a time it is the service
 * time.
 */
#ifndef CGCHURN_COMPARE_SWEEP_BOUND_H
#define CGCHURN_COMPARE_SWEEP_BOUND_H

#include <stdbool.h>

#include "base/err.h"
#include "result/result.h"

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

#endif
