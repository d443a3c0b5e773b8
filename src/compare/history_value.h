/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one result says of one metric. */
#ifndef CGCHURN_COMPARE_HISTORY_VALUE_H
#define CGCHURN_COMPARE_HISTORY_VALUE_H

#include "result/result.h"

/*
 * The value by the rule of the plan (workload_primary.from); NAN where there is none, and then in
 * *ret_missing why, which the caller frees. -ENOMEM.
 */
int value_of_run(const struct result *result, const struct result_run *run,
		 const struct workload_primary *p, double *ret, char **ret_missing);

#endif
