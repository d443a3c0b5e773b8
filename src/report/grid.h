/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which runs make a grid of forkers against migrators; inside src/report/ only. */
#ifndef CGCHURN_REPORT_GRID_H
#define CGCHURN_REPORT_GRID_H

#include "report/model.h"

/* How many workers a specification asks for on a machine of so many CPUs. */
struct grid_place {
	uint64_t forkers;   /* workers of stressors that make processes or threads */
	uint64_t migrators; /* workers of the stressor migrate */
};

/* False where the specification can't be read, or says neither. */
bool grid_place_of(const struct workload_outline *o, int64_t cpus, struct grid_place *ret);

#endif
