/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a round plays in: the groups, and the orders of those who are moved. */
#ifndef CGCHURN_VERIFY_TEST_GROUPS_H
#define CGCHURN_VERIFY_TEST_GROUPS_H

#include "verify/shared.h"

/*
 * Makes the test groups below the run group and fills the board's view and subjects from its schedule.
 * 0, or a negative errno with the board's fault noted.
 */
int test_groups_make(struct shared *b, int run_group_fd);

/*
 * Whether groups of the test groups may have the controller. Not memory: a removed group is pinned by
 * each page that is charged to it (mem_cgroup_css_offline() in mm/memcontrol.c waits for none), and
 * by what an idle CPU keeps of it: pages in its batches for the LRU lists (mm/swap.c), a stock of
 * charges that drain_all_stock() passed over because another group was drained just then. So with
 * that controller the kernel promises no end to nr_dying_descendants. Nor io, which brings memory
 * along without showing it (.depends_on in block/blk-cgroup.c, cgroup_calc_subtree_ss_mask()).
 */
bool test_groups_may_have(const char *controller);

/* Pins the caller to a CPU, where the schedule has it; `which` tells processes apart. */
void test_groups_pin(const struct shared *b, uint64_t which);

#endif
