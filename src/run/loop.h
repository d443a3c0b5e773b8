/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker's life between the gate and the stop. */
#ifndef CGCHURN_RUN_LOOP_H
#define CGCHURN_RUN_LOOP_H

#include "run/slot.h"
#include "stressor/stressor.h"

/*
 * Runs steps from slot->start_ns on: warm-up, window, and after it as load for the others until the
 * stop (closed loop), or until the schedule of the window has been worked off (paced, poisson).
 */
void loop_run(struct slot *slot, const struct stressor *stressor);

#endif
