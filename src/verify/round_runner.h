/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that keeps one round: makes the arena, starts the actors, brings everybody to rest
 * now and then to look at the whole, ends it, looks at what is left, and removes it.
 *
 *	arena             no process lives here
 *	 |- 0, 1, 2/0 ... among which subjects are moved and children born
 *	 |- kill-N        subtrees that are killed
 *	 `- build-N       groups that are made and removed
 *	staff             the keeper and the actors, beside the arena
 *	hogs              groups with little memory, beside it, too
 *
 * A process of its own, so that one that hangs in the kernel is seen and told, and so that a long
 * run needs no more memory than a short one.
 */
#ifndef CGCHURN_VERIFY_ROUND_RUNNER_H
#define CGCHURN_VERIFY_ROUND_RUNNER_H

#include "verify/shared.h"

#define KEEPER_ARENA "arena"
#define KEEPER_STAFF "staff"
#define KEEPER_HOGS "hogs"

struct keeper_orders {
	int run_group_fd;
	const char *subject_path;
	int board_fd;
};

/* In a child of the supervisor: never returns. What it finds is on the board. */
_Noreturn void keeper_main(struct board *b, const struct keeper_orders *orders);

#endif
