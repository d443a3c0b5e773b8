/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who keeps others waiting: found by whoever sees that something does not come, and described by
 * whoever may read kernel stacks, which actors may not. Needs libc only: the static subjects link
 * it.
 */
#ifndef CGCHURN_VERIFY_STUCK_H
#define CGCHURN_VERIFY_STUCK_H

#include "verify/invariant.h"

/* Notes processes of the group and of those below it, as far as there is room. */
void stuck_find_in_group(int group_fd, struct evidence *ret);

/*
 * Notes the descendants of a process that were killed and have not ended; where there are none, the
 * process itself. Somebody who waits for a child that cannot die is not the one that is stuck.
 */
void stuck_find_below(const struct view *v, pid_t pid, struct evidence *ret);

/* Adds a line for each that was noted: pid, name, state, and where in the kernel it is. */
void stuck_describe(struct evidence *e);

#endif
