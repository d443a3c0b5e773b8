/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compare/estimate.h"
#include "stats/bootstrap.h"

enum { BLOCKS_MIN = 5 };

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

static uint64_t block_of(const struct data *d, int side, const struct shares *s, size_t i)
{
	return d->side[side].units[s->unit_of[i]].block;
}

/* Puts `base` into the order of the blocks of `new`. Whether each found its own. */
static bool pair(const struct data *d, struct shares *base, struct shares *new)
{
	size_t found = 0;

	for (size_t i = 0; i < new->n; i++)
		for (size_t k = i; k < base->n; k++)
			if (block_of(d, 0, base, k) == block_of(d, 1, new, i)) {
				double value = base->values[k];
				size_t unit = base->unit_of[k];

				base->values[k] = base->values[i];
				base->unit_of[k] = base->unit_of[i];
				base->values[i] = value;
				base->unit_of[i] = unit;
				found++;
				break;
			}
	return found == base->n && found == new->n;
}

/* The index of a block among those seen, which it joins if need be. */
static size_t number_block(uint64_t *seen, size_t *n, uint64_t block)
{
	for (size_t i = 0; i < *n; i++)
		if (seen[i] == block)
			return i;
	seen[*n] = block;
	return (*n)++;
}

/*
 * Numbers the blocks of both sides' units. 0 blocks where a unit has none, or where there are so
 * few that drawing from them would say little. -ENOMEM.
 */
static int number_blocks(const struct data *d, struct shares s[2], size_t *ret_n)
{
	_cleanup_free uint64_t *seen = malloc((s[0].n + s[1].n + 1) * sizeof(*seen));
	size_t n = 0;

	*ret_n = 0;
	if (!seen)
		return -ENOMEM;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s[side].n; i++) {
			const struct data_unit *unit = &d->side[side].units[s[side].unit_of[i]];

			if (!unit->has_block)
				return 0;
			s[side].units[i].block = number_block(seen, &n, unit->block);
		}
	*ret_n = n < BLOCKS_MIN ? 0 : n;
	return 0;
}

/*
 * A share of which no sample was seen is not known to be 0: with 95 % it lies below 3 / count (the
 * rule of three; Hanley and Lippman-Hand 1983). The interval's far end takes that for it, so that
 * few samples on one side are not taken for a difference. Changes `above`, the values stay 0.
 */
static void bound_unseen(struct shares *s, size_t n_trials)
{
	double count = 0;

	for (size_t i = 0; i < n_trials; i++)
		count += s->count[i];
	for (size_t i = 0; s->above_sum == 0 && i < n_trials; i++)
		s->above[i] = s->count[i] * fmin(1, 3 / count);
}

static int interval(const struct data *d, const struct comparison_options *options,
		    const struct metric *m, struct shares s[2], struct decision *c)
{
	struct bootstrap_input in = {
		.units = {s[0].units, s[1].units},
		.n_units = {s[0].n, s[1].n},
		.level = DECIDE_LEVEL,
		.seed = options->seed,
	};
	double low = 0, high = INFINITY;
	int r = number_blocks(d, s, &in.n_blocks);

	for (int side = 0; side < 2; side++)
		bound_unseen(&s[side], m->series->side[side].n_trials);
	if (r == 0 && s[0].n > 1 && s[1].n > 1)
		r = bootstrap_ratio(&in, &low, &high);

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
	struct decision *c = &m->decision, bounds = {0};
	int r;

	for (int side = 0; side < 2; side++) {
		c->n[side] = s[side].n;
		m->typical[side] = s[side].n ? bootstrap_share(s[side].units, s[side].n) : NAN;
	}
	r = interval(d, options, m, s, &bounds); /* before pairing, which reorders */
	c->paired = options->paired && pair(d, &s[0], &s[1]);
	if (r == 0)
		r = decider_estimate(decider, c, s[0].values, s[1].values);
	if (r == 0 && c->estimated)
		r = decider_test_ratio(decider, c, s[0].values, s[1].values);
	if (r < 0 || !c->estimated)
		return r;
	c->undecidable =
		s[0].above_sum < METRIC_SAMPLES_ABOVE && s[1].above_sum < METRIC_SAMPLES_ABOVE;
	c->shift = m->typical[0] == m->typical[1] ? 0 : log(m->typical[1] / m->typical[0]);
	c->low = fmin(bounds.low, c->shift);
	c->high = fmax(bounds.high, c->shift);
	c->deviation = deviation(s);
	/* The bootstrap does not ask that both sides scatter alike. */
	c->scatter[SIDE_BASE] = c->scatter[SIDE_NEW] = NAN;
	c->p_welch = 0;
	return 0;
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
