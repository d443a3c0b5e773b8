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

/* Where the data stand under a hypothesis; the ranks themselves are in the test. */
struct standing {
	uint64_t w;        /* the statistic, whose law has the ties of the data */
	uint64_t w_untied; /* the same place in the untied law */
	uint64_t slack;    /* how far breaking ties can move it; 0: the untied law holds */
};

static struct standing rank_labels(struct shift_test *t, double delta)
{
	uint64_t slack = rank_pooled(t->a, t->m, t->b, t->n, delta, t->ranks);
	uint64_t w = rank_sum(t->ranks + t->m, t->n);

	return (struct standing){.w = w, .w_untied = w, .slack = slack};
}

/*
 * Of |d - delta|: x below delta and y above it tie where (x + y) / 2 is delta, so -x is ranked
 * against y. A zero keeps the others' ranks where they are, and has no sign to flip; untied, z of
 * them would add up to anything from 0 to z(z + 1).
 */
static struct standing rank_signs(struct shift_test *t, double delta)
{
	size_t negative = 0;
	uint64_t zeros = 0, w, slack;

	while (negative < t->n && t->b[negative] < delta)
		negative++;
	while (negative + zeros < t->n && t->b[negative + zeros] == delta)
		zeros++;
	for (size_t i = 0; i < negative; i++)
		t->a[i] = -t->b[negative - 1 - i];
	slack = rank_pooled(t->a, negative, t->b + negative, t->n - negative, 2 * delta, t->ranks);
	memset(t->ranks + negative, 0, zeros * sizeof(*t->ranks));
	w = rank_sum(t->ranks + negative, t->n - negative);
	return (struct standing){.w = w,
				 .w_untied = w + zeros * (zeros + 1) / 2,
				 .slack = slack - zeros * zeros / 4 + zeros * (zeros + 1) / 2};
}

static struct standing stand(struct shift_test *t, double delta)
{
	return t->paired ? rank_signs(t, delta) : rank_labels(t, delta);
}

/* p of the hypothesis that the shift is `delta`. */
static int p_at(struct shift_test *t, double delta, double *ret_p)
{
	_cleanup_(law_finish) struct law own = {0};
	struct standing s = stand(t, delta);
	int r = s.slack ? make_law(t, t->ranks, &own) : ensure_untied(t);

	if (r < 0)
		return r;
	*ret_p = law_two_sided(s.slack ? &own : &t->untied, s.w);
	return 0;
}

enum tail { TAIL_AT_MOST, TAIL_AT_LEAST };

static double tail_of(const struct law *law, enum tail tail, uint64_t w)
{
	return tail == TAIL_AT_LEAST ? law_at_least(law, w) : law_at_most(law, w);
}

/*
 * What the tail holds at least and at most, from the untied law. Ties that are broken at random
 * move W by at most `slack`, and up as often as down: so the tied tail lies between the untied ones
 * from `slack` behind and before, and holds at most twice the one from the same place.
 */
static void bound_tail(const struct shift_test *t, const struct standing *s, enum tail tail,
		       double *ret_least, double *ret_most)
{
	uint64_t above = s->w_untied + s->slack,
		 below = s->w_untied > s->slack ? s->w_untied - s->slack : 0;
	bool upper = tail == TAIL_AT_LEAST;

	*ret_least = tail_of(&t->untied, tail, upper ? above : below);
	*ret_most = fmin(tail_of(&t->untied, tail, upper ? below : above),
			 2 * tail_of(&t->untied, tail, s->w_untied));
}

/* Whether a tail reaches into the accepted part: a law of its own is made only where it must. */
static int is_tail_accepted(struct shift_test *t, const struct standing *s, enum tail tail,
			    bool *ret)
{
	_cleanup_(law_finish) struct law own = {0};
	double least, most;
	int r = ensure_untied(t);

	if (r < 0)
		return r;
	bound_tail(t, s, tail, &least, &most);
	if (2 * most <= t->alpha || 2 * least > t->alpha) {
		*ret = 2 * least > t->alpha;
		return 0;
	}
	r = make_law(t, t->ranks, &own);
	if (r == 0)
		*ret = 2 * tail_of(&own, tail, s->w) > t->alpha;
	return r;
}

static int is_accepted(struct shift_test *t, double delta, bool *ret)
{
	struct standing s = stand(t, delta);
	int r = is_tail_accepted(t, &s, TAIL_AT_LEAST, ret);

	return r < 0 || !*ret ? r : is_tail_accepted(t, &s, TAIL_AT_MOST, ret);
}

