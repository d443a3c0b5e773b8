/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/power.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/rng.h"
#include "stats/order.h"

enum { STREAM_POWER = 0x706f77, SIMULATED_MAX = 2000, SIMULATED_MIN = 200 };

/* Units drawn in all, so that large sizes cost no more than small ones. */
static const double units_drawn = 400000;

struct design {
	size_t m, n;
	bool paired;
	uint64_t critical;
	double *a, *b;
};

static void draw(struct rng *rng, double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		values[i] = rng_normal(rng);
	order_sort(values, n);
}

/* A shift is rejected downwards-proof once it lifts the interval's low end above 0. */
static void simulate(const struct design *d, struct rng *rng, double *needed, double *noise)
{
	draw(rng, d->b, d->n);
	if (d->paired) {
		*needed = -order_walsh(d->b, d->n, d->critical);
		*noise = order_median_walsh(d->b, d->n);
		return;
	}
	draw(rng, d->a, d->m);
	*needed = -order_difference(d->a, d->m, d->b, d->n, d->critical);
	*noise = order_median_difference(d->a, d->m, d->b, d->n);
}

static int power_allocate(struct power *p, size_t n)
{
	*p = (struct power){
		.n = n,
		.needed = calloc(n, sizeof(*p->needed)),
		.noise = calloc(n, sizeof(*p->noise)),
		.scratch = calloc(n, sizeof(*p->scratch)),
	};
	if (p->needed && p->noise && p->scratch)
		return 0;
	power_finish(p);
	return -ENOMEM;
}

int power_create(size_t m, size_t n, bool paired, uint64_t critical, uint64_t seed,
		 struct power *ret)
{
	_cleanup_free double *room = calloc(m + n, sizeof(*room));
	struct design d = {m, n, paired, critical, .a = room, .b = room + m};
	double simulated = units_drawn / (double)(m + n);
	struct power p = {0};
	struct rng rng;

	if (!room)
		return -ENOMEM;
	simulated = fmin(fmax(simulated, SIMULATED_MIN), SIMULATED_MAX);
	if (critical && power_allocate(&p, (size_t)simulated) < 0)
		return -ENOMEM;
	rng_init(&rng, seed, STREAM_POWER);
	for (size_t i = 0; i < p.n; i++)
		simulate(&d, &rng, &p.needed[i], &p.noise[i]);
	*ret = p;
	return 0;
}

void power_finish(struct power *p)
{
	free(p->needed);
	free(p->noise);
	free(p->scratch);
	*p = (struct power){0};
}

/* The shift from which on the i-th simulated comparison is called. */
static double called_from(const struct power *p, size_t i, double deviation, double tolerance)
{
	return fmax(p->needed[i] * deviation, tolerance - p->noise[i] * deviation);
}

double power_of(const struct power *p, double effect, double deviation, double tolerance)
{
	size_t called = 0;

	for (size_t i = 0; i < p->n; i++)
		called += called_from(p, i, deviation, tolerance) < effect;
	return p->n ? (double)called / (double)p->n : 0;
}

double power_detectable(const struct power *p, double chance, double deviation, double tolerance)
{
	size_t rank = (size_t)ceil(chance * (double)p->n);

	if (!p->n)
		return INFINITY;
	for (size_t i = 0; i < p->n; i++)
		p->scratch[i] = called_from(p, i, deviation, tolerance);
	order_sort(p->scratch, p->n);
	return p->scratch[rank ? rank - 1 : 0];
}

double power_median_variance(double k)
{
	return M_PI / (2 * k + M_PI - 2);
}
