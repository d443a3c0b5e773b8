/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All samples of a series in the trials of a unit, for primaries whose percentile comes from them
 * (struct data_pool).
 */
#ifndef CGCHURN_COMPARE_POOLS_H
#define CGCHURN_COMPARE_POOLS_H

#include "compare/data.h"

/* A trial's samples; an invocation's trials come one after the other. -ENOMEM. */
int pools_add(struct data_series_side *to, size_t invocation, const struct result_series *series);

/* One pool a unit: its invocations' together. -ENOMEM. */
int pools_join(struct data_series_side *s, const struct data_side *side);

/* NULL where no result of the unit asked for it. */
const struct sparse_histogram *pools_find(const struct data_series_side *of, size_t unit);

void pools_finish(struct data_series_side *side);

#endif
