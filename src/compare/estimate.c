/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The estimate of one metric, and the reason of its verdict. */
#include "compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/bootstrap.h"
#include "stats/order.h"

#define SAY(m, ...) snprintf((m)->reason, sizeof((m)->reason), __VA_ARGS__)

/* The median of a copy, so that the values keep their order. -ENOMEM. */
static int typical(const double *logs, size_t n, double *ret)
{
	_cleanup_free double *copy = malloc((n + 1) * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, logs, n * sizeof(*copy));
	*ret = n ? exp(order_median(copy, n)) : NAN;
	return 0;
}

static int pair_units(const struct data *d, struct metric_sample *a, struct metric_sample *b)
{
	_cleanup_free double *values = malloc((a->n + 1) * sizeof(*values));
	size_t n = 0;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++) {
		uint64_t block = d->side[0].units[a->units[i]].block;

		for (size_t k = 0; k < b->n; k++) {
			if (d->side[1].units[b->units[k]].block != block)
				continue;
			a->values[n] = a->values[i];
			a->units[n] = a->units[i];
			values[n++] = b->values[k];
			break;
		}
	}
	/* n is at most the room that either has: every block is there once a side. */
	memcpy(b->values, values, n * sizeof(*values));
	a->n = b->n = n;
	return 0;
}

static void explain_missing(const struct data *d, struct metric *m, const struct metric_sample s[2])
{
	int side = s[0].missing ? 0 : 1;
	const char *name = side ? "new" : "base";

	if (s[side].zeros)
		SAY(m, "the %s is 0 in %zu of %zu %s of %s: 0 has no ratio", m->metric,
		    s[side].zeros, s[side].parts, m->pooled ? data_unit_name(d, 2) : "trials",
		    name);
	else if (m->kind != METRIC_PERCENTILE)
		SAY(m, "%zu of %zu trials of %s have no %s", s[side].missing, s[side].parts, name,
		    m->metric);
	else
		SAY(m, "%s needs %llu samples %s %s; %zu of %zu %s of %s have fewer%s", m->metric,
		    (unsigned long long)histogram_samples_needed(m->percentile),
		    m->pooled && data_unit_name(d, 1)[0] == 'i' ? "an" : "a",
		    m->pooled ? data_unit_name(d, 1) : "trial", s[side].missing, s[side].parts,
		    m->pooled ? data_unit_name(d, 2) : "trials", name,
		    m->primary && m->primary->unreachable ? ", because their plan was cut short"
							  : "");
}

static int estimate_samples(const struct data *d, const struct comparison_options *options,
			    struct decider *decider, struct metric *m, struct metric_sample s[2])
{
	int r = 0;

	if (s[0].missing || s[1].missing) {
		explain_missing(d, m, s);
		return 0;
	}
	if (options->paired)
		r = pair_units(d, &s[0], &s[1]);
	m->decision.paired = options->paired;
	m->decision.resolution =
		fmax(metric_resolution(m, 0, &s[0]), metric_resolution(m, 1, &s[1]));
	for (int side = 0; r == 0 && side < 2; side++) {
		m->decision.n[side] = s[side].n;
		r = typical(s[side].values, s[side].n, &m->typical[side]);
	}
	return r < 0 ? r : decider_estimate(decider, &m->decision, s[0].values, s[1].values);
}

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
	s->count[i] = (double)trial->series.histogram.count;
	s->above[i] = share * (double)trial->series.histogram.count;
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

/* A unit's share moves in steps of one sample; 0 where none lies above. */
static double resolution_of_shares(const struct shares *s)
{
	return s->above_sum > 0 ? log1p((double)s->sample.n / s->above_sum) : 0;
}

