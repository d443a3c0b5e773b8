/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/decide.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "stats/adjust.h"
#include "stats/power.h"
#include "stats/shift.h"
#include "stats/welch.h"

const char *const verdict_names[4] = {
	[VERDICT_INCONCLUSIVE] = "inconclusive",
	[VERDICT_EQUIVALENT] = "equivalent",
	[VERDICT_IMPROVEMENT] = "improvement",
	[VERDICT_REGRESSION] = "regression",
};

double decide_level(const struct decision *c)
{
	return c->level > 0 ? c->level : DECIDE_LEVEL;
}

/* A test or a power of one size. */
struct size_key {
	size_t n[2];
	bool paired;
	double alpha;
};

struct sized_test {
	struct size_key key;
	struct shift_test *test;
};

struct sized_power {
	struct size_key key;
	struct power power;
};

struct decider {
	uint64_t seed;
	struct sized_test *tests;
	size_t n_tests;
	struct sized_power *powers;
	size_t n_powers;
};

int decider_create(uint64_t seed, struct decider **ret)
{
	struct decider *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->seed = seed;
	*ret = d;
	return 0;
}

void decider_destroy(struct decider *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_tests; i++)
		shift_test_destroy(d->tests[i].test);
	for (size_t i = 0; i < d->n_powers; i++)
		power_finish(&d->powers[i].power);
	free(d->tests);
	free(d->powers);
	free(d);
}

static bool same_shape(const struct size_key *a, const struct size_key *b)
{
	return a->n[0] == b->n[0] && a->n[1] == b->n[1] && a->paired == b->paired;
}

static bool same_size(const struct size_key *a, const struct size_key *b)
{
	return same_shape(a, b) && a->alpha == b->alpha;
}

static int create_test(const struct decider *d, const struct size_key *key, struct shift_test **ret)
{
	return key->paired ? shift_test_create_paired(key->n[0], 1 - key->alpha, d->seed, ret)
			   : shift_test_create(key->n[0], key->n[1], 1 - key->alpha, d->seed, ret);
}

static int find_test(struct decider *d, const struct decision *c, struct shift_test **ret)
{
	struct size_key key = {{c->n[0], c->n[1]}, c->paired, 1 - decide_level(c)};
	struct shift_test *test;
	struct sized_test *added;
	int r;

	for (size_t i = 0; i < d->n_tests; i++)
		if (same_size(&d->tests[i].key, &key)) {
			*ret = d->tests[i].test;
			return 0;
		}
	r = create_test(d, &key, &test);
	if (r < 0)
		return r;
	added = array_grow(&d->tests, &d->n_tests, sizeof(*added));
	if (!added) {
		shift_test_destroy(test);
		return -ENOMEM;
	}
	*added = (struct sized_test){key, test};
	*ret = test;
	return 0;
}

/* By a test of that size that is there already, because its drawn arrangements are large. */
static int find_critical(const struct decider *d, const struct size_key *key, uint64_t *ret)
{
	struct shift_test *test;
	int r;

	for (size_t i = 0; i < d->n_tests; i++)
		if (same_shape(&d->tests[i].key, key))
			return shift_test_critical(d->tests[i].test, key->alpha, ret);
	r = create_test(d, key, &test);
	if (r < 0)
		return r;
	r = shift_test_critical(test, key->alpha, ret);
	shift_test_destroy(test);
	return r;
}

/* The pointer is good until the next call. */
static int find_power(struct decider *d, const struct size_key *key, struct power **ret)
{
	struct sized_power *added;
	struct power power = {0};
	uint64_t critical;
	int r;

	for (size_t i = 0; i < d->n_powers; i++)
		if (same_size(&d->powers[i].key, key)) {
			*ret = &d->powers[i].power;
			return 0;
		}
	r = find_critical(d, key, &critical);
	if (r == 0)
		r = power_create(key->paired ? 0 : key->n[0], key->n[1], key->paired, critical,
				 d->seed, &power);
	if (r < 0)
		return r;
	added = array_grow(&d->powers, &d->n_powers, sizeof(*added));
	if (!added) {
		power_finish(&power);
		return -ENOMEM;
	}
	*added = (struct sized_power){*key, power};
	*ret = &added->power;
	return 0;
}

