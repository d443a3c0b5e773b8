/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that keeps one round: makes the test groups, starts the actors, brings everybody to rest
 * now and then to look at the whole, ends it, looks at what is left, and removes it.
 *
 *	test groups             no process lives here
 *	 |- 0, 1, 2/0 ... among which subjects are moved and children born
 *	 |- kill-N        subtrees that are killed
 *	 `- build-N       groups that are made and removed
 *	staff             the round runner and the actors, beside the test groups
 *	hogs              groups with little memory, beside it, too
 *
 * A process of its own, so that one that hangs in the kernel is seen and told, and so that a long
 * run needs no more memory than a short one.
 */
#ifndef CGCHURN_VERIFY_ROUND_RUNNER_H
#define CGCHURN_VERIFY_ROUND_RUNNER_H

#include "verify/shared.h"

#define ROUND_GROUP_ARENA "arena"
#define ROUND_GROUP_STAFF "staff"
#define ROUND_GROUP_HOGS "hogs"

struct round_runner_orders {
	int run_group_fd;
	const char *subject_path;
	int shared_fd;
};

/* In a child of the supervisor: never returns. What it finds is on the board. */
_Noreturn void round_runner_main(struct shared *b, const struct round_runner_orders *orders);

#endif
