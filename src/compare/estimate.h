/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The estimate of one metric, from the units of both sides; inside src/compare/ only. */
#ifndef CGCHURN_COMPARE_ESTIMATE_H
#define CGCHURN_COMPARE_ESTIMATE_H

#include "compare/comparison.h"

/* Fills the decision's estimate and the typical values. Where there is none, the reason. -ENOMEM.
 */
int estimate_metric(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m);

/* Writes the reason of a verdict that was just given. `hardest`: by how much the correction
 * multiplies the smallest p that there can be, at the least. */
void estimate_explain(const struct data *d, struct metric *m, size_t hardest);

/*
 * After the verdicts: a primary whose workload's runs are a selection (data.h) is undecided, except
 * where it is a regression all the same.
 */
void estimate_doubt_selection(const struct data *d, struct metric *m);

#endif
