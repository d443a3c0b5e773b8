/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compare/estimate.h"
#include "stats/bootstrap.h"

/* The trials of a side as the bootstrap takes them. */
struct shares {
	double *above, *count; /* a trial */
	double *values;        /* a unit: its share */
	struct bootstrap_unit *units;
	size_t *unit_of; /* index of each in the side */
	size_t n;
	double above_sum;
	size_t missing; /* trials without this threshold, or without a sample */
};

static void shares_finish(struct shares *s)
{
	free(s->above);
	free(s->count);
	free(s->values);
	free(s->units);
	free(s->unit_of);
	*s = (struct shares){0};
}

static int shares_allocate(struct shares *s, size_t n)
{
	*s = (struct shares){
		.above = calloc(n + 1, sizeof(double)),
		.count = calloc(n + 1, sizeof(double)),
		.values = calloc(n + 1, sizeof(double)),
		.units = calloc(n + 1, sizeof(struct bootstrap_unit)),
		.unit_of = calloc(n + 1, sizeof(size_t)),
	};
	return s->above && s->count && s->values && s->units && s->unit_of ? 0 : -ENOMEM;
}

static void add_trial(struct shares *s, const struct metric *m, const struct data_trial *trial,
		      size_t i)
{
	double share = metric_of_trial(m, trial);

	if (isnan(share)) {
		s->missing++;
		return;
	}
	s->count[i] = (double)trial->count;
	s->above[i] = share * (double)trial->count;
	s->above_sum += s->above[i];
	if (!s->n || s->unit_of[s->n - 1] != trial->unit) {
		s->unit_of[s->n] = trial->unit;
		s->units[s->n++] =
			(struct bootstrap_unit){.above = s->above + i, .count = s->count + i};
	}
	s->units[s->n - 1].n_trials++;
}

static int shares_init(struct shares *s, const struct metric *m, int side)
{
	const struct data_series_side *of = &m->series->side[side];
	int r = shares_allocate(s, of->n_trials);

	for (size_t i = 0; r == 0 && i < of->n_trials; i++)
		add_trial(s, m, &of->trials[i], i);
	for (size_t i = 0; r == 0 && i < s->n; i++)
		s->values[i] = bootstrap_share(&s->units[i], 1);
	return r;
}

/* Units of blocks that both sides have go together; `base` is put into the order of `new`. */
static void pair(const struct data *d, struct shares *base, struct shares *new)
{
	for (size_t i = 0; i < new->n; i++)
		for (size_t k = i; k < base->n; k++)
			if (d->side[0].units[base->unit_of[k]].block ==
			    d->side[1].units[new->unit_of[i]].block) {
				double value = base->values[k];
				size_t unit = base->unit_of[k];

				base->values[k] = base->values[i];
				base->unit_of[k] = base->unit_of[i];
				base->values[i] = value;
				base->unit_of[i] = unit;
				break;
			}
}

static int interval(const struct comparison_options *options, const struct shares s[2],
		    struct decision *c)
{
	struct bootstrap_input in = {
		.units = {s[0].units, s[1].units},
		.n_units = {s[0].n, s[1].n},
		.level = DECIDE_LEVEL,
		.seed = options->seed,
	};
	double low = 0, high = INFINITY;
	int r = s[0].n > 1 && s[1].n > 1 ? bootstrap_ratio(&in, &low, &high) : 0;

	/* A handful of samples can make every draw alike: that is no narrow interval. */
	c->low = s[1].above_sum < METRIC_SAMPLES_ABOVE ? -INFINITY : log(low);
	c->high = s[0].above_sum < METRIC_SAMPLES_ABOVE ? INFINITY : log(high);
	return r;
}

/* Of the logarithms, where all have one. */
static double deviation(const struct shares s[2])
{
	double squares = 0;

	for (int side = 0; side < 2; side++) {
		double mean = 0;

		for (size_t i = 0; i < s[side].n; i++)
			mean += log(s[side].values[i]) / (double)s[side].n;
		for (size_t i = 0; i < s[side].n; i++)
			squares += pow(log(s[side].values[i]) - mean, 2);
	}
	return s[0].n + s[1].n > 2 ? sqrt(squares / (double)(s[0].n + s[1].n - 2)) : NAN;
}

static int estimate(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m, struct shares s[2])
{
	struct decision *c = &m->decision;
	int r;

	for (int side = 0; side < 2; side++) {
		c->n[side] = s[side].n;
		m->typical[side] = s[side].n ? bootstrap_share(s[side].units, s[side].n) : NAN;
	}
	c->paired = options->paired && s[0].n == s[1].n;
	if (c->paired)
		pair(d, &s[0], &s[1]);
	r = decider_estimate(decider, c, s[0].values, s[1].values);
	if (r < 0 || !c->estimated)
		return r;
	c->undecidable =
		s[0].above_sum < METRIC_SAMPLES_ABOVE && s[1].above_sum < METRIC_SAMPLES_ABOVE;
	c->shift = m->typical[0] == m->typical[1] ? 0 : log(m->typical[1] / m->typical[0]);
	c->deviation = deviation(s);
	return interval(options, s, c);
}

int estimate_share(const struct data *d, const struct comparison_options *options,
		   struct decider *decider, struct metric *m)
{
	struct shares s[2] = {{0}, {0}};
	int r = shares_init(&s[0], m, 0);

	if (r == 0)
		r = shares_init(&s[1], m, 1);
	if (r == 0 && (s[0].missing || s[1].missing))
		snprintf(m->reason, sizeof(m->reason),
			 "%zu trials of base and %zu of new do not count this threshold",
			 s[0].missing, s[1].missing);
	else if (r == 0)
		r = estimate(d, options, decider, m, s);
	shares_finish(&s[0]);
	shares_finish(&s[1]);
	return r;
}
