/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeded random numbers, the same on every machine, so that a run can be repeated from its seed.
 *
 * The generator is xoshiro256** 1.0 with splitmix64 seeding, both as published in the public domain
 * by D. Blackman and S. Vigna (https://prng.di.unimi.it/). Not for secrets.
 */
#ifndef CGCHURN_BASE_RNG_H
#define CGCHURN_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* Two streams with different `stream` of the same seed are independent for our purposes. */
void rng_init(struct rng *r, uint64_t seed, uint64_t stream);

uint64_t rng_u64(struct rng *r);

/* Uniform in [0, 1), 53 bits. */
double rng_double(struct rng *r);

/* Uniform in [0, n), without modulo bias (Lemire 2019); n must not be 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* Exponential with mean 1, for Poisson arrivals; finite. */
double rng_exponential(struct rng *r);

/* Standard normal (Marsaglia's polar method). */
double rng_normal(struct rng *r);

#endif
