/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result for people: one row a series, units that fit the size, the lock's regime in the header.
 */
#ifndef CGCHURN_RESULT_TABLE_H
#define CGCHURN_RESULT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "result/result.h"

/*
 * A boot's trials of one workload are pooled for the percentiles (labelled so; compare never does);
 * the spread of the trials' medians stands beside. A percentile that the samples do not support is
 * a dash, with a line below that says how long a run would have to be to show the workload's paced
 * p99. Errors, late and missed starts, invalid trials and skipped controllers are told below the
 * rows. `colour`: terminal attributes for the headings.
 */
void result_print_table(const struct result *r, FILE *to, bool colour);

#endif
