/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/changes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/rng.h"
#include "stats/energy.h"
#include "stats/sides.h"

enum { PERMUTATIONS_MIN = 1000, PERMUTATIONS_MAX = 100000, AS_GOOD = 5 };

int changes_phi(const double *values, size_t n, double *ret)
{
	_cleanup_free double *differences = calloc(n + 1, sizeof(*differences));
	double correlation, phi;
	int r;

	if (!differences)
		return -ENOMEM;
	*ret = CHANGES_PHI;
	if (n < CHANGES_N_MIN)
		return 0;
	for (size_t i = 0; i + 1 < n; i++)
		differences[i] = values[i + 1] - values[i];
	r = sides_neighbour_correlation(differences, n - 1, &correlation);
	if (r < 0)
		return r;
	/* As much above the true one happens once in four times; the error is some 1.6 / sqrt(n).
	 */
	phi = 1 + 2 * correlation - 1 / sqrt((double)n);
	*ret = fmin(fmax(phi, CHANGES_PHI), CHANGES_PHI_MAX);
	return 0;
}

double changes_smallest_p(size_t n)
{
	double half = (double)((n - 1) / 2), all = (double)(n - 1);

	if (n < CHANGES_N_MIN)
		return 1;
	return fmin(1, 2 * exp(lgamma(half + 1) + lgamma(all - half + 1) - lgamma(all + 1)));
}

static void shuffle(uint32_t *order, size_t n, struct rng *rng)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(rng, i);
		uint32_t place = order[i - 1];

		order[i - 1] = order[k];
		order[k] = place;
	}
}

struct search {
	const double *whitened;
	size_t n_all;
	double alpha;
	uint32_t *order; /* room for n_all */
	struct rng rng;
	struct change *found;
	size_t n;
};

/*
 * The share of orders (that of the data among them) whose best split is as good. Ends as soon as
 * that share is sure to exceed `level`; what comes back is then above it.
 */
static double test_split(struct search *s, struct energy *e, size_t n, double q, double level)
{
	double total = fmin(fmax(ceil(AS_GOOD / level), PERMUTATIONS_MIN), PERMUTATIONS_MAX);
	double as_good = 1;
	size_t at;

	memcpy(s->order, energy_order(e), n * sizeof(*s->order));
	for (double i = 1; i < total && as_good <= level * total; i++) {
		shuffle(s->order, n, &s->rng);
		/* Sums of the same numbers in another order differ in their last digits. */
		as_good += energy_best_split(e, s->order, &at) >= q * (1 - 1e-9);
	}
	return as_good / total;
}

/* Whether the whitened values from `from` up to, not with, `to` have a change, and where. */
static int find_split(struct search *s, size_t from, size_t to, struct change *ret)
{
	double share = (double)(to - from) / (double)s->n_all, level = s->alpha * share, q;
	struct energy *e;
	int r = energy_create(s->whitened + from, to - from, &e);

	if (r < 0)
		return r;
	q = energy_best_split(e, energy_order(e), &ret->index);
	ret->p = q > 0 ? test_split(s, e, to - from, q, level) / share : 1;
	energy_destroy(e);
	if (ret->p > s->alpha)
		return 0;
	ret->index += from;
	return 1;
}

static int divide(struct search *s, size_t from, size_t to, double p_before)
{
	struct change found, *kept;
	int r = find_split(s, from, to, &found);

	if (r <= 0)
		return r;
	/* A part is looked at only because the whole was significant. */
	found.p = fmax(found.p, p_before);
	r = divide(s, from, found.index, found.p);
	if (r < 0)
		return r;
	kept = array_grow(&s->found, &s->n, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	*kept = found;
	return divide(s, found.index, to, found.p);
}

/* What kind of change each is, by what lies to the next ones on both sides. */
static int judge_kinds(struct search *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n; i++) {
		struct change *c = &s->found[i];
		size_t from = i ? s->found[i - 1].index : 0;
		size_t to = i + 1 < s->n ? s->found[i + 1].index : s->n_all;
		struct sides_difference d;

		r = sides_compare(s->whitened + from, c->index - from, s->whitened + c->index,
				  to - c->index, &d);
		/* Of wide scatter a few neighbours at the end look like a level of their own. */
		c->level = d.p_level <= 0.0001 || d.p_level <= d.p_spread / 10;
		c->spread = d.p_spread <= 0.01 || !c->level;
	}
	return r;
}

static int find_all(struct search *s, struct change **ret, size_t *ret_n)
{
	int r = divide(s, 0, s->n_all, 0);

	if (r == 0)
		r = judge_kinds(s);
	if (r < 0) {
		free(s->found);
		return r;
	}
	/* The value that whitening made of a change's first observation and the one before it. */
	for (size_t i = 0; i < s->n; i++)
		s->found[i].index++;
	*ret = s->found;
	*ret_n = s->n;
	return 0;
}

int changes_find(const double *values, size_t n, double alpha, uint64_t seed, struct change **ret,
		 size_t *ret_n)
{
	_cleanup_free double *whitened = calloc(n + 1, sizeof(*whitened));
	_cleanup_free uint32_t *order = calloc(n + 1, sizeof(*order));
	struct search s = {.whitened = whitened, .order = order, .alpha = alpha};
	double phi;

	if (n > CHANGES_N_MAX)
		return -EINVAL;
	if (!whitened || !order || changes_phi(values, n, &phi) < 0)
		return -ENOMEM;
	*ret = NULL;
	*ret_n = 0;
	if (n < CHANGES_N_MIN)
		return 0;
	s.n_all = n - 1;
	for (size_t i = 0; i < s.n_all; i++)
		whitened[i] = values[i + 1] - phi * values[i];
	rng_init(&s.rng, seed, 0);
	return find_all(&s, ret, ret_n);
}
