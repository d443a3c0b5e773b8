/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/slot.h"

#include <unistd.h>

static size_t align_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

static size_t recorders_at(void)
{
	return align_up(sizeof(struct slot), 64);
}

static size_t ring_at(const struct slot_orders *orders)
{
	return align_up(recorders_at() + slot_recorders(orders) * sizeof(struct recorder), 64);
}

unsigned slot_recorders(const struct slot_orders *orders)
{
	return (unsigned)(__builtin_popcount(orders->spans) +
			  __builtin_popcount(orders->responses));
}

size_t slot_size(const struct slot_orders *orders)
{
	size_t size = ring_at(orders);

	if (orders->raw_capacity)
		size += sizeof(struct raw_ring) + orders->raw_capacity * sizeof(struct raw_sample);
	return align_up(size, (size_t)sysconf(_SC_PAGESIZE));
}

struct recorder *slot_recorder(struct slot *slot, unsigned index)
{
	return (struct recorder *)(void *)((char *)slot + recorders_at()) + index;
}

struct raw_ring *slot_ring(struct slot *slot)
{
	return slot->orders.raw_capacity ? (void *)((char *)slot + ring_at(&slot->orders)) : NULL;
}

struct recorder *slot_find_recorder(struct slot *slot, unsigned span, bool response)
{
	uint32_t mask = response ? slot->orders.responses : slot->orders.spans;
	uint32_t bit = UINT32_C(1) << span;
	unsigned before = response ? (unsigned)__builtin_popcount(slot->orders.spans) : 0;

	if (!(mask & bit))
		return NULL;
	return slot_recorder(slot, before + (unsigned)__builtin_popcount(mask & (bit - 1)));
}

void slot_prepare(struct slot *slot)
{
	struct raw_ring *ring = slot_ring(slot);

	for (unsigned i = 0; i < slot_recorders(&slot->orders); i++)
		recorder_init(slot_recorder(slot, i), slot->orders.window_ns,
			      slot->orders.thresholds_ns, slot->orders.n_thresholds);
	if (ring)
		ring->capacity = slot->orders.raw_capacity;
}
