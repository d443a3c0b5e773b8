/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can these figures be true together? Sums are taken in 128 bits: a file may say anything. */
#include "result/fields.h"

/* GCC's and Clang's; ISO C has none. */
__extension__ typedef unsigned __int128 u128;

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int check_empty(const struct json_at *at, const struct sparse_histogram *h)
{
	if (h->min_ns || h->max_ns || h->sum_ns || h->clipped)
		return json_complain(
			at, "found a count of 0, allowed: with min, max, sum and clipped 0");
	return 0;
}

/* min and max are samples, so each lies in a bucket, and these are the outermost. */
static int check_ends(const struct json_at *at, const struct sparse_histogram *h)
{
	bool last_filled = h->indices[h->n - 1] == HISTOGRAM_BUCKETS - 1;

	if (h->min_ns > h->max_ns || histogram_index(h->min_ns) != h->indices[0])
		return json_complain(at,
				     "found min_ns %llu, allowed: what lies in the lowest "
				     "bucket and is at most max_ns",
				     (unsigned long long)h->min_ns);
	if (histogram_index(h->max_ns) != h->indices[h->n - 1])
		return json_complain(at,
				     "found max_ns %llu, allowed: what lies in the highest "
				     "bucket",
				     (unsigned long long)h->max_ns);
	if (h->clipped > (last_filled ? sparse_histogram_bucket(h, h->n - 1) : 0) ||
	    (h->clipped > 0) != (h->max_ns > HISTOGRAM_HIGHEST))
		return json_complain(at,
				     "found %llu clipped, allowed: what the last bucket and max_ns "
				     "can hold",
				     (unsigned long long)h->clipped);
	return 0;
}

/* Each sample is at least its bucket's lowest value and at most its highest. */
static int check_sum(const struct json_at *at, const struct sparse_histogram *h)
{
	u128 low = 0, high = 0;

	for (size_t i = 0; i < h->n; i++) {
		size_t index = h->indices[i];
		uint64_t highest = index == HISTOGRAM_BUCKETS - 1
					   ? h->max_ns
					   : min_u64(histogram_highest(index), h->max_ns);

		low += (u128)sparse_histogram_bucket(h, i) *
		       max_u64(histogram_lowest(index), h->min_ns);
		high += (u128)sparse_histogram_bucket(h, i) * highest;
	}
	if (h->sum_ns < low || h->sum_ns > high)
		return json_complain(at,
				     "found sum_ns %llu, allowed: a sum that the buckets "
				     "can have",
				     (unsigned long long)h->sum_ns);
	return 0;
}

int check_histogram(const struct json_at *at, const struct sparse_histogram *h)
{
	u128 count = 0;
	int r;

	for (size_t i = 0; i < h->n; i++)
		count += sparse_histogram_bucket(h, i);
	if (count != h->count)
		return json_complain(at,
				     "found a count of %llu, allowed: the sum of the "
				     "buckets' counts",
				     (unsigned long long)h->count);
	if (h->n == 0)
		return check_empty(at, h);
	r = check_ends(at, h);
	return r < 0 ? r : check_sum(at, h);
}

static int check_schedule(const struct json_at *at, const struct series *s)
{
	if (s->missed > s->planned || s->late > s->planned - s->missed)
		return json_complain(
			at,
			"found %llu late and %llu missed, allowed: together at most planned, %llu",
			(unsigned long long)s->late, (unsigned long long)s->missed,
			(unsigned long long)s->planned);
	return 0;
}

/* Each sample is in one interval too. */
static int check_intervals(const struct json_at *at, const struct series *s)
{
	u128 count = 0, sum = 0;
	uint64_t max = 0;

	if (!s->interval_ns)
		return 0;
	for (size_t i = 0; i < s->n_intervals; i++) {
		count += s->intervals[i].count;
		sum += s->intervals[i].sum_ns;
		max = max_u64(max, s->intervals[i].max_ns);
	}
	if (count != s->histogram.count || sum != s->histogram.sum_ns || max != s->histogram.max_ns)
		return json_complain(at, "found intervals that do not add up to count, sum_ns "
					 "and max_ns");
	return 0;
}

static int check_thresholds(const struct json_at *at, const struct series *s)
{
	uint64_t ns = 0, above = s->histogram.count;

	for (size_t i = 0; i < s->n_thresholds; i++) {
		if (s->thresholds[i].ns <= ns || s->thresholds[i].above > above)
			return json_complain(
				at,
				"found thresholds that do not ascend, or with more samples above "
				"than there are");
		ns = s->thresholds[i].ns;
		above = s->thresholds[i].above;
	}
	return 0;
}

int check_series(const struct json_at *at, void *series)
{
	const struct series *s = series;
	int r = check_histogram(at, &s->histogram);

	if (r == 0)
		r = check_schedule(at, s);
	if (r == 0)
		r = check_intervals(at, s);
	if (r == 0)
		r = check_thresholds(at, s);
	return r;
}