static int interval(const struct data *d, const struct comparison_options *options,
		    const struct metric *m, struct shares s[2], struct decision *c)
{
	struct bootstrap_input in = {
		.units = {s[0].units, s[1].units},
		.n_units = {s[0].sample.n, s[1].sample.n},
		.level = decide_level(&m->decision),
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

static int estimate_ratio(const struct data *d, const struct comparison_options *options,
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
		r = pair_units(d, base, new);
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
	c->resolution = fmax(resolution_of_shares(&s[0]), resolution_of_shares(&s[1]));
	c->low = fmin(bounds.low, c->shift - c->resolution);
	c->high = fmax(bounds.high, c->shift + c->resolution);
	take_logarithms(base);
	take_logarithms(new);
	c->deviation = decide_deviation(c, base->values, new->values);
	/* The bootstrap does not ask that both sides scatter alike. */
	c->scatter[SIDE_BASE] = c->scatter[SIDE_NEW] = NAN;
	c->p_welch = 0;
	return 0;
}

static int estimate_share(const struct data *d, const struct comparison_options *options,
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
		r = estimate_ratio(d, options, decider, m, s);
	shares_finish(&s[0]);
	shares_finish(&s[1]);
	return r;
}

static void explain_absent(const struct data *d, struct metric *m, int side)
{
	const struct data_workload *w = &d->workloads[m->workload];
	const char *name = side ? "new" : "base";

	if (!w->seen[side])
		SAY(m, "%s does not have this workload", name);
	else if (w->given_up[side] && !w->valid[side])
		SAY(m, "given up in %zu of %zu results of %s: %s", w->given_up[side], w->runs[side],
		    name, w->failure[side]);
	else if (w->invalid[side] && !w->valid[side])
		SAY(m, "all %zu trials of %s are invalid: %s", w->invalid[side], name,
		    w->invalid_reason[side][0] ? w->invalid_reason[side] : "no reason given");
	else
		SAY(m, "%s has no valid trial with %s %s", name, m->id.actor, m->id.span);
}

static bool can_be_asked(const struct data *d, struct metric *m)
{
	const struct workload_primary *p = m->primary;

	if (p && p->later_key) {
		SAY(m, "its %s, \"%s\", is a word of a later version", p->later_key, p->later_word);
		return false;
	}
	for (int side = 0; side < 2; side++)
		if (!m->series || !m->series->side[side].n_trials) {
			explain_absent(d, m, side);
			return false;
		}
	return true;
}

static int estimate(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m)
{
	struct metric_sample s[2] = {{0}, {0}};
	int r;

	if (m->kind == METRIC_SHARE_ABOVE)
		return estimate_share(d, options, decider, m);
	r = metric_sample(m, 0, &s[0]);
	if (r == 0)
		r = metric_sample(m, 1, &s[1]);
	if (r == 0)
		r = estimate_samples(d, options, decider, m, s);
	metric_sample_finish(&s[0]);
	metric_sample_finish(&s[1]);
	return r;
}

int estimate_metric(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m)
{
	int r;

	/* An earlier look may have found what this one does not. */
	m->decision.estimated = false;
	m->reason[0] = '\0';
	r = can_be_asked(d, m) ? estimate(d, options, decider, m) : 0;
	if (!m->decision.estimated && !m->reason[0])
		SAY(m, "no block of the sequence has it on both sides");
	return r;
}

static void explain_inconclusive(const struct data *d, struct metric *m, size_t hardest)
{
	const struct decision *c = &m->decision;
	double smallest = decide_smallest_p(c->n, c->paired);

	if (c->undecidable)
		SAY(m, "fewer than %d samples above the threshold on either side",
		    METRIC_SAMPLES_ABOVE);
	else if (smallest * (double)hardest > DECIDE_ALPHA && c->low == -INFINITY)
		SAY(m, "cannot decide: %zu + %zu %s reach no p below %.2g", c->n[0], c->n[1],
		    data_unit_name(d, 2), smallest);
	else if (decide_interval_within(c))
		SAY(m,
		    "the interval lies within %g %%, but a test of that change does not reject it",
		    100 * c->tolerance);
	else if (c->p_adjusted <= DECIDE_ALPHA && decide_interval_spans(c))
		SAY(m, "p %.2g after correction, but the interval reaches over 1", c->p_adjusted);
	else if (c->p_adjusted <= DECIDE_ALPHA)
		SAY(m, "differs (p %.2g), but the estimate is within %g %% and the interval is not",
		    c->p_adjusted, 100 * c->tolerance);
	else if (c->resolution >= log1p(c->tolerance))
		SAY(m,
		    "p %.2g after correction, and %s resolves %.1f %%: equivalence within %g %% "
		    "cannot be shown",
		    c->p_adjusted, m->metric, 100 * expm1(c->resolution), 100 * c->tolerance);
	else
		SAY(m, "p %.2g after correction, and the interval reaches beyond %g %%",
		    c->p_adjusted, 100 * c->tolerance);
}

void estimate_doubt_selection(const struct data *d, struct metric *m)
{
	const struct data_workload *w = &d->workloads[m->workload];

	if (!m->decision.estimated || m->decision.verdict == VERDICT_REGRESSION ||
	    !data_is_selection(w))
		return;
	m->selected = true;
	m->decision.verdict = VERDICT_INCONCLUSIVE;
	m->decision.detectable = INFINITY;
	SAY(m,
	    "given up, interrupted or without a valid trial in %zu of %zu results of base and "
	    "%zu of %zu of new: the others are a selection",
	    w->lost[0], w->runs[0], w->lost[1], w->runs[1]);
}

void estimate_explain(const struct data *d, struct metric *m, size_t hardest)
{
	const struct decision *c = &m->decision;

	if (!c->estimated)
		return; /* the reason is there already */
	if (c->verdict == VERDICT_INCONCLUSIVE)
		explain_inconclusive(d, m, hardest);
	else if (c->verdict == VERDICT_EQUIVALENT)
		SAY(m, "the interval lies within %g %%", 100 * c->tolerance);
	else
		SAY(m, "p %.2g after correction, and the estimate is beyond %g %%", c->p_adjusted,
		    100 * c->tolerance);
}