int shift_test_rejects(struct shift_test *t, double delta, enum shift_side side, bool *ret)
{
	struct standing s = stand(t, delta);
	bool accepted;
	int r = is_tail_accepted(t, &s, side == SHIFT_OR_MORE ? TAIL_AT_MOST : TAIL_AT_LEAST,
				 &accepted);

	if (r == 0)
		*ret = !accepted;
	return r;
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

/* What an end can be: all differences, or all averages of two. */
static size_t count_candidates(const struct shift_test *t)
{
	return t->paired ? t->n * (t->n + 1) / 2 : t->m * t->n;
}

/* The k-th smallest, without writing them out. */
static double nth_candidate(const struct shift_test *t, uint64_t k)
{
	return t->paired ? order_walsh(t->b, t->n, k) : order_difference(t->a, t->m, t->b, t->n, k);
}

/* All of them, ascending, from index 1 on, between one below all and one above. NULL: no memory. */
static double *list_candidates(const struct shift_test *t)
{
	double *values = malloc((count_candidates(t) + 2) * sizeof(*values));
	size_t n = 0;

	if (!values)
		return NULL;
	for (size_t i = 0; i < (t->paired ? t->n : t->m); i++)
		for (size_t j = t->paired ? i : 0; j < t->n; j++)
			values[++n] = t->paired ? (t->b[i] + t->b[j]) / 2 : t->b[j] - t->a[i];
	order_sort(values + 1, n);
	values[0] = values[1] - fabs(values[1]) - 1;
	values[n + 1] = values[n] + fabs(values[n]) + 1;
	return values;
}

/* Shifts strictly between these two, all of which are judged alike. */
static int is_gap_accepted(struct shift_test *t, double x, double y, bool *ret)
{
	double middle = x + (y - x) / 2;

	*ret = false;
	return middle == x || middle == y ? 0 : is_accepted(t, middle, ret);
}

/*
 * From an end inwards: the first candidate that is accepted, or from which an accepted gap goes on.
 * NAN: there is none. What the untied law rejects twice over needs no look, see bound_tail().
 */
static int find_end(struct shift_test *t, const double *values, bool from_high, double *ret)
{
	size_t n = count_candidates(t);
	const double *outermost = from_high ? values + n + 1 : values;
	ptrdiff_t step = from_high ? -1 : 1;
	bool accepted = false;
	uint64_t k;
	int r = shift_test_critical(t, t->alpha / 2, &k);

	*ret = NAN;
	for (; r == 0 && !accepted && k <= n; k++) {
		const double *edge = outermost + step * (ptrdiff_t)k;

		if (edge[0] == edge[step])
			continue;
		r = is_gap_accepted(t, edge[0], edge[step], &accepted);
		if (r == 0 && !accepted)
			r = is_accepted(t, *edge, &accepted);
		if (accepted)
			*ret = k ? *edge : from_high ? INFINITY : -INFINITY;
	}
	return r;
}

static int find_hull(struct shift_test *t, struct shift_estimate *s)
{
	_cleanup_free double *values = list_candidates(t);
	int r = values ? find_end(t, values, false, &s->low) : -ENOMEM;

	return r < 0 ? r : find_end(t, values, true, &s->high);
}

/*
 * Where each law would have to be sampled, the ends without ties; with ties, those behind which
 * bound_tail() rejects every gap.
 */
static int find_sure_ends(struct shift_test *t, struct shift_estimate *s)
{
	uint64_t n = count_candidates(t);
	uint64_t slack = rank_slack(t->a, t->m) + rank_slack(t->b, t->n), c, sure = 0;
	int r = shift_test_critical(t, t->alpha, &c);

	if (r == 0)
		r = shift_test_critical(t, t->alpha / 2, &sure);
	if (r < 0)
		return r;
	slack = (slack + 1) / 2; /* each candidate moves a doubled rank sum by 2 */
	c = c > sure + slack ? c - slack : slack ? sure : c;
	s->low = c ? nth_candidate(t, c) : -INFINITY;
	s->high = c ? nth_candidate(t, n + 1 - c) : INFINITY;
	return 0;
}

static void include(struct shift_estimate *s, double shift)
{
	s->low = fmin(s->low, shift);
	s->high = fmax(s->high, shift);
}

int shift_test_estimate(struct shift_test *t, struct shift_estimate *ret)
{
	struct shift_estimate s = {.exact = is_counted(t)};
	int r = p_at(t, 0, &s.p);

	s.shift = t->paired ? order_median_walsh(t->b, t->n)
			    : order_median_difference(t->a, t->m, t->b, t->n);
	if (r == 0)
		r = s.exact ? find_hull(t, &s) : find_sure_ends(t, &s);
	include(&s, s.shift);
	if (s.p > t->alpha)
		include(&s, 0);
	if (r == 0)
		*ret = s;
	return r;
}

static void take(double *copy, const double *values, size_t n)
{
	if (n)
		memcpy(copy, values, n * sizeof(*values));
	order_sort(copy, n);
}

void shift_test_take(struct shift_test *t, const double *a, const double *b)
{
	take(t->a, a, t->m);
	take(t->b, b, t->n);
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
