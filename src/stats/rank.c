/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/rank.h"

bool rank_has_ties(const double *sorted, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (sorted[i] == sorted[i - 1])
			return true;
	return false;
}

/* How many values from `from` on equal `value`. */
static size_t run_of(const double *sorted, size_t n, size_t from, double shift, double value)
{
	size_t end = from;

	while (end < n && sorted[end] - shift == value)
		end++;
	return end - from;
}

/* Ranks first..first + count - 1 are shared: doubled, their mean is 2 * first + count - 1. */
bool rank_pooled(const double *a, size_t m, const double *b, size_t n, double shift,
		 uint32_t *ranks)
{
	size_t i = 0, j = 0;
	bool ties = false;

	while (i < m || j < n) {
		bool from_a = j == n || (i < m && a[i] <= b[j] - shift);
		double value = from_a ? a[i] : b[j] - shift;
		size_t of_a = run_of(a, m, i, 0, value), of_b = run_of(b, n, j, shift, value);
		uint32_t shared = (uint32_t)(2 * (i + j + 1) + of_a + of_b - 1);

		ties = ties || of_a + of_b > 1;
		while (of_a--)
			ranks[i++] = shared;
		while (of_b--)
			ranks[m + j++] = shared;
	}
	return ties;
}

uint64_t rank_sum(const uint32_t *ranks, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ranks[i];
	return sum;
}
