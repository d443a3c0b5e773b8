/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/probe.h"

#include <stdlib.h>
#include <string.h>

/*
 * A grace period takes milliseconds, a migration and a refused write microseconds, whatever the
 * machine: of one order of magnitude and a half, WAITS, the wait is beyond doubt, and below half of
 * one order, NONE, there is none. What lies between stays undecided.
 */
#define WAITS 30
#define NONE 12

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct quartiles {
	uint64_t low, median, high;
};

static struct quartiles quartiles_of(const uint64_t *samples, size_t n)
{
	uint64_t sorted[PROBE_BACK_TO_BACK];

	memcpy(sorted, samples, n * sizeof(*samples));
	qsort(sorted, n, sizeof(*sorted), compare);
	return (struct quartiles){sorted[n / 4], sorted[n / 2], sorted[n - 1 - n / 4]};
}

/*
 * Most paced writes must agree: three of four beyond the bound for a wait, three of four within it
 * for none. Where others migrate beside us, some writes find the wait already done.
 */
static enum tristate judge_wait(struct quartiles paced, uint64_t reference)
{
	if (paced.low > WAITS * reference)
		return TRISTATE_YES;
	if (paced.high < NONE * reference)
		return TRISTATE_NO;
	return TRISTATE_UNKNOWN;
}

/* Expedited grace periods, a tenth of a millisecond, may lie on either side of either bound. */
static enum tristate judge_visibility(const struct probe_samples *samples, uint64_t reference,
				      uint64_t *ret_median)
{
	struct quartiles grace;

	*ret_median = 0;
	if (!samples->has_grace)
		return TRISTATE_UNKNOWN;
	grace = quartiles_of(samples->grace_ns, PROBE_PACED);
	*ret_median = grace.median;
	return grace.low > WAITS * reference ? TRISTATE_YES : TRISTATE_NO;
}

/* Only where a wait shows at all can its absence mean something. */
static enum tristate judge_order(struct quartiles missing, struct quartiles paced,
				 uint64_t reference)
{
	if (missing.median > WAITS * reference && missing.median > paced.median / 4)
		return TRISTATE_NO;
	if (missing.high < NONE * reference)
		return TRISTATE_YES;
	return TRISTATE_UNKNOWN;
}

void probe_judge(const struct probe_samples *samples, struct probe_verdict *ret)
{
	struct quartiles paced = quartiles_of(samples->paced_ns, PROBE_PACED);
	struct quartiles missing = quartiles_of(samples->missing_ns, PROBE_PACED);
	struct quartiles control = quartiles_of(samples->control_ns, PROBE_PACED);
	struct quartiles packed = quartiles_of(samples->back_to_back_ns, PROBE_BACK_TO_BACK);
	/* What a write costs here without a wait: cold, or warm with the migration's own work. */
	uint64_t reference = control.median > packed.median ? control.median : packed.median;

	*ret = (struct probe_verdict){
		.grace_period = TRISTATE_UNKNOWN,
		.stack_sampling_first = TRISTATE_UNKNOWN,
		.paced_ns = paced.median,
		.missing_ns = missing.median,
		.control_ns = control.median,
		.back_to_back_ns = packed.median,
	};
	ret->shows = judge_visibility(samples, reference, &ret->grace_ns);
	if (ret->shows != TRISTATE_NO)
		ret->grace_period = judge_wait(paced, reference);
	if (ret->grace_period == TRISTATE_YES)
		ret->stack_sampling_first = judge_order(missing, paced, reference);
}
