/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/slot.h"

#include <unistd.h>

static size_t align_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

/* How many the orders ask for. */
static unsigned count_recorders(const struct slot_orders *orders)
{
	return (unsigned)(__builtin_popcount(orders->spans) +
			  __builtin_popcount(orders->responses));
}

static size_t recorders_at(void)
{
	return align_up(sizeof(struct slot), 64);
}

static size_t parts_at(const struct slot_orders *orders)
{
	return align_up(recorders_at() + count_recorders(orders) * sizeof(struct recorder), 64);
}

static size_t filter_at(const struct slot_orders *orders)
{
	unsigned n = orders->attributed ? count_recorders(orders) : 0;

	return align_up(parts_at(orders) + n * sizeof(struct part_recorder), 64);
}

static size_t ring_at(const struct slot_orders *orders)
{
	return align_up(filter_at(orders) + orders->filter_length * sizeof(struct sock_filter), 64);
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

struct sock_filter *slot_filter(struct slot *slot)
{
	return (void *)((char *)slot + filter_at(&slot->orders));
}

struct raw_ring *slot_ring(struct slot *slot)
{
	return slot->orders.raw_capacity ? (void *)((char *)slot + ring_at(&slot->orders)) : NULL;
}

/* Services first, then responses, each in the order of spans. -1 where the span is not timed. */
static int index_of(const struct slot_orders *orders, unsigned span, bool response)
{
	uint32_t mask = response ? orders->responses : orders->spans;
	uint32_t bit = UINT32_C(1) << span;
	int before = response ? __builtin_popcount(orders->spans) : 0;

	return mask & bit ? before + __builtin_popcount(mask & (bit - 1)) : -1;
}

struct recorder *slot_find_recorder(struct slot *slot, unsigned span, bool response)
{
	int index = index_of(&slot->orders, span, response);

	return index < 0 ? NULL : slot_recorder(slot, (unsigned)index);
}

struct part_recorder *slot_find_parts(struct slot *slot, unsigned span, bool response)
{
	int index = index_of(&slot->orders, span, response);

	if (index < 0 || !slot->orders.attributed)
		return NULL;
	return (struct part_recorder *)(void *)((char *)slot + parts_at(&slot->orders)) + index;
}

void slot_prepare(struct slot *slot)
{
	struct raw_ring *ring = slot_ring(slot);

	for (unsigned i = 0; i < count_recorders(&slot->orders); i++)
		recorder_init(slot_recorder(slot, i), slot->orders.window_ns,
			      slot->orders.thresholds_ns, slot->orders.n_thresholds);
	if (ring)
		ring->capacity = slot->orders.raw_capacity;
}
