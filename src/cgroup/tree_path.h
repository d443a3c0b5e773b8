/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the groups of a tree are counted and named: "0/3/1" is child 1 of child 3 of child 0 of the
 * top. Leaves are numbered from left to right. Needs libc only: the static worker links it.
 */
#ifndef CGCHURN_CGROUP_TREE_PATH_H
#define CGCHURN_CGROUP_TREE_PATH_H

#include <stdint.h>

#define TREE_DEPTH_MAX 32
#define TREE_COMPONENT_SIZE 11 /* ten digits and a slash or the NUL */
#define TREE_PATH_SIZE (TREE_DEPTH_MAX * TREE_COMPONENT_SIZE + 2)

/*
 * The leaves and all groups (the top included) of a tree. -EINVAL for a depth above TREE_DEPTH_MAX
 * or a fanout of 0 with a depth, -EOVERFLOW where a number does not fit.
 */
int tree_count(uint64_t depth, uint64_t fanout, uint64_t *ret_leaves, uint64_t *ret_groups);

/* The path of a leaf relative to the top; "." where the top is the leaf. `leaf` below their number.
 */
void tree_leaf_path(uint32_t depth, uint32_t fanout, uint64_t leaf, char ret[TREE_PATH_SIZE]);

#endif
