/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One round. The supervisor starts a round runner, watches it, and reads what it found. The round
 * runner makes the groups, starts the actors, brings all to rest now and then to look at the whole,
 * ends the round, looks at what is left, and removes it.
 *
 *	test-groups      no process lives here
 *	 |- 0, 1, 2/0 ... among which subjects are moved and children born
 *	 |- kill-N        subtrees that are killed
 *	 `- build-N       groups that are made and removed
 *	staff            the round runner and the actors
 *	memory-hogs      groups with little memory
 *
 * A process of its own, so that one that hangs in the kernel is seen and named, and so that a long
 * run needs no more memory than a short one.
 */
#ifndef CGCHURN_VERIFY_ROUND_H
#define CGCHURN_VERIFY_ROUND_H

#include "base/err.h"
#include "verify/shared.h"

#define ROUND_GROUP_TEST "test-groups"
#define ROUND_GROUP_STAFF "staff"
#define ROUND_GROUP_HOGS "memory-hogs"

struct round_surroundings {
	int run_group_fd, signal_fd, guardian_fd;
	const char *subject_path;
	uint64_t patience_ns; /* of the checks: how long a passing state may last */
	struct run_cpus cpus; /* noted on the run group; without any no unplugger does anything */
	void *opaque;
	void (*tick)(void *opaque); /* some times a second; may be NULL */
};

struct round_outcome {
	struct round_counts counts;
	bool broken;
	enum invariant_id invariant;
	struct evidence evidence;
};

/*
 * 0 with the outcome, which may be a broken invariant: INVARIANT_RESPONDS where the round did not
 * end. EXIT_FAULT in `e` for a fault of ours; -EINTR and EXIT_INTERRUPTED where the user interrupts.
 * The groups and processes are gone in any case, unless the kernel holds them.
 */
int round_run(const struct schedule *schedule, const struct round_surroundings *around,
	      struct round_outcome *ret, struct err *e);

void round_counts_add(struct round_counts *sum, const struct round_counts *more);

/* In a child of the supervisor: never returns. What it finds is in the shared memory. */
_Noreturn void round_runner_main(struct shared *b, int shared_fd,
				 const struct round_surroundings *around);

/*
 * Makes the test groups below the run group, and fills view and subjects of the shared memory from
 * its schedule. 0, or a negative errno with the fault noted.
 */
int test_groups_make(struct shared *b, int run_group_fd);

/*
 * Whether test groups may have the controller. Not memory: a removed group is pinned by
 * each page that is charged to it (mem_cgroup_css_offline() in mm/memcontrol.c waits for none), and
 * by what an idle CPU keeps of it: pages in its batches for the LRU lists (mm/swap.c), a stock of
 * charges that drain_all_stock() passed over because another group was drained just then. So with
 * that controller the kernel promises no end to nr_dying_descendants. Nor io, which brings memory
 * along without showing it (.depends_on in block/blk-cgroup.c, cgroup_calc_subtree_ss_mask()).
 */
bool test_groups_may_have(const char *controller);

/* Pins the caller to a CPU, where the schedule has it; `which`: a number of the process. */
void test_groups_pin(const struct shared *b, uint64_t which);

#endif
