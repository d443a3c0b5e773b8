/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a run group is, by its name and by the lock that its owner holds. */
#ifndef CGCHURN_CGROUP_RUN_NAME_H
#define CGCHURN_CGROUP_RUN_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Beside the run group, where we had to move out of a delegated group's way (run_leaf.h). */
#define RUN_LEAF_SUFFIX ".leaf"

/* -EINVAL where `name` is none of run_group_name()'s. */
int run_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start);

/*
 * When a process was started: field 22 of /proc/PID/stat (proc_pid_stat(5)), in clock ticks after
 * boot. -ESRCH where there is none, or only its zombie is left; -EIO where the line makes no sense.
 */
int run_name_start_time(pid_t pid, uint64_t *ret);

/*
 * Takes the lock that says "my owner lives" for as long as the open directory `fd` and its copies
 * stay open: a shared flock(2). A pid says nothing in another PID namespace than its own; this
 * does. 0, -EWOULDBLOCK where somebody keeps an exclusive lock on it for some seconds, or another
 * negative errno.
 */
int run_name_hold(int fd);

/*
 * Whether the owner of the group `name` lives: there is a process of that pid and that start time,
 * or somebody holds the lock, shared as owners do. Where neither can be told, true.
 */
bool run_name_owner_lives(int parent_fd, const char *name);

#endif
