/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/schedule.h"

void schedule_init(struct schedule *s, bool poisson, double per_second, double jitter, double phase,
		   uint64_t origin, const struct rng *rng)
{
	*s = (struct schedule){
		.poisson = poisson,
		.period_ns = 1e9 / per_second,
		.jitter = jitter,
		.at = poisson ? 0 : phase,
		.origin = origin,
		.rng = *rng,
	};
}

uint64_t schedule_next(struct schedule *s)
{
	double offset_ns;

	if (s->poisson) {
		s->at += rng_exponential(&s->rng) * s->period_ns;
		return s->origin + (uint64_t)s->at;
	}
	offset_ns = (s->at + s->jitter * rng_double(&s->rng)) * s->period_ns;
	s->at += 1;
	return s->origin + (uint64_t)offset_ns;
}