static void keep(struct decision *c, const struct shift_estimate *e)
{
	c->estimated = true;
	c->shift = e->shift;
	c->low = fmin(e->low, e->shift - c->resolution);
	c->high = fmax(e->high, e->shift + c->resolution);
	c->p = e->p;
}

static int test_within(struct shift_test *test, double margin, bool *ret)
{
	int r = shift_test_rejects(test, -margin, SHIFT_OR_LESS, ret);

	return r < 0 || !*ret ? r : shift_test_rejects(test, margin, SHIFT_OR_MORE, ret);
}

bool decide_scatter_is_unequal(const struct decision *c)
{
	int few = c->n[SIDE_NEW] < c->n[SIDE_BASE] ? SIDE_NEW : SIDE_BASE;

	return c->n[few] < c->n[!few] &&
	       c->scatter[few] > DECIDE_SCATTER * fmax(c->scatter[!few], c->resolution);
}

static void find_scatter(struct decision *c, const double *base, const double *new)
{
	struct welch welch;

	c->p_welch = 0;
	c->scatter[SIDE_BASE] = c->paired ? NAN : welch_deviation(base, c->n[SIDE_BASE]);
	c->scatter[SIDE_NEW] = c->paired ? NAN : welch_deviation(new, c->n[SIDE_NEW]);
	if (!decide_scatter_is_unequal(c))
		return;
	welch = welch_test(base, c->n[SIDE_BASE], new, c->n[SIDE_NEW], decide_level(c));
	c->low = fmin(c->low, welch.low);
	c->high = fmax(c->high, welch.high);
	c->p_welch = welch.p;
}

/* What is tested: both samples, or where paired the differences of `new` and `base`. */
static void take(struct shift_test *test, const struct decision *c, const double *base,
		 const double *new, const double *differences)
{
	shift_test_take(test, c->paired ? NULL : base, c->paired ? differences : new);
}

double decide_deviation(const struct decision *c, const double *base, const double *new)
{
	size_t m = c->n[SIDE_BASE], n = c->n[SIDE_NEW];

	return m + n > 2 ? sqrt((welch_squares(base, m) + welch_squares(new, n)) /
				(double)(m + n - 2))
			 : NAN;
}

int decider_estimate(struct decider *d, struct decision *c, const double *base, const double *new)
{
	_cleanup_free double *differences = calloc(c->n[SIDE_NEW] + 1, sizeof(*differences));
	struct shift_estimate e;
	struct shift_test *test;
	int r;

	c->estimated = false;
	if (!differences)
		return -ENOMEM;
	if (!c->n[SIDE_BASE] || !c->n[SIDE_NEW])
		return 0;
	r = find_test(d, c, &test);
	if (r < 0)
		return r;
	for (size_t i = 0; c->paired && i < c->n[SIDE_NEW]; i++)
		differences[i] = new[i] - base[i];
	take(test, c, base, new, differences);
	r = shift_test_estimate(test, &e);
	if (r == 0)
		r = test_within(test, log1p(c->tolerance), &c->within);
	if (r < 0)
		return r;
	keep(c, &e);
	c->deviation = c->paired ? welch_deviation(differences, c->n[SIDE_NEW])
				 : decide_deviation(c, base, new);
	find_scatter(c, base, new);
	return 0;
}

/* Whether new / base being `factor` or more (or less) is rejected. */
static int test_factor(struct shift_test *test, const struct decision *c, const double *base,
		       const double *new, double factor, enum shift_side side, bool *ret)
{
	_cleanup_free double *scaled = malloc(c->n[SIDE_BASE] * sizeof(*scaled));

	if (!scaled)
		return -ENOMEM;
	for (size_t i = 0; i < c->n[SIDE_BASE]; i++)
		scaled[i] = c->paired ? new[i] - base[i] * factor : base[i] * factor;
	take(test, c, scaled, new, scaled);
	return shift_test_rejects(test, 0, side, ret);
}

