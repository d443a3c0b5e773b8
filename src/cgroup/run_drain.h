/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a run group, whoever brings it about: its owner, the guardian, or `cgchurn clean`.
 */
#ifndef CGCHURN_CGROUP_RUN_DRAIN_H
#define CGCHURN_CGROUP_RUN_DRAIN_H

#include <stdint.h>

/*
 * Kills who lives in the group or below it, again and again while newcomers appear, waits until it
 * is empty, removes all groups below it, and undoes what is noted (run_note.h, run_cpus.h). The
 * group itself stays. 0, -ETIME where processes do not die before the deadline, or another negative
 * errno.
 */
int run_drain(int fd, int parent_fd, uint64_t deadline_ns);

/*
 * Drains the group `name` and removes it and its leaf. 0 also where there is none. A group whose
 * CPUs do not come back stays, and the note on it.
 */
int run_drain_remove(int parent_fd, const char *name, uint64_t deadline_ns);

#endif
