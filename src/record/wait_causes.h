/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the time of a series' samples went to: a histogram of each part, and the parts' sums by the
 * samples' own size, from which any band of percentiles can be taken apart afterwards (the slowest
 * 1 %, those round the median).
 *
 * Plain data in memory shared with the supervisor, one writer, like struct recorder.
 */
#ifndef CGCHURN_RECORD_WAIT_CAUSES_H
#define CGCHURN_RECORD_WAIT_CAUSES_H

#include <stdbool.h>
#include <stdint.h>

#include "record/histogram.h"
#include "record/wait_ring.h"

struct part_recorder {
	uint64_t lost; /* samples whose intervals had been overwritten: in no part */
	struct histogram parts[PARTS];
	uint64_t counts[HISTOGRAM_BUCKETS];      /* samples by their span's bucket */
	uint64_t sums[HISTOGRAM_BUCKETS][PARTS]; /* ns */
};

/* "grace_period", ...; by enum part. */
extern const char *const part_names[PARTS];
/* For people: "RCU grace period". */
extern const char *const part_labels[PARTS];

/*
 * Takes [from, to] apart by the ring's intervals number `first` and later, into all of `ret_ns`
 * (PART_LATE is 0). false where some of these intervals were overwritten. What no interval covers
 * was spent running.
 */
bool parts_of(const struct part_ring *ring, uint64_t first, uint64_t from, uint64_t to,
	      uint64_t ret_ns[PARTS]);

/* Counts one sample of `span_ns`. */
void part_recorder_add(struct part_recorder *r, uint64_t span_ns, const uint64_t part_ns[PARTS]);

/* Adds what another worker counted for the same series. */
void part_recorder_merge(struct part_recorder *to, const struct part_recorder *from);

/* The samples between two percentiles of their series, taken apart. */
struct part_band {
	uint64_t count;
	uint64_t part_ns[PARTS]; /* sums */
};

/* Adds `count` samples. */
void part_band_add(struct part_band *to, uint64_t count, const uint64_t part_ns[PARTS]);

/*
 * Percentiles above `low` and up to `high` (0 to 100), by whole buckets of the span's histogram: a
 * bucket belongs to the band where its middle rank does, and where none does, the bucket that holds
 * the band's middle. `count` 0 only for an empty recorder.
 */
void part_recorder_band(const struct part_recorder *r, double low, double high,
			struct part_band *ret);

#endif
