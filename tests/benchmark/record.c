/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the instrument costs: one record, and a null step against the two clock reads in it. Prints
 * ns and the ratio; exit 1 where a record takes more than 5 ns or the ratio is 1.5 or more.
 */
#include <stdio.h>

#include "run/instrument.h"

int main(void)
{
	struct instrument found;
	double ratio;

	if (instrument_measure(&found) < 0) {
		puts("no memory");
		return 2;
	}
	ratio = found.null_step_ns / (2 * found.clock_ns);
	printf("clock read   %6.2f ns\nrecord       %6.2f ns   (bound 5)\n", found.clock_ns,
	       found.record_ns);
	printf("null step    %6.2f ns, %.2f times its two clock reads   (bound 1.5)\n",
	       found.null_step_ns, ratio);
	return found.record_ns > 5 || ratio >= 1.5;
}
