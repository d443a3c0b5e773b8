/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a round plays in: the groups, and the orders of those who are moved. */
#ifndef CGCHURN_STRESS_ARENA_H
#define CGCHURN_STRESS_ARENA_H

#include "stress/board.h"

/*
 * Makes the arena below the run group and fills the board's view and subjects from its schedule.
 * 0, or a negative errno with the board's fault noted.
 */
int arena_make(struct board *b, int run_group_fd);

/* Pins the caller to a CPU, where the schedule has it; `which` tells processes apart. */
void arena_pin(const struct board *b, uint64_t which);

#endif
