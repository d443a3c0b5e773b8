/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/instrument.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "run/loop.h"

enum { BATCHES = 9, OPERATIONS = 100000 };

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Nanoseconds of one operation, where `batch` does OPERATIONS of them. */
static double median_ns(void (*batch)(struct slot *), struct slot *slot)
{
	double ns[BATCHES];

	batch(slot);
	for (int i = 0; i < BATCHES; i++) {
		uint64_t start = clock_now_ns();

		batch(slot);
		ns[i] = (double)(clock_now_ns() - start) / OPERATIONS;
	}
	qsort(ns, BATCHES, sizeof(ns[0]), compare_doubles);
	return ns[BATCHES / 2];
}

static void read_clock(struct slot *slot)
{
	for (int i = 0; i < OPERATIONS; i++)
		clock_now_ns();
}

/* Values spread over three powers of two, as latencies do; a constant would flatter the caches. */
static void record(struct slot *slot)
{
	struct recorder *r = slot_recorder(slot, 0);
	uint64_t value = 1;

	for (int i = 0; i < OPERATIONS; i++) {
		value = value * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		recorder_add(r, 0, 20000 + (value >> 47));
	}
}

static void null_steps(struct slot *slot)
{
	const struct stressor *null = stressor_find("null");
	struct worker *w = &slot->worker;

	for (int i = 0; i < OPERATIONS; i++) {
		if (atomic_load_explicit(&slot->stop, memory_order_relaxed))
			return;
		null->step(w);
		if (w->started >= w->window_start + w->window_ns)
			return;
	}
}

int instrument_measure(struct instrument *ret)
{
	struct slot_orders orders = {.spans = 1, .window_ns = 3600 * NS_PER_S};
	size_t size = slot_size(&orders);
	struct slot *slot = mmap(NULL, size, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (slot == MAP_FAILED)
		return -errno;
	slot->orders = orders;
	slot_prepare(slot);
	slot->worker.service[0] = slot_recorder(slot, 0);
	slot->worker.window_start = clock_now_ns();
	slot->worker.window_ns = orders.window_ns;
	ret->layout = SLOT_LAYOUT;
	ret->clock_ns = median_ns(read_clock, slot);
	ret->record_ns = median_ns(record, slot);
	ret->null_step_ns = median_ns(null_steps, slot);
	munmap(slot, size);
	return 0;
}

int instrument_main(int fd)
{
	struct instrument instrument;

	if (instrument_measure(&instrument) < 0)
		return EXIT_FAULT;
	return write(fd, &instrument, sizeof(instrument)) == sizeof(instrument) ? 0 : EXIT_FAULT;
}
