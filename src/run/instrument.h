/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What measuring costs on this machine: read it beside every result. Nothing is subtracted.
 *
 * Each figure is the median of several batches of back-to-back operations, so that one interrupt
 * does not make it. `null_step_ns` goes the whole way of a step in a closed loop: the check for the
 * stop, the call, two clock reads, one record.
 */
#ifndef CGCHURN_RUN_INSTRUMENT_H
#define CGCHURN_RUN_INSTRUMENT_H

#include <stdint.h>

struct instrument {
	uint64_t layout; /* SLOT_LAYOUT of the program that measured */
	double clock_ns;
	double null_step_ns;
	double record_ns;
};

/* In the worker: writes a struct instrument to the descriptor. Returns an exit code. */
int instrument_main(int fd);

/* The same without a process of its own. 0 or a negative errno. */
int instrument_measure(struct instrument *ret);

#endif
