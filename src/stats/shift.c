/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/law.h"
#include "stats/order.h"
#include "stats/rank.h"

/* With ties inside a sample the ends move by a gap or two; a bound keeps hostile data cheap. */
enum { WALK_MAX = 32 };

struct shift_test {
	size_t m, n; /* m is 0 where paired */
	bool paired;
	double alpha;
	uint64_t seed;
	struct law untied;         /* empty until needed */
	struct arrangements drawn; /* likewise */
	double *a, *b; /* sorted copies; of differences: b, and a for the negative ones */
	uint32_t *ranks;
};

void shift_test_destroy(struct shift_test *t)
{
	if (!t)
		return;
	law_finish(&t->untied);
	arrangements_finish(&t->drawn);
	free(t->a);
	free(t->b);
	free(t->ranks);
	free(t);
}

static void cleanup_test(struct shift_test **t)
{
	shift_test_destroy(*t);
}

static int create(size_t m, size_t n, bool paired, double level, uint64_t seed,
		  struct shift_test **ret)
{
	_cleanup_(cleanup_test) struct shift_test *t = calloc(1, sizeof(*t));

	if (!n || (!m && !paired) || m + n > SHIFT_UNITS_MAX || !(level > 0 && level < 1))
		return -EINVAL;
	if (!t)
		return -ENOMEM;
	t->m = m;
	t->n = n;
	t->paired = paired;
	t->alpha = 1 - level;
	t->seed = seed;
	t->a = calloc(m + n, sizeof(*t->a));
	t->b = calloc(m + n, sizeof(*t->b));
	t->ranks = calloc(m + n, sizeof(*t->ranks));
	if (!t->a || !t->b || !t->ranks)
		return -ENOMEM;
	*ret = steal_ptr(t);
	return 0;
}

int shift_test_create(size_t m, size_t n, double level, uint64_t seed, struct shift_test **ret)
{
	return create(m, n, false, level, seed, ret);
}

int shift_test_create_paired(size_t n, double level, uint64_t seed, struct shift_test **ret)
{
	return create(0, n, true, level, seed, ret);
}

static bool is_counted(const struct shift_test *t)
{
	return t->paired ? law_signs_are_counted(t->n) : law_labels_are_counted(t->m + t->n, t->n);
}

static int draw_arrangements(struct shift_test *t)
{
	if (t->drawn.mask)
		return 0;
	if (t->paired)
		return arrangements_of_signs(t->n, t->seed, &t->drawn);
	return arrangements_of_labels(t->m + t->n, t->n, t->seed, &t->drawn);
}

static int make_law(struct shift_test *t, const uint32_t *ranks, struct law *ret)
{
	int r;

	if (is_counted(t))
		return t->paired ? law_count_signs(ranks, t->n, ret)
				 : law_count_labels(ranks, t->m + t->n, t->n, ret);
	r = draw_arrangements(t);
	return r < 0 ? r : law_sample(ranks, &t->drawn, ret);
}

static int ensure_untied(struct shift_test *t)
{
	size_t units = t->m + t->n;
	_cleanup_free uint32_t *ranks = NULL;

	if (t->untied.n)
		return 0;
	ranks = malloc(units * sizeof(*ranks));
	if (!ranks)
		return -ENOMEM;
	for (size_t i = 0; i < units; i++)
		ranks[i] = (uint32_t)(2 * (i + 1));
	return make_law(t, ranks, &t->untied);
}

/* Ranks of |d - delta|: the negative ones' mirrored in `a`. Returns whether the law is special. */
static bool rank_signs(struct shift_test *t, double delta, uint64_t *ret_w)
{
	size_t negative = 0, zeros = 0;
	bool special;

	while (negative < t->n && t->b[negative] < delta)
		negative++;
	while (negative + zeros < t->n && t->b[negative + zeros] == delta)
		zeros++;
	for (size_t i = 0; i < negative; i++)
		t->a[i] = delta - t->b[negative - 1 - i];
	special = rank_pooled(t->a, negative, t->b + negative, t->n - negative, delta, t->ranks);
	/* A zero keeps the others' ranks where they are, and has no sign to flip. */
	memset(t->ranks + negative, 0, zeros * sizeof(*t->ranks));
	*ret_w = rank_sum(t->ranks + negative, t->n - negative);
	return special || zeros;
}

static bool rank_labels(struct shift_test *t, double delta, uint64_t *ret_w)
{
	bool ties = rank_pooled(t->a, t->m, t->b, t->n, delta, t->ranks);

	*ret_w = rank_sum(t->ranks + t->m, t->n);
	return ties;
}

/* p of the hypothesis that the shift is `delta`. */
static int p_at(struct shift_test *t, double delta, double *ret_p)
{
	_cleanup_(law_finish) struct law own = {0};
	const struct law *law = &t->untied;
	uint64_t w;
	bool special = t->paired ? rank_signs(t, delta, &w) : rank_labels(t, delta, &w);
	int r = special ? make_law(t, t->ranks, &own) : ensure_untied(t);

	if (r < 0)
		return r;
	*ret_p = law_two_sided(special ? &own : law, w);
	return 0;
}

