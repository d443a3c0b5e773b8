/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cgroup v2 group and what lies below it, by directory descriptor. Deadlines are absolute times
 * of CLOCK_MONOTONIC in ns (base/clock.h); nothing waits longer than that, and nothing polls in a
 * busy loop. See Documentation/admin-guide/cgroup-v2.rst of the kernel for the files.
 */
#ifndef CGCHURN_CGROUP_GROUP_H
#define CGCHURN_CGROUP_GROUP_H

#include <stdint.h>
#include <sys/types.h>

/* Makes the group `name` in `parent_fd`, and opens it (O_DIRECTORY). Or a negative errno. */
int group_make(int parent_fd, const char *name);

/*
 * Whether any process lives in the group or below it (`populated` of cgroup.events): 1, 0 (also
 * where the group was removed), or a negative errno.
 */
int group_is_populated(int fd);

/*
 * Kills every process in the group and below, frozen ones too: cgroup.kill (5.14 and later), else
 * by walking cgroup.procs. Returns when the signals are sent, not when the processes are gone. 0 or
 * a negative errno.
 */
int group_kill(int fd);

/* A process of the group, or of one below it, for a message; 0 where none is found. */
pid_t group_find_process(int fd);

/* Waits until nobody lives in the group or below. 0, -ETIME, or another negative errno. */
int group_wait_empty(int fd, uint64_t deadline_ns);

/*
 * Removes the group `name` of `parent_fd` with all groups below it, whoever made them. EBUSY,
 * which 6.19 and later answer for a moment after the last task has gone, is tried again until the
 * deadline. 0 (also where there is none), -EBUSY at the deadline, or another negative errno.
 */
int group_remove_all(int parent_fd, const char *name, uint64_t deadline_ns);

/* The same for all groups below `fd`, which stays. */
int group_remove_below(int fd, uint64_t deadline_ns);

/* Removes one group without children, with the same patience. */
int group_remove(int parent_fd, const char *name, uint64_t deadline_ns);

/*
 * Waits until the kernel has let go of removed groups below this one (nr_dying_descendants of
 * cgroup.stat). 0, -ETIME, or another negative errno.
 */
int group_wait_dying(int fd, uint64_t deadline_ns);

/* How many of them there are, or a negative errno. */
int64_t group_count_dying(int fd);

/* How many groups there are below this one (nr_descendants of cgroup.stat), or a negative errno. */
int64_t group_count_descendants(int fd);

/* Whether the group is frozen (`frozen` of cgroup.events; 5.2 and later): 1, 0, or a negative
 * errno. */
int group_is_frozen(int fd);

/* Opens the folder of the group above, O_PATH. -ENOENT above the mount. */
int group_open_parent(int fd);

#endif
