/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/tree_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int tree_count(uint64_t depth, uint64_t fanout, uint64_t *ret_leaves, uint64_t *ret_groups)
{
	uint64_t leaves = 1, groups = 1;

	if (depth > TREE_DEPTH_MAX || (depth && !fanout))
		return -EINVAL;
	for (uint64_t level = 0; level < depth; level++)
		if (__builtin_mul_overflow(leaves, fanout, &leaves) ||
		    __builtin_add_overflow(groups, leaves, &groups))
			return -EOVERFLOW;
	*ret_leaves = leaves;
	*ret_groups = groups;
	return 0;
}

void tree_leaf_path(uint32_t depth, uint32_t fanout, uint64_t leaf, char ret[TREE_PATH_SIZE])
{
	uint32_t digits[TREE_DEPTH_MAX];
	size_t used = 0;

	for (uint32_t level = depth; level-- > 0; leaf /= fanout)
		digits[level] = (uint32_t)(leaf % fanout);
	strcpy(ret, ".");
	for (uint32_t level = 0; level < depth; level++)
		used += (size_t)snprintf(ret + used, TREE_PATH_SIZE - used, "%s%u",
					 level ? "/" : "", digits[level]);
}
