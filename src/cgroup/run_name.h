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
 * boot. -ESRCH where there is none, or only its zombie is left; else as proc_stat_read().
 */
int run_name_start_time(pid_t pid, uint64_t *ret);

/*
 * Takes the lock that says "my owner lives", which a pid does not say in another PID namespace than
 * its own, and returns a descriptor to keep open for as long; or a negative errno.
 *
 * It is a record lock (fcntl_locking(2)), which no child inherits: one that outlives its parent for
 * want of a CPU to die on says nothing. It lies on cgroup.kill, which only the group's owner may
 * open, so that no stranger can take it, or be in its way. It ends when the process opens and
 * closes cgroup.kill, as group_kill() does: who goes on after that takes it again. Before 5.14 it
 * lies on cgroup.procs, where somebody else's lock for reading lets this one fail with -EAGAIN.
 */
int run_name_hold(int fd);

/* The same by the descriptor that run_name_hold() returned. 0 or a negative errno. */
int run_name_hold_again(int lock_fd);

/*
 * Whether the owner of the group `name` lives: there is a process of that pid and that start time,
 * or somebody holds the lock. Where neither can be told, true.
 */
bool run_name_owner_lives(int parent_fd, const char *name);

#endif
