/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of a stress in three forms: KTAP, JUnit XML, JSON. */
#ifndef CGCHURN_VERIFY_STRESS_REPORT_H
#define CGCHURN_VERIFY_STRESS_REPORT_H

#include <stdio.h>

#include "verify/stress.h"

/* The beginning of the KTAP: version and plan. The results follow by report_print_ktap(). */
void report_begin_ktap(FILE *to);

/*
 * A line an invariant, its promise and the evidence of a breach below it, and how to replay that.
 * An invariant that was never checked is skipped, with the reason.
 */
void report_print_ktap(const struct stress *s, FILE *to);

/* The same as JUnit XML. 0, or a negative errno; the file is replaced whole. */
int report_write_junit(const struct stress *s, const char *path);

/*
 * Where the run stands, as JSON of one object ("cgchurn-stress-status/1"): its state is
 * stress.state. Replaced whole.
 */
int report_write_status(const struct stress *s, const char *path);

/* "12 rounds, 3 400 moves, ..." in one line without a newline. */
void report_print_summary(const struct stress *s, FILE *to);

/* Why an invariant was never checked; NULL where it was, or was broken. */
const char *report_skip_reason(const struct stress *s, enum invariant_id id);

/* "cgchurn stress --replay 12 --at-most killers=0". */
void report_print_replay(const struct stress *s, FILE *to);

#endif
