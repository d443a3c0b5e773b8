/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where one worker counts one series: a histogram, counts per interval of the window, exact counts
 * above thresholds, and, where raw samples are asked for, a ring that the supervisor empties.
 *
 * All of it is plain data in memory shared with the supervisor. It has one writer, the worker; the
 * supervisor reads after the worker has ended, and the ring through its two indices while it runs.
 * Shared mappings are not copied on write, so recording never costs the parent of a fork storm a
 * fault.
 */
#ifndef CGCHURN_RECORD_RECORDER_H
#define CGCHURN_RECORD_RECORDER_H

#include <stdatomic.h>
#include <stdint.h>

#include "record/series.h"

#define RECORDER_INTERVALS 100

struct recorder {
	struct histogram histogram;
	uint64_t interval_ns;  /* width; set before the start, above 0 */
	uint64_t interval_end; /* offset from the window's start where the current interval ends */
	uint32_t interval;     /* the current one */
	uint32_t n_thresholds;
	uint64_t thresholds_ns[SERIES_THRESHOLDS_MAX];
	uint64_t above[SERIES_THRESHOLDS_MAX];
	struct series_interval intervals[RECORDER_INTERVALS];
};

struct raw_sample {
	uint64_t series; /* the worker's own numbering */
	uint64_t offset_ns;
	uint64_t value_ns;
};

/* Single producer, single consumer. `capacity` is a power of two. */
struct raw_ring {
	_Alignas(64) _Atomic uint64_t written;
	_Alignas(64) _Atomic uint64_t taken;
	_Alignas(64) uint64_t capacity;
	uint64_t lost; /* samples that found the ring full: counted, and said in the result */
	struct raw_sample samples[];
};

/*
 * Counts a sample whose step was due or began at `offset_ns` from the window's start. Offsets of
 * one recorder never go back, so the interval is found without a division.
 */
static inline void recorder_add(struct recorder *r, uint64_t offset_ns, uint64_t ns)
{
	struct series_interval *in;

	histogram_record(&r->histogram, ns);
	while (__builtin_expect(offset_ns >= r->interval_end, 0) &&
	       r->interval + 1 < RECORDER_INTERVALS) {
		r->interval++;
		r->interval_end += r->interval_ns;
	}
	in = &r->intervals[r->interval];
	in->count++;
	in->sum_ns += ns;
	if (ns > in->max_ns)
		in->max_ns = ns;
	for (uint32_t i = 0; i < r->n_thresholds; i++)
		r->above[i] += ns > r->thresholds_ns[i];
}

/* Prepares zeroed memory for a window. */
void recorder_init(struct recorder *r, uint64_t window_ns, const uint64_t *thresholds_ns,
		   uint32_t n_thresholds);

static inline void raw_ring_put(struct raw_ring *ring, struct raw_sample sample)
{
	uint64_t at = atomic_load_explicit(&ring->written, memory_order_relaxed);

	if (at - atomic_load_explicit(&ring->taken, memory_order_acquire) >= ring->capacity) {
		ring->lost++;
		return;
	}
	ring->samples[at & (ring->capacity - 1)] = sample;
	atomic_store_explicit(&ring->written, at + 1, memory_order_release);
}

/* Takes up to `n` samples; returns how many. */
uint64_t raw_ring_take(struct raw_ring *ring, struct raw_sample *ret, uint64_t n);

#endif
