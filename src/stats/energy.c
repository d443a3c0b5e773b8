/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/energy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "stats/order.h"

/* Node i of the tree sums what was added at the places (i - lowest set bit of i, i]. */
struct node {
	double sum, count;
};

struct energy {
	size_t n;
	uint32_t *order;
	double *sorted;    /* less their median, so that sums stay small */
	double *distances; /* of each sorted value to all others */
	double all;        /* of all pairs together */
	struct node *tree;
};

void energy_destroy(struct energy *e)
{
	if (!e)
		return;
	free(e->order);
	free(e->sorted);
	free(e->distances);
	free(e->tree);
	free(e);
}

/* With the prefix sums S: sum of |x - y| = x (below - above) - S(below) + S(above). */
static void sum_distances(struct energy *e)
{
	double total = 0, below = 0;

	for (size_t i = 0; i < e->n; i++)
		total += e->sorted[i];
	for (size_t i = 0; i < e->n; i++) {
		double x = e->sorted[i];

		e->distances[i] = x * ((double)i - (double)(e->n - i)) - below + (total - below);
		below += x;
		e->all += e->distances[i] / 2;
	}
}

static int fill(struct energy *e, const double *values)
{
	_cleanup_free struct order_place *keyed = order_places(values, e->n);
	double middle;

	if (!keyed)
		return -ENOMEM;
	middle = e->n ? keyed[e->n / 2].value : 0;
	for (size_t i = 0; i < e->n; i++) {
		e->sorted[i] = keyed[i].value - middle;
		e->order[keyed[i].index] = (uint32_t)i;
	}
	sum_distances(e);
	return 0;
}

int energy_create(const double *values, size_t n, struct energy **ret)
{
	struct energy *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->n = n;
	e->order = calloc(n + 1, sizeof(*e->order));
	e->sorted = calloc(n + 1, sizeof(*e->sorted));
	e->distances = calloc(n + 1, sizeof(*e->distances));
	e->tree = calloc(n + 1, sizeof(*e->tree));
	if (!e->order || !e->sorted || !e->distances || !e->tree || fill(e, values) < 0) {
		energy_destroy(e);
		return -ENOMEM;
	}
	*ret = e;
	return 0;
}

const uint32_t *energy_order(const struct energy *e)
{
	return e->order;
}

/* What was added up to and with the place `i`. */
static struct node sum_up_to(const struct energy *e, size_t i)
{
	struct node sum = {0};

	for (i++; i; i &= i - 1) {
		sum.sum += e->tree[i].sum;
		sum.count += e->tree[i].count;
	}
	return sum;
}

static void add(struct energy *e, size_t i)
{
	double x = e->sorted[i];

	for (i++; i <= e->n; i += i & -i) {
		e->tree[i].sum += x;
		e->tree[i].count++;
	}
}

static double mean_of_pairs(double sum, size_t n)
{
	return n > 1 ? sum / ((double)n * (double)(n - 1) / 2) : 0;
}

/*
 * The sums of distances within the left part, within the right one and between them follow from
 * those of the split before by moving one value over.
 */
double energy_best_split(struct energy *e, const uint32_t *order, size_t *ret_at)
{
	double left = 0, right = e->all, left_sum = 0, best = 0;

	memset(e->tree, 0, (e->n + 1) * sizeof(*e->tree));
	*ret_at = 0;
	for (size_t m = 1; m + ENERGY_SIDE_MIN <= e->n; m++) {
		size_t i = order[m - 1];
		double x = e->sorted[i], pairs = (double)m * (double)(e->n - m), q;
		struct node low = sum_up_to(e, i);
		double to_left = x * (2 * low.count - (double)(m - 1)) - 2 * low.sum + left_sum;

		add(e, i);
		left_sum += x;
		left += to_left;
		right -= e->distances[i] - to_left;
		if (m < ENERGY_SIDE_MIN)
			continue;
		q = pairs / (double)e->n *
		    (2 * (e->all - left - right) / pairs - mean_of_pairs(left, m) -
		     mean_of_pairs(right, e->n - m));
		/* The sums of equal values differ from 0 in their last digits. */
		if (q > best && q > 1e-9 * e->all / (double)e->n) {
			best = q;
			*ret_at = m;
		}
	}
	return best;
}
