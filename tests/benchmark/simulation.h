/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulations of comparisons draw from, and how they report. */
#ifndef CGCHURN_TESTS_SIMULATION_H
#define CGCHURN_TESTS_SIMULATION_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/rng.h"

/* Student's t with 3 degrees of freedom, scaled to a standard deviation of 1. */
static inline double heavy(struct rng *rng)
{
	double z = rng_normal(rng), chi = 0;

	for (int i = 0; i < 3; i++)
		chi += pow(rng_normal(rng), 2);
	return z / sqrt(chi / 3) / sqrt(3);
}

/* The next of a series whose neighbours correlate by `rho`. */
static inline double follow(struct rng *rng, double before, double rho)
{
	return rho * before + sqrt(1 - rho * rho) * heavy(rng);
}

/* Which side is first in each block of two. */
static inline void deal(struct rng *rng, int *first, int blocks)
{
	for (int i = 0; i < blocks; i++)
		first[i] = (int)rng_below(rng, 2);
}

/* A bound that doc/method.md promises, in percent. */
static inline bool check(const char *what, double found, double least, double most)
{
	bool good = found >= least && found <= most;

	printf("  %-60s %5.1f %%%s\n", what, found, good ? "" : "  MISSED");
	return good;
}

#endif