int decider_test_ratio(struct decider *d, struct decision *c, const double *base, const double *new)
{
	double most = 1 + c->tolerance;
	struct shift_test *test;
	int r = find_test(d, c, &test);

	if (r == 0)
		r = test_factor(test, c, base, new, 1 / most, SHIFT_OR_LESS, &c->within);
	if (r == 0 && c->within)
		r = test_factor(test, c, base, new, most, SHIFT_OR_MORE, &c->within);
	return r;
}

bool decide_interval_spans(const struct decision *c)
{
	return c->low < 0 && c->high > 0;
}

bool decide_interval_within(const struct decision *c)
{
	double bound = log1p(c->tolerance);

	return c->low >= -bound && c->high <= bound;
}

static enum verdict judge(const struct decision *c)
{
	double bound = log1p(c->tolerance), alpha = c->alpha > 0 ? c->alpha : DECIDE_ALPHA;

	if (!c->estimated || c->undecidable)
		return VERDICT_INCONCLUSIVE;
	if (c->p_adjusted <= alpha && fabs(c->shift) > bound && !decide_interval_spans(c))
		return (c->shift > 0) == (c->direction == METRIC_LOWER_IS_BETTER)
			       ? VERDICT_REGRESSION
			       : VERDICT_IMPROVEMENT;
	if (c->within && decide_interval_within(c))
		return VERDICT_EQUIVALENT;
	return VERDICT_INCONCLUSIVE;
}

static int find_detectable(struct decider *d, struct decision *c, double alpha)
{
	struct size_key key = {{c->n[0], c->n[1]}, c->paired, alpha};
	struct power *power;
	int r;

	c->detectable = INFINITY;
	if (!c->estimated || c->undecidable || isnan(c->deviation))
		return 0;
	r = find_power(d, &key, &power);
	if (r == 0)
		c->detectable =
			power_detectable(power, DECIDE_POWER, c->deviation, decide_threshold(c));
	return r;
}

static int adjust(struct decision *const *decisions, size_t n, enum family family, size_t *ret_m)
{
	_cleanup_free double *p = malloc((n + 1) * sizeof(*p));
	size_t m = 0;
	int r;

	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (decisions[i]->estimated)
			p[m++] = fmax(decisions[i]->p, decisions[i]->p_welch);
	r = family == FAMILY_HOLM ? adjust_holm(p, m) : adjust_benjamini_hochberg(p, m);
	*ret_m = m;
	m = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		decisions[i]->p_adjusted = decisions[i]->estimated ? p[m++] : 1;
	return r;
}

int decider_decide(struct decider *d, struct decision *const *decisions, size_t n,
		   enum family family)
{
	size_t m = 0;
	int r = adjust(decisions, n, family, &m);
	double alpha = family == FAMILY_HOLM ? DECIDE_ALPHA / (double)(m ? m : 1) : DECIDE_ALPHA;

	for (size_t i = 0; r == 0 && i < n; i++) {
		decisions[i]->verdict = judge(decisions[i]);
		if (decisions[i]->verdict == VERDICT_INCONCLUSIVE)
			r = find_detectable(d, decisions[i], alpha);
	}
	return r;
}

void decide_alone(struct decision *c)
{
	c->p_adjusted = fmax(c->p, c->p_welch);
	c->detectable = INFINITY;
	c->verdict = judge(c);
}

double decide_threshold(const struct decision *c)
{
	return fmax(log1p(c->tolerance), c->resolution);
}

int decider_power(struct decider *d, const size_t n[2], bool paired, double alpha, double effect,
		  double deviation, double threshold, double *ret)
{
	struct size_key key = {{n[0], n[1]}, paired, alpha};
	struct power *power;
	int r = find_power(d, &key, &power);

	if (r == 0)
		*ret = power_of(power, effect, deviation, threshold);
	return r;
}

double decide_smallest_p(const size_t n[2], bool paired)
{
	if (!n[0] || !n[1])
		return 1;
	return paired ? shift_smallest_p_paired(n[0]) : shift_smallest_p(n[0], n[1]);
}

size_t decide_units_needed(size_t family, bool paired)
{
	size_t n[2] = {1, 1};

	while (decide_smallest_p(n, paired) * (double)family > DECIDE_ALPHA)
		n[0] = ++n[1];
	return n[0];
}
