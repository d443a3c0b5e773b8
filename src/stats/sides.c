/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/sides.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/distribution.h"
#include "stats/order.h"

/* Midranks less their mean. */
static int centred_ranks(const double *x, size_t n, double *ret)
{
	_cleanup_free struct order_place *keyed = order_places(x, n);

	if (!keyed)
		return -ENOMEM;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && keyed[end].value == keyed[i].value; end++)
			;
		for (size_t k = i; k < end; k++)
			ret[keyed[k].index] = ((double)(i + end) - (double)n) / 2;
	}
	return 0;
}

/* Of the first m of all n values against the rest. `room` is for n. */
static int rank_sum_p(const double *all, size_t m, size_t n, double *room, double *ret)
{
	double sum = 0, squares = 0, variance;
	int r = centred_ranks(all, n, room);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		sum += i < m ? room[i] : 0;
		squares += room[i] * room[i];
	}
	variance = squares * (double)m * (double)(n - m) / ((double)n * (double)(n - 1));
	*ret = variance > 0 ? 2 * normal_probability(-fabs(sum) / sqrt(variance)) : 1;
	return 0;
}

/* `room` is for n. */
static double median_of(const double *x, size_t n, double *room)
{
	memcpy(room, x, n * sizeof(*room));
	return order_median(room, n);
}

int sides_compare(const double *a, size_t m, const double *b, size_t n,
		  struct sides_difference *ret)
{
	_cleanup_free double *all = calloc(m + n, sizeof(*all)),
			     *room = calloc(m + n, sizeof(*room));
	double middle_a, middle_b;
	int r;

	if (!all || !room)
		return -ENOMEM;
	middle_a = median_of(a, m, room);
	middle_b = median_of(b, n, room);
	memcpy(all, a, m * sizeof(*all));
	memcpy(all + m, b, n * sizeof(*all));
	r = rank_sum_p(all, m, m + n, room, &ret->p_level);
	for (size_t i = 0; i < m + n; i++)
		all[i] = fabs(all[i] - (i < m ? middle_a : middle_b));
	return r < 0 ? r : rank_sum_p(all, m, m + n, room, &ret->p_spread);
}

int sides_neighbour_correlation(const double *x, size_t n, double *ret)
{
	_cleanup_free double *ranks = calloc(n + 1, sizeof(*ranks));
	double products = 0, squares = 0;

	if (!ranks || centred_ranks(x, n, ranks) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		products += i + 1 < n ? ranks[i] * ranks[i + 1] : 0;
		squares += ranks[i] * ranks[i];
	}
	*ret = 0;
	if (squares > 0)
		*ret = 2 * sin(acos(-1) / 6 * products / squares * (double)n / (double)(n - 1));
	return 0;
}

int sides_spread(const double *x, size_t n, double *ret)
{
	_cleanup_free double *room = calloc(n + 1, sizeof(*room));
	double middle;

	if (!room)
		return -ENOMEM;
	middle = median_of(x, n, room);
	for (size_t i = 0; i < n; i++)
		room[i] = fabs(x[i] - middle);
	*ret = 1.4826 * order_median(room, n);
	return 0;
}
