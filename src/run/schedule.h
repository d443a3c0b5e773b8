/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When steps are due: pure arithmetic on a seeded generator.
 *
 * Paced arrivals lie on a grid of one period, each shifted by a uniform draw from [0, jitter *
 * period); jitter is at most 1, so due times never go back. Without jitter a paced writer can fall
 * into step with the kernel's own periods (ticks, grace periods) and see one phase of them only.
 * Poisson arrivals have exponential gaps. Workers of one actor start their grids at different
 * phases.
 */
#ifndef CGCHURN_RUN_SCHEDULE_H
#define CGCHURN_RUN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

struct schedule {
	bool poisson;
	double period_ns; /* above 0 */
	double jitter;    /* [0, 1] */
	double at; /* paced: the next grid point, in periods; poisson: the last arrival, in ns */
	uint64_t origin; /* the time the grid is laid out from */
	struct rng rng;
};

void schedule_init(struct schedule *s, bool poisson, double per_second, double jitter, double phase,
		   uint64_t origin, const struct rng *rng);

/* The next due time, never before the last one. */
uint64_t schedule_next(struct schedule *s);

#endif
