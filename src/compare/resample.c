/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare/data.h"

void data_resample_finish(struct data *d)
{
	for (size_t i = 0; i < d->n_series; i++) {
		for (int side = 0; side < 2; side++) {
			free(d->series[i].side[side].trials);
			free(d->series[i].side[side].pools);
		}
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

/* Their histograms stay those of `from`. */
static int split_pools(const struct data_series *from, const uint8_t *side_of_unit,
		       const size_t *new_unit, struct data_series *to)
{
	for (size_t i = 0; i < from->side[0].n_pools; i++) {
		const struct data_pool *pool = &from->side[0].pools[i];
		struct data_series_side *side;
		struct data_pool *added;

		if (side_of_unit[pool->unit] > 1)
			continue;
		side = &to->side[side_of_unit[pool->unit]];
		added = array_grow(&side->pools, &side->n_pools, sizeof(*added));
		if (!added)
			return -ENOMEM;
		*added = *pool;
		added->unit = new_unit[pool->unit];
	}
	return 0;
}

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
	return split_pools(from, side_of_unit, new_unit, s);
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
