/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel's side of an attribution tells a worker what it waited for, and when.
 *
 * A ring per worker, in a BPF array that the worker maps: the tracing programs (trace/) append
 * the intervals in which the worker was not simply running, with what kept it, by the clock that
 * the worker itself uses (bpf_ktime_get_ns() is CLOCK_MONOTONIC). The worker lays its spans over
 * them (record/wait_causes.h), so that every span, whatever its ends, can be taken apart.
 *
 * Compiled for BPF too: no include but stdint.h.
 */
#ifndef CGCHURN_RECORD_WAIT_RING_H
#define CGCHURN_RECORD_WAIT_RING_H

#include <stdint.h>

enum part {
	/* Exclude each other, and with PART_RUNNING add up to the span. */
	PART_GRACE_PERIOD, /* a writer of the global lock, for the RCU grace period before it */
	PART_DRAIN, /* a writer of the global lock, for the readers under way; and the rest of
		       taking it */
	PART_CGROUP_MUTEX,             /* for cgroup_mutex: other migrations, mkdir, rmdir */
	PART_CSS_SET_LOCK,             /* spinning on css_set_lock */
	PART_THREADGROUP,              /* for a threadgroup's own lock, either side of it */
	PART_GATE,                     /* a reader (fork) held up by a writer of the global lock */
	PART_CPU_WAIT,                 /* runnable, and another task has the CPU */
	PART_ASLEEP,                   /* for something else: a child, a timer, another lock */
	PART_TRACED,                   /* how many the kernel's side tells of the above */
	PART_CHILD_GATE = PART_TRACED, /* the worker's children held up so (exits); lies within what
				the worker spends asleep or running, and adds to nothing */
	/* These two the worker's side knows. */
	PART_RUNNING, /* on a CPU, and waiting for nothing: what is left of the span */
	PART_LATE,    /* of a response time: from the intended start to the span's beginning */
	PARTS
};

#define PART_RING_INTERVALS 128 /* a power of two */
#define PART_RING_SIZE 4096     /* bytes; whole pages, so that a worker can map its own alone */

struct part_interval {
	uint64_t begin;       /* CLOCK_MONOTONIC, ns */
	uint64_t length_part; /* length in ns << 8, enum part below */
};

struct part_ring {
	uint64_t written; /* intervals since the beginning; the last PART_RING_INTERVALS are here */

	/* The kernel's own: what the worker is at. */
	uint64_t since;    /* when that began; 0: nothing is known yet */
	uint64_t lock;     /* what it contends for, by address; 0: nothing */
	uint8_t state;     /* running, runnable or blocked */
	uint8_t contended; /* the part that `lock` stands for */
	uint8_t in_write, in_grace_period, in_down_write;
	uint8_t padding[64 - 3 * 8 - 5];

	struct part_interval intervals[PART_RING_INTERVALS];
	uint8_t rest[PART_RING_SIZE - 64 - PART_RING_INTERVALS * 16];
};

_Static_assert(sizeof(struct part_ring) == PART_RING_SIZE, "a ring fills its pages");

#endif