static uint64_t candidates(const struct shift_test *t)
{
	return t->paired ? (uint64_t)t->n * (t->n + 1) / 2 : (uint64_t)t->m * t->n;
}

/* The k-th candidate for an end, counted from that end. */
static double candidate(const struct shift_test *t, uint64_t k, bool from_high)
{
	if (from_high)
		k = candidates(t) + 1 - k;
	return t->paired ? order_walsh(t->b, t->n, k) : order_difference(t->a, t->m, t->b, t->n, k);
}

int shift_test_critical(struct shift_test *t, double alpha, uint64_t *ret_c)
{
	uint64_t lowest = t->paired ? 0 : (uint64_t)t->n * (t->n + 1), c = 0;
	int r = ensure_untied(t);

	if (r < 0)
		return r;
	for (size_t i = 0; i < t->untied.n && 2 * t->untied.at_most[i] <= alpha; i++)
		c = (t->untied.values[i] - lowest) / 2 + 1;
	*ret_c = c;
	return 0;
}

enum gap { GAP_EMPTY, GAP_REJECTED, GAP_ACCEPTED };

/* Judges the shifts strictly between candidates k and k + 1; k = 0: those beyond all of them. */
static int judge_gap(struct shift_test *t, uint64_t k, bool from_high, enum gap *ret)
{
	double inner = candidate(t, k + 1, from_high), middle, p;
	double outer = k ? candidate(t, k, from_high) : from_high ? inner + 1 : inner - 1;
	int r;

	middle = outer + (inner - outer) / 2;
	if (middle == outer || middle == inner) {
		*ret = GAP_EMPTY;
		return 0;
	}
	r = p_at(t, middle, &p);
	if (r == 0)
		*ret = p > t->alpha ? GAP_ACCEPTED : GAP_REJECTED;
	return r;
}

/*
 * From the untied law's end outwards while shifts are accepted, then inwards while they are
 * rejected. Cut short, both ways err on the side of a wider interval.
 */
static int walk(struct shift_test *t, bool from_high, uint64_t *c)
{
	enum gap gap = GAP_EMPTY;
	int r, steps = 0;

	while (*c > 0) {
		if (++steps > WALK_MAX) {
			*c = 0;
			return 0;
		}
		r = judge_gap(t, *c - 1, from_high, &gap);
		if (r < 0)
			return r;
		if (gap == GAP_REJECTED)
			break;
		(*c)--;
	}
	for (; *c < candidates(t); (*c)++) {
		r = judge_gap(t, *c, from_high, &gap);
		if (r < 0 || gap == GAP_ACCEPTED || ++steps > WALK_MAX)
			return r;
	}
	return 0;
}

static int find_end(struct shift_test *t, uint64_t c, bool from_high, double *ret)
{
	bool ties = rank_has_ties(t->b, t->n) || (!t->paired && rank_has_ties(t->a, t->m));
	int r;

	/* Ties only narrow a law, so where laws are costly the untied one's wider end will do. */
	if (ties && is_counted(t)) {
		r = walk(t, from_high, &c);
		if (r < 0)
			return r;
	}
	*ret = c ? candidate(t, c, from_high) : from_high ? INFINITY : -INFINITY;
	return 0;
}

/* Works on the sorted copies in `t`. */
static int estimate(struct shift_test *t, struct shift_estimate *ret)
{
	struct shift_estimate s = {.exact = is_counted(t)};
	uint64_t c;
	int r;

	s.shift = t->paired ? order_median_walsh(t->b, t->n)
			    : order_median_difference(t->a, t->m, t->b, t->n);
	r = p_at(t, 0, &s.p);
	if (r == 0)
		r = shift_test_critical(t, t->alpha, &c);
	if (r == 0)
		r = find_end(t, c, false, &s.low);
	if (r == 0)
		r = find_end(t, c, true, &s.high);
	if (r == 0)
		*ret = s;
	return r;
}

int shift_test_run(struct shift_test *t, const double *a, const double *b,
		   struct shift_estimate *ret)
{
	memcpy(t->a, a, t->m * sizeof(*a));
	memcpy(t->b, b, t->n * sizeof(*b));
	order_sort(t->a, t->m);
	order_sort(t->b, t->n);
	return estimate(t, ret);
}

int shift_test_run_paired(struct shift_test *t, const double *differences,
			  struct shift_estimate *ret)
{
	memcpy(t->b, differences, t->n * sizeof(*differences));
	order_sort(t->b, t->n);
	return estimate(t, ret);
}

double shift_smallest_p(size_t m, size_t n)
{
	double arrangements = 1;

	for (size_t i = 1; i <= n; i++)
		arrangements *= (double)(m + i) / (double)i;
	return arrangements > 2 ? 2 / arrangements : 1;
}

double shift_smallest_p_paired(size_t n)
{
	return n < 2 ? 1 : ldexp(2, -(int)(n < 1000 ? n : 1000));
}
