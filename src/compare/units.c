/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boots, units and blocks of what data_add() collected, and units dealt out anew. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare/data.h"

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
	*unit = (struct data_unit){.has_block = invocation->has_block,
				   .block = invocation->block,
				   .invocations = 1,
				   .started_at_s = invocation->started_at_s};
	return 0;
}

static void join_unit(struct data_side *side, struct data_invocation *invocation, size_t unit)
{
	struct data_unit *u = &side->units[unit];

	invocation->unit = unit;
	u->invocations++;
	/* The unknown time is less than all others. */
	if (invocation->started_at_s < u->started_at_s)
		u->started_at_s = invocation->started_at_s;
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

static void arrange_series(struct data_series_side *s, const struct data_side *side)
{
	for (size_t i = 0; i < s->n_trials; i++)
		s->trials[i].unit = side->invocations[s->trials[i].invocation].unit;
	if (s->n_trials)
		qsort(s->trials, s->n_trials, sizeof(*s->trials), by_unit);
}

int data_make_units(struct data *d)
{
	count_boots(&d->side[0]);
	count_boots(&d->side[1]);
	d->scope = find_scope(d);
	for (int s = 0; s < 2; s++) {
		int r = make_units(&d->side[s], d->scope);

		if (r < 0)
			return r;
		for (size_t i = 0; i < d->n_series; i++)
			arrange_series(&d->series[i].side[s], &d->side[s]);
	}
	return 0;
}

const char *data_unit_name(const struct data *d, size_t n)
{
	if (d->scope == SCOPE_BOOTS)
		return n == 1 ? "boot" : "boots";
	return n == 1 ? "invocation" : "invocations";
}

void data_resample_finish(struct data *d)
{
	for (size_t i = 0; i < d->n_series; i++) {
		free(d->series[i].side[0].trials);
		free(d->series[i].side[1].trials);
	}
	free(d->series);
	free(d->workloads);
	free(d->side[0].units);
	free(d->side[1].units);
	*d = (struct data){0};
}

static int split_workloads(const struct data *from, struct data *to)
{
	size_t size = from->n_workloads * sizeof(*to->workloads);

	to->workloads = malloc(size + 1);
	if (!to->workloads)
		return -ENOMEM;
	if (size)
		memcpy(to->workloads, from->workloads, size);
	to->n_workloads = from->n_workloads;
	for (size_t i = 0; i < to->n_workloads; i++) {
		struct data_workload *w = &to->workloads[i];

		w->seen[0] = w->seen[1] = from->workloads[i].seen[0];
		/* Which of the halves they lie in is not known. */
		memset(w->given_up, 0, sizeof(w->given_up));
		memset(w->lost, 0, sizeof(w->lost));
	}
	return 0;
}

/* `new_unit[i]`: what unit i is called on its new side. */
static int split_units(const struct data *from, const uint8_t *side_of_unit, struct data *to,
		       size_t *new_unit)
{
	for (size_t i = 0; i < from->side[0].n_units; i++) {
		struct data_side *side;
		struct data_unit *unit;

		if (side_of_unit[i] > 1)
			continue;
		side = &to->side[side_of_unit[i]];
		new_unit[i] = side->n_units;
		unit = array_grow(&side->units, &side->n_units, sizeof(*unit));
		if (!unit)
			return -ENOMEM;
		*unit = from->side[0].units[i];
	}
	return 0;
}

/* The histograms stay those of `from`. */
static int split_series(const struct data_series *from, const uint8_t *side_of_unit,
			const size_t *new_unit, struct data *to)
{
	struct data_series *s = array_grow(&to->series, &to->n_series, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*s = *from;
	s->side[0] = s->side[1] = (struct data_series_side){0};
	for (size_t i = 0; i < from->side[0].n_trials; i++) {
		const struct data_trial *trial = &from->side[0].trials[i];
		struct data_series_side *side;
		struct data_trial *added;

		if (side_of_unit[trial->unit] > 1)
			continue;
		side = &s->side[side_of_unit[trial->unit]];
		added = array_grow(&side->trials, &side->n_trials, sizeof(*added));
		if (!added)
			return -ENOMEM;
		*added = *trial;
		added->unit = new_unit[trial->unit];
	}
	return 0;
}

int data_resample(const struct data *from, const uint8_t *side_of_unit, struct data *ret)
{
	size_t *new_unit = calloc(from->side[0].n_units + 1, sizeof(*new_unit));
	struct data to = {.scope = from->scope};
	int r = new_unit ? split_workloads(from, &to) : -ENOMEM;

	if (r == 0)
		r = split_units(from, side_of_unit, &to, new_unit);
	for (size_t i = 0; r == 0 && i < from->n_series; i++)
		r = split_series(&from->series[i], side_of_unit, new_unit, &to);
	free(new_unit);
	if (r < 0)
		data_resample_finish(&to);
	else
		*ret = to;
	return r;
}

int data_until(const struct data *from, uint64_t last, struct data *ret)
{
	struct data to = *from;

	to.series = malloc((from->n_series + 1) * sizeof(*to.series));
	if (!to.series)
		return -ENOMEM;
	for (int side = 0; side < 2; side++) {
		size_t *n = &to.side[side].n_units;

		while (*n > 0 && to.side[side].units[*n - 1].block > last)
			(*n)--;
	}
	for (size_t i = 0; i < from->n_series; i++) {
		to.series[i] = from->series[i];
		for (int side = 0; side < 2; side++) {
			struct data_series_side *s = &to.series[i].side[side];

			s->all = (struct series){0};
			while (s->n_trials > 0 &&
			       s->trials[s->n_trials - 1].unit >= to.side[side].n_units)
				s->n_trials--;
		}
	}
	*ret = to;
	return 0;
}

void data_until_finish(struct data *d)
{
	free(d->series);
	*d = (struct data){0};
}
