/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/histogram.h"

#include <math.h>

_Static_assert(HISTOGRAM_SUB_BUCKET_BITS == 7, "the error bound in histogram.h is derived for 7");

static unsigned shift_of(size_t index)
{
	size_t half = (size_t)1 << HISTOGRAM_SUB_BUCKET_BITS;

	return index < 2 * half ? 0 : (unsigned)(index >> HISTOGRAM_SUB_BUCKET_BITS) - 1;
}

uint64_t histogram_lowest(size_t index)
{
	unsigned shift = shift_of(index);

	return (uint64_t)(index - ((size_t)shift << HISTOGRAM_SUB_BUCKET_BITS)) << shift;
}

uint64_t histogram_highest(size_t index)
{
	return histogram_lowest(index) + (UINT64_C(1) << shift_of(index)) - 1;
}

double histogram_resolution(double ns)
{
	return fmax(ldexp(1, -HISTOGRAM_SUB_BUCKET_BITS), 1 / ns);
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	to->count += from->count;
	to->clipped += from->clipped;
	to->sum_ns += from->sum_ns;
	if (from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	if (from->min_complement > to->min_complement)
		to->min_complement = from->min_complement;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
}

double histogram_mean(const struct histogram *h)
{
	return h->count ? (double)h->sum_ns / (double)h->count : 0;
}

uint64_t histogram_rank(uint64_t count, double q)
{
	/* q = 99.9 is not exact in binary; without the nudge 1000 samples would give rank 1000. */
	double rank = ceil(q / 100 * (double)count - 1e-9 * (double)count);

	if (rank < 1)
		return 1;
	return rank >= (double)count ? count : (uint64_t)rank;
}

static double clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

double histogram_value(size_t index, uint64_t min_ns, uint64_t max_ns)
{
	double middle = ((double)histogram_lowest(index) + (double)histogram_highest(index)) / 2;

	return clamp(middle, (double)min_ns, (double)max_ns);
}

double histogram_percentile(const struct histogram *h, double q)
{
	uint64_t rank, seen = 0;

	if (!h->count)
		return 0;
	rank = histogram_rank(h->count, q);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			return histogram_value(i, histogram_min(h), h->max_ns);
	}
	return (double)h->max_ns;
}

bool histogram_percentile_supported(const struct histogram *h, double q)
{
	return h->count >= histogram_samples_needed(q);
}

uint64_t histogram_samples_needed(double q)
{
	double beyond = fmin(q, 100 - q) / 100;

	return beyond <= 0 ? UINT64_MAX : (uint64_t)ceil(HISTOGRAM_SAMPLES_BEYOND / beyond - 1e-6);
}

uint64_t histogram_count_above(const struct histogram *h, uint64_t ns)
{
	uint64_t above = 0;

	for (size_t i = HISTOGRAM_BUCKETS; i-- && histogram_lowest(i) > ns;)
		above += h->buckets[i];
	return above;
}
