/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel against itself: the units of one side are dealt into two random halves, many times, and
 * each time compared as if they were two kernels. What is called a regression or an improvement
 * then is a false alarm. In 5 % of the draws at most one of the primaries should be; many more tell
 * that something is wrong with the method, many fewer that there are too few units to alarm at all.
 *
 * Random halves hide a drift in time, which hits both alike. So the earlier half is compared with
 * the later one as well: a difference there says that the order of runs matters on this machine.
 */
#ifndef CGCHURN_COMPARE_AA_H
#define CGCHURN_COMPARE_AA_H

#include <stdio.h>

#include "compare/comparison.h"

#define AA_DRAWS 1000

struct aa {
	size_t half;       /* units a side */
	size_t draws;      /* comparisons */
	size_t alarms;     /* of these, with a regression or improvement among the primaries */
	size_t equivalent; /* verdicts, of draws x primaries */
	size_t verdicts;
	struct data later_data; /* the earlier half against the later one */
	struct comparison later;
};

/*
 * All results lie on side 0 of `d`, arranged. EXIT_USAGE in `e` where there are less than 4 units
 * or no primaries.
 */
int aa_run(const struct data *d, const struct comparison_options *options, struct aa *ret,
	   struct err *e);
void aa_finish(struct aa *aa);

void aa_print_text(const struct aa *aa, FILE *to);

#endif
