/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/recorder.h"

void recorder_init(struct recorder *r, uint64_t window_ns, const uint64_t *thresholds_ns,
		   uint32_t n_thresholds)
{
	r->interval_ns = (window_ns + RECORDER_INTERVALS - 1) / RECORDER_INTERVALS;
	if (r->interval_ns == 0)
		r->interval_ns = 1;
	r->interval_end = r->interval_ns;
	r->n_thresholds = n_thresholds;
	for (uint32_t i = 0; i < n_thresholds; i++)
		r->thresholds_ns[i] = thresholds_ns[i];
}

uint64_t raw_ring_take(struct raw_ring *ring, struct raw_sample *ret, uint64_t n)
{
	uint64_t at = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	uint64_t there = atomic_load_explicit(&ring->written, memory_order_acquire) - at;

	if (n > there)
		n = there;
	for (uint64_t i = 0; i < n; i++)
		ret[i] = ring->samples[(at + i) & (ring->capacity - 1)];
	atomic_store_explicit(&ring->taken, at + n, memory_order_release);
	return n;
}
