/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void order_sort(double *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof(*values), compare_doubles);
}

static int by_value(const void *a, const void *b)
{
	const struct order_place *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

struct order_place *order_places(const double *values, size_t n)
{
	struct order_place *places = calloc(n + 1, sizeof(*places));

	if (!places)
		return NULL;
	for (size_t i = 0; i < n; i++)
		places[i] = (struct order_place){values[i], i};
	qsort(places, n, sizeof(*places), by_value);
	return places;
}

double order_median_sorted(const double *sorted, size_t n)
{
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double order_median(double *values, size_t n)
{
	order_sort(values, n);
	return order_median_sorted(values, n);
}

/* Doubles as integers of the same order, so that values can be bisected down to the last bit. */
static uint64_t key_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Two ascending arrays, and what is formed of their pairs. */
struct pairs {
	const double *a, *b;
	size_t m, n;
	uint64_t (*count_up_to)(const struct pairs *p, double limit);
};

/* As i grows b[j] - a[i] falls, so j only ever moves forward. */
static uint64_t count_differences(const struct pairs *p, double limit)
{
	uint64_t count = 0;
	size_t j = 0;

	for (size_t i = 0; i < p->m; i++) {
		while (j < p->n && p->b[j] - p->a[i] <= limit)
			j++;
		count += j;
	}
	return count;
}

static uint64_t count_averages(const struct pairs *p, double limit)
{
	uint64_t count = 0;
	size_t j = p->n;

	for (size_t i = 0; i < p->n && j > i; i++) {
		while (j > i && (p->a[i] + p->a[j - 1]) / 2 > limit)
			j--;
		count += j - i;
	}
	return count;
}

/* The smallest double in [low, high] with at least k pairs up to it: that is the k-th of them. */
static double bisect(const struct pairs *p, double low, double high, uint64_t k)
{
	uint64_t from = key_of(low), to = key_of(high);

	while (from < to) {
		uint64_t middle = from + (to - from) / 2;

		if (p->count_up_to(p, value_of(middle)) >= k)
			to = middle;
		else
			from = middle + 1;
	}
	return value_of(from) + 0.0; /* -0.0 becomes 0.0 */
}

double order_difference(const double *a, size_t m, const double *b, size_t n, uint64_t k)
{
	struct pairs p = {.a = a, .b = b, .m = m, .n = n, .count_up_to = count_differences};

	return bisect(&p, b[0] - a[m - 1], b[n - 1] - a[0], k);
}

double order_walsh(const double *sorted, size_t n, uint64_t k)
{
	struct pairs p = {.a = sorted, .n = n, .count_up_to = count_averages};

	return bisect(&p, sorted[0], sorted[n - 1], k);
}

double order_median_difference(const double *a, size_t m, const double *b, size_t n)
{
	uint64_t pairs = (uint64_t)m * n;
	double upper = order_difference(a, m, b, n, pairs / 2 + 1);

	return pairs % 2 ? upper : (order_difference(a, m, b, n, pairs / 2) + upper) / 2;
}

double order_median_walsh(const double *sorted, size_t n)
{
	uint64_t pairs = (uint64_t)n * (n + 1) / 2;
	double upper = order_walsh(sorted, n, pairs / 2 + 1);

	return pairs % 2 ? upper : (order_walsh(sorted, n, pairs / 2) + upper) / 2;
}
