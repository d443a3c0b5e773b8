/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The empty step: what it records is what measuring costs. */
#include "stressor/stressor.h"

enum { SPAN_STEP };

static const struct kind_span spans[] = {
	[SPAN_STEP] = {"step", true, "two reads of the clock with nothing between them"},
};

static void step(struct worker *w)
{
	uint64_t start = worker_start(w);

	worker_span(w, SPAN_STEP, start, clock_now_ns());
}

const struct stressor stressor_null = {
	.kind =
		{
			.name = "null",
			.summary = "does nothing: measures the instrument",
			.spans = spans,
			.n_spans = 1,
		},
	.step = step,
};
