/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/pools.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

void pools_finish(struct data_series_side *side)
{
	for (size_t i = 0; i < side->n_pools; i++)
		sparse_histogram_finish(&side->pools[i].histogram);
	free(side->pools);
}

int pools_add(struct data_series_side *to, size_t invocation, const struct result_series *series)
{
	struct data_pool *pool = to->n_pools ? &to->pools[to->n_pools - 1] : NULL;

	if (!pool || pool->invocation != invocation) {
		pool = array_grow(&to->pools, &to->n_pools, sizeof(*pool));
		if (!pool)
			return -ENOMEM;
		pool->invocation = invocation;
	}
	return sparse_histogram_merge(&pool->histogram, &series->histogram);
}

static int pool_by_unit(const void *a, const void *b)
{
	const struct data_pool *x = a, *y = b;

	return (x->unit > y->unit) - (x->unit < y->unit);
}

int pools_join(struct data_series_side *s, const struct data_side *side)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < s->n_pools; i++)
		s->pools[i].unit = side->invocations[s->pools[i].invocation].unit;
	if (s->n_pools)
		qsort(s->pools, s->n_pools, sizeof(*s->pools), pool_by_unit);
	for (size_t i = 0; r == 0 && i < s->n_pools; i++) {
		struct data_pool *pool = &s->pools[i];

		if (n && s->pools[n - 1].unit == pool->unit) {
			r = sparse_histogram_merge(&s->pools[n - 1].histogram, &pool->histogram);
			sparse_histogram_finish(&pool->histogram);
		} else if (n++ != i) {
			s->pools[n - 1] = *pool;
			*pool = (struct data_pool){0};
		}
	}
	if (r == 0)
		s->n_pools = n;
	return r;
}

const struct sparse_histogram *pools_find(const struct data_series_side *of, size_t unit)
{
	for (size_t i = 0; i < of->n_pools; i++)
		if (of->pools[i].unit == unit)
			return &of->pools[i].histogram;
	return NULL;
}
