/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run group: the one group under which everything lies that an invocation makes.
 *
 * Its name holds its owner, "cgchurn-<pid>-<start time>-<random>", so that `cgchurn clean` can tell
 * a group whose owner has died from one whose pid was given to somebody else since.
 *
 * Made, bounded and removed through libcgroup where libcgroup can (backend "libcgroup"), else
 * through directory descriptors; read back after each change.
 */
#ifndef CGCHURN_CGROUP_RUN_GROUP_H
#define CGCHURN_CGROUP_RUN_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "cgroup/root.h"

#define RUN_GROUP_NAME_SIZE 64

/*
 * The leaf beside a run group. A group other than the hierarchy's root can hand domain controllers
 * down only while no process lives in it (cgroup-v2.rst, "No Internal Process Constraint"). The
 * delegated group that cgchurn was started in holds cgchurn itself and its guardian, so these move
 * into the leaf for as long as it takes. Nobody else is moved.
 */
#define RUN_LEAF_SUFFIX ".leaf"

/* Whose it is: run_name.c. */

/*
 * A name for this process's run group. Pid and start time (field 22) are those of /proc/self/stat,
 * in the PID namespace of /proc, where `cgchurn clean` looks for them.
 */
int run_group_name(char ret[RUN_GROUP_NAME_SIZE]);

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
 * Calls `each` for every run group below `root` (not deeper than its children) whose owner no
 * longer lives. A non-zero return ends the walk and is returned.
 */
int run_groups_orphaned(const struct cgroup_root *root, int (*each)(const char *name, void *opaque),
			void *opaque);

/* Its life: run_group.c. */

struct run_group_settings {
	/* Alive at once; pids.max becomes more than twice that. 0: unbounded. */
	uint64_t max_tasks;
	uint64_t max_bytes;             /* memory.max; 0: unbounded */
	const char *const *controllers; /* wanted below the run group */
	size_t n_controllers;
	/* May write the parent's cgroup.subtree_control, and move ourselves and our children to a
	 * leaf where that needs it; undone at the end, by the guardian or `clean` where we die. */
	bool enable_controllers;
};

/*
 * libcgroup makes a group only where all ancestors hand a controller down already, because it would
 * change them otherwise; else it bounds and removes what descriptors made, if it finds the folder.
 */
#define RUN_GROUP_BY_LIBCGROUP "libcgroup"
#define RUN_GROUP_BY_BOTH "directory descriptors; bounded and removed by libcgroup"
#define RUN_GROUP_BY_DESCRIPTORS "directory descriptors"

struct run_group {
	const struct cgroup_root *root; /* outlives the group */
	int fd, lock_fd;                /* run_name_hold() */
	char name[RUN_GROUP_NAME_SIZE];
	const char *backend; /* one of RUN_GROUP_BY_ below: what made it */
	char bounds[128];    /* "pids.max 1234, memory.max 5678", or "" where v2 bounds nothing */
	char enabled_in_parent[256]; /* switched on in the parent, to be undone; or "" */
	bool moved_to_leaf; /* we moved ourselves out of a delegated group's way (RUN_LEAF_SUFFIX) */
};

/*
 * Makes the group `name` (run_group_name()). The guardian (run/guardian.h) watches that name
 * already. EXIT_CANNOT in `e`; what was made until then is gone again.
 */
int run_group_create(const struct cgroup_root *root, const char *name,
		     const struct run_group_settings *settings, struct run_group *ret,
		     struct err *e);

/*
 * Kills what is left in it, removes it and all below, and undoes what was changed in the parent.
 * -EBUSY at the deadline (CLOCK_MONOTONIC, ns), with `e` naming what stays and `cgchurn clean`.
 */
int run_group_remove(struct run_group *g, uint64_t deadline_ns, struct err *e);

/* Its end, whoever brings it about: its owner, the guardian, or `cgchurn clean` (run_drain.c). */

/*
 * Kills who lives in the group or below it, again and again while newcomers appear, waits until it
 * is empty, removes all groups below it, and undoes what is noted (below, and run_cpus.h). The
 * group itself stays. 0, -ETIME where processes do not die before the deadline, or another negative
 * errno.
 */
int run_drain(int fd, int parent_fd, uint64_t deadline_ns);

/*
 * Drains the group `name` and removes it and its leaf. 0 also where there is none. A group whose
 * CPUs do not come back stays, and the note on it.
 */
int run_drain_remove(int parent_fd, const char *name, uint64_t deadline_ns);

/*
 * Notes on the run group `fd` what is about to be switched on in its parent's
 * cgroup.subtree_control, blank-separated, so that whoever comes when the owner is dead can undo
 * it. An extended attribute: "user.cgchurn.enabled", "trusted." before 5.7. Runs side by side share
 * what the first of them switched on: each notes it, and the last one switches it off. -ENOTSUP
 * where the kernel keeps no notes.
 */
int run_note_write(int fd, const char *controllers);

/* Whether a run group in `parent_fd` has a note with this controller. */
bool run_note_found(int parent_fd, const char *controller);

/*
 * Makes the leaf of `name` in `parent_fd` and moves ourselves and our children there. -ESRCH where
 * we do not live in that group, so that moving would help nothing.
 */
int run_leaf_enter(int parent_fd, const char *name);

#endif
