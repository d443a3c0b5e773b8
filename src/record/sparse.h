/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finished histogram without its empty buckets.
 *
 * struct histogram is laid out for recording: 35 KiB, whatever it holds. A series seldom fills more
 * than a few hundred buckets, and a comparison holds tens of thousands of series, so what lies in
 * results is this: 4 bytes a bucket that holds anything, or 10 where a count needs more than 16 bits.
 * Immutable once made. Its figures are the same as those of the histogram it came from, to the bit.
 */
#ifndef CGCHURN_RECORD_SPARSE_H
#define CGCHURN_RECORD_SPARSE_H

#include "record/histogram.h"

/* Zeroed memory is a valid empty one. */
struct sparse_histogram {
	uint64_t count;
	uint64_t clipped; /* of these, how many lay above HISTOGRAM_HIGHEST */
	uint64_t sum_ns;
	uint64_t min_ns; /* exact, as are sum and max; 0 where empty */
	uint64_t max_ns;
	size_t n;          /* buckets that hold anything */
	uint16_t *indices; /* of each, as histogram_index(), ascending; NULL where n is 0 */
	/* Of each bucket, at least 1, in the same memory: one is NULL. See sparse_histogram_bucket(). */
	uint16_t *narrow;
	uint64_t *wide;
};

_Static_assert(HISTOGRAM_BUCKETS <= UINT16_MAX, "indices are 16 bits wide");

/* The count of the i-th bucket; `i` below n. */
static inline uint64_t sparse_histogram_bucket(const struct sparse_histogram *s, size_t i)
{
	return s->narrow ? s->narrow[i] : s->wide[i];
}

/*
 * For whoever fills one from elsewhere than a histogram: room for `n` buckets with wide counts in a
 * zeroed struct, then, with n and all of them set, no more room than they need. -ENOMEM.
 */
int sparse_histogram_init(struct sparse_histogram *s, size_t n);
int sparse_histogram_shrink(struct sparse_histogram *s);

/* A copy of what `from` holds. -ENOMEM; `ret` is then untouched. */
int sparse_histogram_init_from(struct sparse_histogram *ret, const struct histogram *from);

/* Frees, and leaves an empty one. */
void sparse_histogram_finish(struct sparse_histogram *s);

/* Adds `from` to `to`, bucket by bucket. -ENOMEM; `to` is then untouched. */
int sparse_histogram_merge(struct sparse_histogram *to, const struct sparse_histogram *from);

/* Adds it to a full histogram, so that several can be pooled. */
void sparse_histogram_add_to(const struct sparse_histogram *from, struct histogram *to);

/* As the functions of histogram.h with these names. */
double sparse_histogram_mean(const struct sparse_histogram *s);
double sparse_histogram_percentile(const struct sparse_histogram *s, double q);
bool sparse_histogram_percentile_supported(const struct sparse_histogram *s, double q);
uint64_t sparse_histogram_count_above(const struct sparse_histogram *s, uint64_t ns);

#endif
