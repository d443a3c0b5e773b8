/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker's slot: the one piece of memory it shares with the supervisor.
 *
 *	memfd: | slot 0                                  | slot 1 ...
 *	       | orders | gate | worker | recorders | part recorders | filter | ring |
 *
 * The supervisor writes the orders, the worker maps its own slot and nothing else (a mapping more
 * is a mapping to copy at each fork), and results are read when it has ended. Slots start on pages
 * of their own, so workers share no cache line.
 */
#ifndef CGCHURN_RUN_SLOT_H
#define CGCHURN_RUN_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stressor/worker.h"

#define SLOT_NAME_SIZE 64

/* A start more than this after it was due counts as late. */
#define SLOT_LATE_NS NS_PER_MS

enum slot_arrival { SLOT_CLOSED, SLOT_PACED, SLOT_POISSON };

/* What the worker is to do; settled before it starts. */
struct slot_orders {
	char stressor[SLOT_NAME_SIZE];
	uint32_t arrival; /* enum slot_arrival */
	double per_second, jitter, phase;
	uint64_t pause_ns;
	uint64_t seed, stream;
	uint64_t warmup_ns, window_ns;
	uint64_t overrun_ns; /* how long after the window queued steps may still begin */
	uint32_t spans;      /* bit i: span i is timed */
	uint32_t responses;  /* bit i: its response time too */
	uint32_t n_thresholds;
	uint64_t thresholds_ns[SERIES_THRESHOLDS_MAX];
	uint64_t raw_capacity;  /* samples of the ring; 0: none */
	bool attributed;        /* each recorder has a part recorder beside it */
	uint64_t part_ring;     /* the worker's index among the part rings */
	uint32_t filter_length; /* instructions of the seccomp filter; 0: none */
};

enum slot_gate { SLOT_GATE_CLOSED, SLOT_GATE_OPEN, SLOT_GATE_ABANDONED };
enum slot_state { SLOT_STARTING, SLOT_READY, SLOT_FAILED, SLOT_LOOPED, SLOT_DONE };

struct slot {
	struct slot_orders orders;
	struct worker worker;

	_Alignas(64) _Atomic uint32_t gate; /* a futex; enum slot_gate */
	uint64_t start_ns;                  /* written before the gate opens: when warm-up begins */
	_Alignas(64) _Atomic uint32_t stop; /* read before each step */
	_Alignas(64) _Atomic uint32_t state; /* enum slot_state */
	uint64_t planned, late, missed;      /* of the schedule, in the window */
};

/*
 * Tells builds apart whose programs would read each other's slots wrongly: the sizes of what lies
 * in them.
 */
#define SLOT_LAYOUT                                                                         \
	((uint64_t)sizeof(struct slot) << 40 | (uint64_t)sizeof(struct slot_orders) << 24 | \
	 (uint64_t)sizeof(struct recorder))

/* Bytes of a slot, a multiple of the page size. */
size_t slot_size(const struct slot_orders *orders);

/* The `index`-th recorder, and the ring behind them (NULL where there is none). */
struct recorder *slot_recorder(struct slot *slot, unsigned index);
struct raw_ring *slot_ring(struct slot *slot);

/* The instructions of the filter (orders.filter_length of them). */
struct sock_filter *slot_filter(struct slot *slot);

/*
 * The recorder of a span: services first, then responses, each in the order of spans. NULL where it
 * is not timed.
 */
struct recorder *slot_find_recorder(struct slot *slot, unsigned span, bool response);

/* The part recorder beside that recorder; NULL where the trial is not attributed, too. */
struct part_recorder *slot_find_parts(struct slot *slot, unsigned span, bool response);

/* Lays out zeroed memory after the orders are written. */
void slot_prepare(struct slot *slot);

#endif
