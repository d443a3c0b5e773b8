/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/rank.h"

/* How many values from `from` on equal that one. */
static size_t run_of(const double *sorted, size_t n, size_t from)
{
	size_t end = from;

	while (end < n && sorted[end] == sorted[from])
		end++;
	return end - from;
}

/* Below 0: a's next value comes first; 0: they tie; above 0: b's. */
static int compare_next(const double *a, size_t m, const double *b, size_t n, double shift)
{
	double difference;

	if (!m || !n)
		return m ? -1 : 1;
	difference = *b - *a;
	return (shift > difference) - (shift < difference);
}

/* Ranks first..first + count - 1 are shared: doubled, their mean is 2 * first + count - 1. */
uint64_t rank_pooled(const double *a, size_t m, const double *b, size_t n, double shift,
		     uint32_t *ranks)
{
	size_t i = 0, j = 0;
	uint64_t slack = 0;

	while (i < m || j < n) {
		int order = compare_next(a + i, m - i, b + j, n - j, shift);
		size_t of_a = order <= 0 ? run_of(a, m, i) : 0;
		size_t of_b = order >= 0 ? run_of(b, n, j) : 0;
		uint64_t count = of_a + of_b;
		uint32_t shared = (uint32_t)(2 * (i + j + 1) + count - 1);

		slack += count * count / 4;
		while (of_a--)
			ranks[i++] = shared;
		while (of_b--)
			ranks[m + j++] = shared;
	}
	return slack;
}

uint64_t rank_slack(const double *sorted, size_t n)
{
	uint64_t slack = 0;

	for (size_t i = 0, count; i < n; i += count) {
		count = run_of(sorted, n, i);
		slack += (uint64_t)count * count / 4;
	}
	return slack;
}

uint64_t rank_sum(const uint32_t *ranks, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ranks[i];
	return sum;
}
