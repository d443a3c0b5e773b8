/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boots, units and blocks of what data_add() collected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare/pools.h"

static bool same_boot(const struct data_invocation *a, const struct data_invocation *b)
{
	if (!a->boot_id || !b->boot_id)
		return a->boot_id == b->boot_id;
	return strcmp(a->boot_id, b->boot_id) == 0;
}

/* The first invocation of the same boot, which may be itself. */
static size_t first_of_boot(const struct data_side *side, size_t i)
{
	size_t k = 0;

	while (!same_boot(&side->invocations[k], &side->invocations[i]))
		k++;
	return k;
}

static void count_boots(struct data_side *side)
{
	side->n_boots = 0;
	for (size_t i = 0; i < side->n_invocations; i++)
		side->n_boots += first_of_boot(side, i) == i;
}

static enum data_scope find_scope(const struct data *d)
{
	const struct data_side *base = &d->side[0], *new = &d->side[1];

	if (base->n_boots > 1 || new->n_boots > 1)
		return SCOPE_BOOTS;
	if (base->n_boots && new->n_boots &&
	    !same_boot(&base->invocations[0], &new->invocations[0]))
		return SCOPE_TWO_BOOTS;
	return SCOPE_THIS_BOOT;
}

static int new_unit(struct data_side *side, struct data_invocation *invocation)
{
	struct data_unit *unit = array_grow(&side->units, &side->n_units, sizeof(*unit));

	if (!unit)
		return -ENOMEM;
	invocation->unit = side->n_units - 1;
	*unit = (struct data_unit){invocation->has_block, invocation->block, 1};
	return 0;
}

static void join_unit(struct data_side *side, struct data_invocation *invocation, size_t unit)
{
	struct data_unit *u = &side->units[unit];

	invocation->unit = unit;
	u->invocations++;
	if (!invocation->has_block || invocation->block != u->block)
		u->has_block = false;
}

static int make_units(struct data_side *side, enum data_scope scope)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < side->n_invocations; i++) {
		size_t first = scope == SCOPE_BOOTS ? first_of_boot(side, i) : i;

		if (first == i)
			r = new_unit(side, &side->invocations[i]);
		else
			join_unit(side, &side->invocations[i], side->invocations[first].unit);
	}
	return r;
}

static int by_unit(const void *a, const void *b)
{
	const struct data_trial *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return (x->invocation > y->invocation) - (x->invocation < y->invocation);
}

static void sort_trials(struct data_series_side *s, const struct data_side *side)
{
	for (size_t i = 0; i < s->n_trials; i++)
		s->trials[i].unit = side->invocations[s->trials[i].invocation].unit;
	if (s->n_trials)
		qsort(s->trials, s->n_trials, sizeof(*s->trials), by_unit);
}

static int arrange_series(struct data_series_side *s, const struct data_side *side)
{
	sort_trials(s, side);
	return pools_join(s, side);
}

int data_make_units(struct data *d)
{
	count_boots(&d->side[0]);
	count_boots(&d->side[1]);
	d->scope = find_scope(d);
	for (int s = 0; s < 2; s++) {
		int r = make_units(&d->side[s], d->scope);

		for (size_t i = 0; r == 0 && i < d->n_series; i++)
			r = arrange_series(&d->series[i].side[s], &d->side[s]);
		if (r < 0)
			return r;
	}
	return 0;
}

const char *data_unit_name(const struct data *d, size_t n)
{
	if (d->scope == SCOPE_BOOTS)
		return n == 1 ? "boot" : "boots";
	return n == 1 ? "invocation" : "invocations";
}
