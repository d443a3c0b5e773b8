/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/knee.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rng.h"
#include "stats/order.h"

enum { RESAMPLES = 999 };

/* Everything an estimate works on: points in use, logarithms, room. */
struct curve {
	size_t n, trials;
	double bound;
	double *x;       /* log */
	double *values;  /* n rows of log values */
	size_t *counts;  /* values of each row */
	double *y, *fit; /* n each */
	double *row;     /* `trials` */
	double *scratch; /* 2 n */
};

void knee_isotonic(double *y, const double *weights, size_t n, bool rising, double *scratch)
{
	double *level = scratch, *weight = scratch + n;
	size_t blocks = 0, at = 0;

	/* Blocks of pooled neighbours; `row` i belongs to the block whose weight covers it. */
	for (size_t i = 0; i < n; i++) {
		level[blocks] = y[i];
		weight[blocks++] = weights ? weights[i] : 1;
		while (blocks > 1 && (rising ? level[blocks - 2] > level[blocks - 1]
					     : level[blocks - 2] < level[blocks - 1])) {
			double sum = weight[blocks - 2] + weight[blocks - 1];

			level[blocks - 2] = (level[blocks - 2] * weight[blocks - 2] +
					     level[blocks - 1] * weight[blocks - 1]) /
					    sum;
			weight[blocks - 2] = sum;
			blocks--;
		}
	}
	for (size_t b = 0; b < blocks; b++)
		for (double left = weight[b]; left > 1e-9 && at < n; at++) {
			left -= weights ? weights[at] : 1;
			y[at] = level[b];
		}
}

static double squares(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (a[i] - b[i]) * (a[i] - b[i]);
	return sum;
}

/* The better of the two monotone curves through c->y, into c->fit. */
static void fit(struct curve *c)
{
	double rising[2];

	for (int up = 0; up < 2; up++) {
		memcpy(c->fit, c->y, c->n * sizeof(*c->fit));
		knee_isotonic(c->fit, NULL, c->n, up, c->scratch);
		rising[up] = squares(c->fit, c->y, c->n);
	}
	if (rising[0] < rising[1]) {
		memcpy(c->fit, c->y, c->n * sizeof(*c->fit));
		knee_isotonic(c->fit, NULL, c->n, false, c->scratch);
	}
}

/* Where the fitted curve crosses, as a logarithm; NaN where it does not. *ret: behind which point.
 */
static double crossing(struct curve *c, size_t *ret)
{
	fit(c);
	for (size_t i = 0; i + 1 < c->n; i++) {
		double a = c->fit[i] - c->bound, b = c->fit[i + 1] - c->bound;

		*ret = i;
		if ((a < 0) != (b < 0))
			return c->x[i] + (c->x[i + 1] - c->x[i]) * a / (a - b);
	}
	return NAN;
}

static void take_medians(struct curve *c, struct rng *rng)
{
	for (size_t i = 0; i < c->n; i++) {
		const double *values = c->values + i * c->trials;

		for (size_t k = 0; k < c->counts[i]; k++)
			c->row[k] = values[rng ? rng_below(rng, c->counts[i]) : k];
		c->y[i] = order_median(c->row, c->counts[i]);
	}
}

/* The end of the axis that a curve without a crossing points to: the one nearer to the bound. */
static double end_of_axis(const struct curve *c)
{
	double first = fabs(c->fit[0] - c->bound), last = fabs(c->fit[c->n - 1] - c->bound);

	return c->x[first < last ? 0 : c->n - 1];
}

static void resample(struct curve *c, uint64_t seed, double *estimates, struct knee *k)
{
	struct rng rng;
	size_t beyond = 0, behind;

	rng_init(&rng, seed, 0);
	for (size_t i = 0; i < RESAMPLES; i++) {
		take_medians(c, &rng);
		estimates[i] = crossing(c, &behind);
		if (isnan(estimates[i])) {
			estimates[i] = end_of_axis(c);
			beyond++;
		}
	}
	order_sort(estimates, RESAMPLES);
	k->low = exp(estimates[(RESAMPLES + 1) / 40 - 1]);
	k->high = exp(estimates[RESAMPLES - (RESAMPLES + 1) / 40]);
	k->undecided = (double)beyond / RESAMPLES;
}

static void fill(struct curve *c, const double *x, const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t count = 0;

		for (size_t k = 0; k < c->trials; k++)
			if (!isnan(y[i * c->trials + k]))
				c->values[c->n * c->trials + count++] = log(y[i * c->trials + k]);
		if (!count)
			continue;
		c->x[c->n] = log(x[i]);
		c->counts[c->n++] = count;
	}
}

int knee_find(const double *x, const double *y, size_t n, size_t trials, double bound,
	      uint64_t seed, struct knee *ret)
{
	size_t doubles = n + n * trials + 2 * n + trials + 2 * n + RESAMPLES;
	_cleanup_free double *room = calloc(doubles, sizeof(*room));
	_cleanup_free size_t *counts = calloc(n + 1, sizeof(*counts));
	struct curve c = {.trials = trials, .bound = log(bound), .counts = counts};
	struct knee k = {0};
	size_t behind = 0;
	double at;

	if (!room || !counts)
		return -ENOMEM;
	c.x = room;
	c.values = c.x + n;
	c.y = c.values + n * trials;
	c.fit = c.y + n;
	c.row = c.fit + n;
	c.scratch = c.row + trials;
	fill(&c, x, y, n);
	if (c.n < 2)
		return 0;
	take_medians(&c, NULL);
	at = crossing(&c, &behind);
	if (isnan(at))
		return 0;
	k.at = exp(at);
	k.has_interval = counts[behind] > 1 && counts[behind + 1] > 1;
	if (k.has_interval)
		resample(&c, seed, c.scratch + 2 * n, &k);
	*ret = k;
	return 1;
}
