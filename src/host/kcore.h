/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock's state as the kernel itself holds it: two variables, found by /proc/kallsyms and read
 * through /proc/kcore, as debuggers do. It is the only evidence that sees everything: flags of
 * mounts in other mount namespaces, and the mechanism left on after the flag is gone. Root may,
 * unless the kernel is locked down or was built without the files.
 */
#ifndef CGCHURN_HOST_KCORE_H
#define CGCHURN_HOST_KCORE_H

#include <stdint.h>

#include "host/host.h"

struct lock_variables {
	/*
	 * cgroup_enable_per_threadgroup_rwsem: writers take a lock per threadgroup. Set with the
	 * first favordynmods, never cleared. UNKNOWN: a kernel without the patch has no such
	 * variable.
	 */
	enum tristate per_threadgroup;
	/*
	 * cgroup_threadgroup_rwsem.rss.gp_count above zero: somebody holds the global lock in its
	 * slow mode for readers, which spares writers the grace period. That is what favordynmods
	 * does; a writer at work does it too, for a moment.
	 */
	enum tristate favored;
};

/*
 * `gp_count_offset` is lock_types.gp_count_offset; -1 leaves `favored` unknown. 0, or a negative
 * errno where the variables cannot be read, or what is read makes no sense.
 */
int lock_variables_read(int root, int64_t gp_count_offset, struct lock_variables *ret);

#endif
