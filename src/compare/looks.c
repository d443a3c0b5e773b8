/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/looks.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "stats/sequential.h"

typedef double levels_t[SEQUENTIAL_UNITS_MAX + 1];

struct looks {
	struct sequential *law;
	size_t most, family;
	size_t called; /* primaries that were called a change */
	levels_t intervals;
	levels_t *tests; /* [n]: where n primaries share alpha; made when first needed */
	bool *made;
};

/* How many share alpha now. */
static size_t sharers(const struct looks *l)
{
	return l->family > l->called ? l->family - l->called : 1;
}

static int make_tests(struct looks *l)
{
	size_t n = sharers(l);
	int r = l->made[n] ? 0 : sequential_levels(l->law, DECIDE_ALPHA / (double)n, l->tests[n]);

	l->made[n] |= r == 0;
	return r;
}

int looks_create(size_t most, size_t family, uint64_t seed, struct looks **ret)
{
	struct looks *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->most = most;
	l->family = family;
	l->tests = calloc(family + 2, sizeof(*l->tests));
	l->made = calloc(family + 2, sizeof(*l->made));
	r = l->tests && l->made ? sequential_create(most, seed, &l->law) : -ENOMEM;
	if (r == 0)
		r = sequential_levels(l->law, 1 - DECIDE_LEVEL, l->intervals);
	if (r == 0)
		r = make_tests(l);
	if (r < 0)
		looks_destroy(l);
	else
		*ret = l;
	return r;
}

void looks_destroy(struct looks *l)
{
	if (!l)
		return;
	sequential_destroy(l->law);
	free(l->tests);
	free(l->made);
	free(l);
}

void looks_start(struct looks *l)
{
	l->called = 0;
}

double looks_level(const struct looks *l, size_t k)
{
	return k <= l->most && l->intervals[k] > 0 ? 1 - l->intervals[k] : 0;
}

static bool is_change(const struct decision *c)
{
	return c->verdict == VERDICT_REGRESSION || c->verdict == VERDICT_IMPROVEMENT;
}

static bool is_futile(const struct looks *l, size_t k, const struct decision *c)
{
	if (k == l->most || 2 * k < l->most || !c->estimated || isnan(c->deviation))
		return false;
	return sequential_prospect(l->law, k, c->shift, LOOKS_SCATTER * c->deviation,
				   decide_threshold(c), l->tests[sharers(l)][l->most],
				   l->intervals[l->most]) < LOOKS_FUTILE;
}

/* Closes those that are decided. Returns how many were called a change, whose share is free. */
static size_t judge_open(const struct looks *l, size_t k, struct look *primaries)
{
	size_t called = 0;

	for (size_t i = 0; i < l->family; i++) {
		struct look *p = &primaries[i];

		if (!p->decision)
			continue;
		/* 0 would mean the level of a single look. */
		p->decision->alpha = fmax(l->tests[sharers(l)][k], DBL_MIN);
		decide_alone(p->decision);
		if (p->decision->verdict == VERDICT_INCONCLUSIVE)
			continue;
		called += is_change(p->decision);
		p->decision = NULL;
		p->decided_at = k;
	}
	return called;
}

int looks_judge(struct looks *l, size_t k, struct look *primaries)
{
	size_t called;

	do {
		called = judge_open(l, k, primaries);
		l->called += called;
		if (make_tests(l) < 0)
			return -ENOMEM;
	} while (called);
	for (size_t i = 0; i < l->family; i++) {
		struct look *p = &primaries[i];

		if (!p->decision || !is_futile(l, k, p->decision))
			continue;
		p->decision = NULL;
		p->decided_at = k;
		p->futile = true;
	}
	return 0;
}
