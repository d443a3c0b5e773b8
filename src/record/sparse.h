/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A finished histogram without its empty buckets.
 *
 * struct histogram is laid out for recording: 35 KiB, whatever it holds. A series seldom fills more
 * than a few hundred buckets, and a comparison holds tens of thousands of series, so what lies in
 * results is this: 10 bytes a bucket that holds anything. Immutable once made. Its figures are the
 * same as those of the histogram it came from, to the bit.
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
	uint64_t *counts;  /* of each, at least 1; NULL where n is 0 */
	uint16_t *indices; /* of each, as histogram_index(), ascending; lies behind `counts` */
};

_Static_assert(HISTOGRAM_BUCKETS <= UINT16_MAX, "indices are 16 bits wide");

/*
 * Room for `n` buckets in a zeroed struct, for whoever fills it from elsewhere than a histogram.
 * -ENOMEM.
 */
int sparse_histogram_init(struct sparse_histogram *s, size_t n);

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
