/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log-linear histogram of nanoseconds.
 *
 * Values below 2^(B+1), B = HISTOGRAM_SUB_BUCKET_BITS, have a bucket each and are exact. Above,
 * each power of two [2^k, 2^(k+1)) is cut into 2^B buckets of equal width w = 2^(k-B). A value v of
 * such a bucket is at least 2^k, so with the bucket's lowest value standing for it the relative
 * error is below
 *
 *	(w - 1) / v  <  2^(k-B) / 2^k  =  2^-B  =  1/128  =  0.78 %     (B = 7)
 *
 * and with the middle of the bucket standing for it, as histogram_percentile() does, at most half
 * of that, 0.39 %. The layout is the one HdrHistogram and fio's stat.c use, so others can read it.
 *
 * The highest value with a bucket is 2^HISTOGRAM_MAX_BITS - 1 ns, some 18 minutes; what lies above
 * is counted in `clipped`, in the last bucket, and in the exact min, max and sum: never dropped.
 */
#ifndef CGCHURN_RECORD_HISTOGRAM_H
#define CGCHURN_RECORD_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BUCKET_BITS 7
#define HISTOGRAM_MAX_BITS 40
#define HISTOGRAM_BUCKETS \
	((HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BUCKET_BITS + 1) << HISTOGRAM_SUB_BUCKET_BITS)
#define HISTOGRAM_HIGHEST ((UINT64_C(1) << HISTOGRAM_MAX_BITS) - 1)

/* Plain data without pointers: lives in shared memory, zeroed memory is a valid empty histogram. */
struct histogram {
	uint64_t count;
	uint64_t clipped; /* of these, how many lay above HISTOGRAM_HIGHEST */
	uint64_t sum_ns;
	uint64_t max_ns;
	uint64_t min_complement; /* ~min, so that zeroed memory is empty; see histogram_min() */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Files of others may hold any counts: a sum of several stays at the top rather than wrap. */
static inline uint64_t histogram_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline size_t histogram_index(uint64_t ns)
{
	unsigned shift;

	if (ns > HISTOGRAM_HIGHEST)
		ns = HISTOGRAM_HIGHEST;
	/* |1 keeps clz defined; values below 2^(B+1) get shift 0 and are their own index. */
	shift = 63u - (unsigned)__builtin_clzll(ns | UINT64_C(1) << HISTOGRAM_SUB_BUCKET_BITS);
	shift -= HISTOGRAM_SUB_BUCKET_BITS;
	return ((size_t)shift << HISTOGRAM_SUB_BUCKET_BITS) + (size_t)(ns >> shift);
}

/* Counts one value; a handful of instructions, no branch that depends on history but min and max.
 */
static inline void histogram_record(struct histogram *h, uint64_t ns)
{
	h->count++;
	h->sum_ns += ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	if (~ns > h->min_complement)
		h->min_complement = ~ns;
	if (__builtin_expect(ns > HISTOGRAM_HIGHEST, 0))
		h->clipped++;
	h->buckets[histogram_index(ns)]++;
}

/* Exact; 0 for an empty histogram. */
static inline uint64_t histogram_min(const struct histogram *h)
{
	return h->count ? ~h->min_complement : 0;
}

/*
 * How far apart, relative, values from `ns` on can be that lie in one bucket: at most 2^-B, but
 * never less than a nanosecond.
 */
double histogram_resolution(double ns);

/* The lowest and the highest value of a bucket. `index` below HISTOGRAM_BUCKETS. */
uint64_t histogram_lowest(size_t index);
uint64_t histogram_highest(size_t index);

/* Adds `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/* Exact mean; 0 for an empty histogram. */
double histogram_mean(const struct histogram *h);

/*
 * The q-th percentile (0 < q <= 100), as the value of rank ceil(q/100 * count), 1-based, taken at
 * the middle of its bucket and never outside [min, max]. 0 for an empty histogram. Whether enough
 * samples lie beyond it to be worth printing is histogram_percentile_supported()'s to say.
 */
double histogram_percentile(const struct histogram *h, double q);

/* The rank that percentile q stands for among `count` samples, 1-based; `count` not 0. */
uint64_t histogram_rank(uint64_t count, double q);

/* What stands for a sample of this bucket: its middle, but never outside [min_ns, max_ns]. */
double histogram_value(size_t index, uint64_t min_ns, uint64_t max_ns);

/*
 * A percentile is published only where at least this many samples lie beyond it: above it for the
 * upper half, below it for the lower one.
 */
#define HISTOGRAM_SAMPLES_BEYOND 10
bool histogram_percentile_supported(const struct histogram *h, double q);

/* How many samples a percentile needs before it is published. */
uint64_t histogram_samples_needed(double q);

/* Samples above `ns`, to the resolution of a bucket (a bucket counts where its lowest value is
 * above). */
uint64_t histogram_count_above(const struct histogram *h, uint64_t ns);

#endif
