/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compare/estimate.h"
#include "stats/bootstrap.h"

enum { BLOCKS_MIN = 5 };

/* The trials of a side as the bootstrap takes them; a unit's value is its share. */
struct shares {
	double *above, *count; /* a trial */
	struct bootstrap_unit *units;
	struct metric_sample sample;
	double above_sum;
};

static void shares_finish(struct shares *s)
{
	free(s->above);
	free(s->count);
	free(s->units);
	metric_sample_finish(&s->sample);
}

static void add_trial(struct shares *s, const struct metric *m, const struct data_trial *trial,
		      size_t i)
{
	double share = metric_of_trial(m, trial);
	size_t *n = &s->sample.n;

	if (isnan(share)) {
		s->sample.missing++;
		return;
	}
	s->count[i] = (double)trial->count;
	s->above[i] = share * (double)trial->count;
	s->above_sum += s->above[i];
	if (!*n || s->sample.units[*n - 1] != trial->unit) {
		s->sample.units[*n] = trial->unit;
		s->units[(*n)++] =
			(struct bootstrap_unit){.above = s->above + i, .count = s->count + i};
	}
	s->units[*n - 1].n_trials++;
}

static int shares_init(struct shares *s, const struct metric *m, int side)
{
	const struct data_series_side *of = &m->series->side[side];
	size_t n = of->n_trials + 1;

	*s = (struct shares){
		.above = calloc(n, sizeof(*s->above)),
		.count = calloc(n, sizeof(*s->count)),
		.units = calloc(n, sizeof(*s->units)),
		.sample = {.values = calloc(n, sizeof(*s->sample.values)),
			   .units = calloc(n, sizeof(*s->sample.units))},
	};
	if (!s->above || !s->count || !s->units || !s->sample.values || !s->sample.units)
		return -ENOMEM;
	for (size_t i = 0; i < of->n_trials; i++)
		add_trial(s, m, &of->trials[i], i);
	for (size_t i = 0; i < s->sample.n; i++)
		s->sample.values[i] = bootstrap_share(&s->units[i], 1);
	return 0;
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
	_cleanup_free uint64_t *seen = malloc((s[0].sample.n + s[1].sample.n + 1) * sizeof(*seen));
	size_t n = 0;

	*ret_n = 0;
	if (!seen)
		return -ENOMEM;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s[side].sample.n; i++) {
			const struct data_unit *unit =
				&d->side[side].units[s[side].sample.units[i]];

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
		.n_units = {s[0].sample.n, s[1].sample.n},
		.level = DECIDE_LEVEL,
		.seed = options->seed,
	};
	double low = 0, high = INFINITY;
	int r = number_blocks(d, s, &in.n_blocks);

	for (int side = 0; side < 2; side++)
		bound_unseen(&s[side], m->series->side[side].n_trials);
	if (r == 0 && s[0].sample.n > 1 && s[1].sample.n > 1)
		r = bootstrap_ratio(&in, &low, &high);

	/* A handful of samples can make every draw alike: that is no narrow interval. */
	c->low = s[1].above_sum < METRIC_SAMPLES_ABOVE ? -INFINITY : log(low);
	c->high = s[0].above_sum < METRIC_SAMPLES_ABOVE ? INFINITY : log(high);
	return r;
}

static void take_logarithms(struct metric_sample *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->values[i] = log(s->values[i]);
}

static int estimate(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m, struct shares s[2])
{
	struct metric_sample *base = &s[0].sample, *new = &s[1].sample;
	struct decision *c = &m->decision, bounds = {0};
	int r;

	for (int side = 0; side < 2; side++)
		m->typical[side] =
			s[side].sample.n ? bootstrap_share(s[side].units, s[side].sample.n) : NAN;
	r = interval(d, options, m, s, &bounds); /* before pairing, which reorders */
	c->paired = options->paired;
	if (r == 0 && c->paired)
		r = estimate_pair(d, base, new);
	c->n[0] = base->n;
	c->n[1] = new->n;
	if (r == 0)
		r = decider_estimate(decider, c, base->values, new->values);
	if (r == 0 && c->estimated)
		r = decider_test_ratio(decider, c, base->values, new->values);
	if (r < 0 || !c->estimated)
		return r;
	c->undecidable =
		s[0].above_sum < METRIC_SAMPLES_ABOVE && s[1].above_sum < METRIC_SAMPLES_ABOVE;
	c->shift = m->typical[0] == m->typical[1] ? 0 : log(m->typical[1] / m->typical[0]);
	c->low = fmin(bounds.low, c->shift);
	c->high = fmax(bounds.high, c->shift);
	take_logarithms(base);
	take_logarithms(new);
	c->deviation = decide_deviation(c, base->values, new->values);
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
	if (r == 0 && (s[0].sample.missing || s[1].sample.missing))
		snprintf(m->reason, sizeof(m->reason),
			 "%zu trials of base and %zu of new do not count this threshold",
			 s[0].sample.missing, s[1].sample.missing);
	else if (r == 0)
		r = estimate(d, options, decider, m, s);
	shares_finish(&s[0]);
	shares_finish(&s[1]);
	return r;
}
