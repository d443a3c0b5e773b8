/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/wait_causes.h"

#include <string.h>

const char *const part_names[PARTS] = {
	[PART_GRACE_PERIOD] = "grace_period",
	[PART_DRAIN] = "drain",
	[PART_CGROUP_MUTEX] = "cgroup_mutex",
	[PART_CSS_SET_LOCK] = "css_set_lock",
	[PART_THREADGROUP] = "threadgroup",
	[PART_GATE] = "gate",
	[PART_CPU_WAIT] = "cpu_wait",
	[PART_ASLEEP] = "asleep",
	[PART_CHILD_GATE] = "child_gate",
	[PART_RUNNING] = "running",
	[PART_LATE] = "late",
};

const char *const part_labels[PARTS] = {
	[PART_GRACE_PERIOD] = "RCU grace period",
	[PART_DRAIN] = "draining forks and exits under way",
	[PART_CGROUP_MUTEX] = "waiting for cgroup_mutex",
	[PART_CSS_SET_LOCK] = "spinning on css_set_lock",
	[PART_THREADGROUP] = "waiting for the lock of a thread group",
	[PART_GATE] = "waiting at the gate of a migration",
	[PART_CPU_WAIT] = "waiting for a CPU",
	[PART_ASLEEP] = "asleep for something else",
	[PART_CHILD_GATE] = "its children waiting at the gate of a migration",
	[PART_RUNNING] = "running on a CPU",
	[PART_LATE] = "not begun yet",
};

static uint64_t overlap(const struct part_interval *in, uint64_t from, uint64_t to)
{
	uint64_t begin = in->begin, end = begin + (in->length_part >> 8);

	begin = begin > from ? begin : from;
	end = end < to ? end : to;
	return end > begin ? end - begin : 0;
}

bool parts_of(const struct part_ring *ring, uint64_t first, uint64_t from, uint64_t to,
	      uint64_t ret_ns[PARTS])
{
	uint64_t written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE), waited = 0;

	memset(ret_ns, 0, PARTS * sizeof(*ret_ns));
	for (uint64_t i = first; i < written; i++) {
		const struct part_interval *in = &ring->intervals[i % PART_RING_INTERVALS];
		unsigned part = in->length_part & 0xff;
		uint64_t ns = overlap(in, from, to);

		if (part >= PARTS)
			continue;
		ret_ns[part] += ns;
		waited += part < PART_TRACED ? ns : 0;
	}
	ret_ns[PART_RUNNING] = to - from > waited ? to - from - waited : 0;
	return written - first <= PART_RING_INTERVALS;
}

void part_recorder_add(struct part_recorder *r, uint64_t span_ns, const uint64_t part_ns[PARTS])
{
	size_t bucket = histogram_index(span_ns);

	r->counts[bucket]++;
	for (unsigned i = 0; i < PARTS; i++) {
		histogram_record(&r->parts[i], part_ns[i]);
		r->sums[bucket][i] += part_ns[i];
	}
}

void part_recorder_merge(struct part_recorder *to, const struct part_recorder *from)
{
	to->lost += from->lost;
	for (unsigned i = 0; i < PARTS; i++)
		histogram_merge(&to->parts[i], &from->parts[i]);
	for (size_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
		to->counts[b] += from->counts[b];
		for (unsigned i = 0; i < PARTS; i++)
			to->sums[b][i] += from->sums[b][i];
	}
}

void part_band_add(struct part_band *to, uint64_t count, const uint64_t part_ns[PARTS])
{
	to->count += count;
	for (unsigned i = 0; i < PARTS; i++)
		to->part_ns[i] += part_ns[i];
}

void part_recorder_band(const struct part_recorder *r, double low, double high,
			struct part_band *ret)
{
	double count = (double)r->parts[0].count, below = 0, middle = (low + high) / 2;
	size_t holds_middle = HISTOGRAM_BUCKETS;

	*ret = (struct part_band){0};
	for (size_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
		double n = (double)r->counts[b], rank = 100 * (below + n / 2) / count;

		if (n == 0)
			continue;
		below += n;
		if (rank > low && rank <= high)
			part_band_add(ret, r->counts[b], r->sums[b]);
		if (holds_middle == HISTOGRAM_BUCKETS && 100 * below / count >= middle)
			holds_middle = b;
	}
	if (ret->count == 0 && holds_middle < HISTOGRAM_BUCKETS)
		part_band_add(ret, r->counts[holds_middle], r->sums[holds_middle]);
}
