/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/law.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Sums of doubled ranks 1..n, ties or not: n(n+1). */
static double top_sum(size_t units)
{
	return (double)units * ((double)units + 1);
}

bool law_labels_are_counted(size_t units, size_t chosen)
{
	return (double)units * (double)chosen * top_sum(units) <= 2 * LAW_EXACT_STEPS;
}

bool law_signs_are_counted(size_t units)
{
	return (double)units * top_sum(units) <= 2 * LAW_EXACT_STEPS;
}

/* 2 where all doubled ranks are even, that is without ties: half the work. */
static uint32_t common_step(const uint32_t *ranks, size_t units)
{
	for (size_t i = 0; i < units; i++)
		if (ranks[i] % 2)
			return 1;
	return 2;
}

static size_t total_of(const uint32_t *ranks, size_t units, uint32_t step)
{
	size_t total = 0;

	for (size_t i = 0; i < units; i++)
		total += ranks[i] / step;
	return total;
}

static int law_allocate(struct law *law, size_t n)
{
	*law = (struct law){
		.values = malloc(n * sizeof(*law->values)),
		.at_most = malloc(n * sizeof(*law->at_most)),
		.at_least = malloc(n * sizeof(*law->at_least)),
		.n = n,
	};
	if (law->values && law->at_most && law->at_least)
		return 0;
	law_finish(law);
	return -ENOMEM;
}

void law_finish(struct law *law)
{
	free(law->values);
	free(law->at_most);
	free(law->at_least);
	*law = (struct law){0};
}

/*
 * Both tails from counts by value. `extra` is the observed arrangement, which belongs to a sample:
 * it counts in every tail.
 */
static void fill_tails(struct law *law, double extra)
{
	double total = extra, sum = extra;

	for (size_t i = 0; i < law->n; i++)
		total += law->at_most[i];
	memcpy(law->at_least, law->at_most, law->n * sizeof(*law->at_least));
	for (size_t i = 0; i < law->n; i++) {
		sum += law->at_most[i];
		law->at_most[i] = sum / total;
	}
	sum = extra;
	for (size_t i = law->n; i--;) {
		sum += law->at_least[i];
		law->at_least[i] = sum / total;
	}
}

static int law_from_counts(const double *counts, size_t n, uint32_t step, struct law *ret)
{
	size_t used = 0, k = 0;
	int r;

	for (size_t s = 0; s < n; s++)
		used += counts[s] > 0;
	r = law_allocate(ret, used);
	if (r < 0)
		return r;
	for (size_t s = 0; s < n; s++) {
		if (counts[s] == 0)
			continue;
		ret->values[k] = (uint64_t)s * step;
		ret->at_most[k++] = counts[s];
	}
	ret->exact = true;
	fill_tails(ret, 0);
	return 0;
}

/* counts[k * width + s]: in how many ways k of the units seen so far add up to s. */
static void count_subsets(const uint32_t *ranks, size_t units, size_t chosen, uint32_t step,
			  double *counts, size_t width)
{
	size_t reach = 0;

	counts[0] = 1;
	for (size_t i = 0; i < units; i++) {
		size_t rank = ranks[i] / step;
		size_t most = i + 1 < chosen ? i + 1 : chosen;

		reach += rank;
		for (size_t k = most; k >= 1; k--)
			for (size_t s = rank; s <= reach; s++)
				counts[k * width + s] += counts[(k - 1) * width + s - rank];
	}
}

int law_count_labels(const uint32_t *ranks, size_t units, size_t chosen, struct law *ret)
{
	uint32_t step = common_step(ranks, units);
	size_t width = total_of(ranks, units, step) + 1;
	_cleanup_free double *counts = calloc((chosen + 1) * width, sizeof(*counts));

	if (!counts)
		return -ENOMEM;
	count_subsets(ranks, units, chosen, step, counts, width);
	return law_from_counts(counts + chosen * width, width, step, ret);
}

int law_count_signs(const uint32_t *ranks, size_t units, struct law *ret)
{
	uint32_t step = common_step(ranks, units);
	size_t width = total_of(ranks, units, step) + 1, reach = 0;
	_cleanup_free double *counts = calloc(width, sizeof(*counts));

	if (!counts)
		return -ENOMEM;
	counts[0] = 1;
	for (size_t i = 0; i < units; i++) {
		size_t rank = ranks[i] / step;

		reach += rank;
		for (size_t s = reach; rank && s >= rank; s--)
			counts[s] += counts[s - rank];
	}
	return law_from_counts(counts, width, step, ret);
}

static int compare_sums(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Where the time of a large comparison goes; without a branch and in 32 bits, so that the compiler
 * makes vectors of it. All doubled ranks of n units add up to n(n + 1), 4e8 for 20 000 of them.
 */
static uint64_t masked_sum(const uint32_t *ranks, const uint8_t *mask, size_t units)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < units; i++)
		sum += ranks[i] & (uint32_t)(int32_t)(int8_t)mask[i];
	return sum;
}

static int law_from_sorted(const uint64_t *sums, size_t n, struct law *ret)
{
	size_t used = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		used += i == 0 || sums[i] != sums[i - 1];
	r = law_allocate(ret, used);
	if (r < 0)
		return r;
	used = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && sums[i] == sums[i - 1]) {
			ret->at_most[used - 1]++;
			continue;
		}
		ret->values[used] = sums[i];
		ret->at_most[used++] = 1;
	}
	ret->draws = n;
	fill_tails(ret, 1);
	return 0;
}

int law_sample(const uint32_t *ranks, const struct arrangements *a, struct law *ret)
{
	_cleanup_free uint64_t *sums = malloc(a->draws * sizeof(*sums));

	if (!sums)
		return -ENOMEM;
	for (size_t d = 0; d < a->draws; d++)
		sums[d] = masked_sum(ranks, a->mask + d * a->units, a->units);
	qsort(sums, a->draws, sizeof(*sums), compare_sums);
	return law_from_sorted(sums, a->draws, ret);
}

/* The number of values <= w. */
static size_t position(const struct law *law, uint64_t w)
{
	size_t from = 0, to = law->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (law->values[middle] <= w)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* What a tail holds where no value of the law lies in it. */
static double empty_tail(const struct law *law)
{
	return law->exact ? 0 : 1 / ((double)law->draws + 1);
}

double law_at_most(const struct law *law, uint64_t w)
{
	size_t i = position(law, w);

	return i ? law->at_most[i - 1] : empty_tail(law);
}

double law_at_least(const struct law *law, uint64_t w)
{
	size_t i = w ? position(law, w - 1) : 0;

	return i < law->n ? law->at_least[i] : empty_tail(law);
}

double law_two_sided(const struct law *law, uint64_t w)
{
	double low = law_at_most(law, w), high = law_at_least(law, w);
	double p = 2 * (low < high ? low : high);

	return p < 1 ? p : 1;
}
