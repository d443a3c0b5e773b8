/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cgroup v2 group and what lies below it, by directory descriptor. Deadlines are absolute times
 * of CLOCK_MONOTONIC in ns (base/clock.h); nothing waits longer than that, and nothing polls in a
 * busy loop. See Documentation/admin-guide/cgroup-v2.rst of the kernel for the files.
 */
#ifndef CGCHURN_CGROUP_GROUP_H
#define CGCHURN_CGROUP_GROUP_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens the group `name` of `parent_fd`, not through a link; the second makes it first. A
 * descriptor or a negative errno. */
int group_open(int parent_fd, const char *name);
int group_make(int parent_fd, const char *name);

/* Closes `fd` and opens the folder of the group above, O_PATH. -ENOENT above the mount. */
int group_step_up(int fd);

/* The name of the next group in a group that io_open_folder() opened; NULL at the end. */
const char *group_next(DIR *dir);

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

/* `frozen` of cgroup.events (5.2 and later): 1, 0, or a negative errno. */
int group_is_frozen(int fd);

/* Lists of controllers, separated by blanks as in cgroup.controllers. */

/* Whether `word` is one of them, whole; the empty word never is. */
bool controller_list_have(const char *words, const char *word);

/* Appends `word`, after `separator` where `text` is not empty. What does not fit is cut. */
void controller_list_append(char *text, size_t size, const char *separator, const char *word);

/*
 * Takes the next word from `*at`, which starts at the list and moves on. false at the end. A word
 * longer than `size` - 1 is cut.
 */
bool controller_list_next(const char **at, char *ret, size_t size);

/* Writes "+word" or "-word" to the cgroup.subtree_control of a group. 0 or a negative errno. */
int controller_list_switch(int fd, char sign, const char *word);

/*
 * How the groups of a tree (cgroup/tree.h) are counted and named: "0/3/1" is child 1 of child 3 of
 * child 0 of the top. Leaves are numbered from left to right.
 */
#define TREE_DEPTH_MAX 32
#define TREE_COMPONENT_SIZE 11 /* ten digits and a slash or the NUL */
#define TREE_PATH_SIZE (TREE_DEPTH_MAX * TREE_COMPONENT_SIZE + 2)

/*
 * The leaves and all groups (the top included) of a tree. -EINVAL for a depth above TREE_DEPTH_MAX
 * or a fanout of 0 with a depth, -EOVERFLOW where a number does not fit.
 */
int tree_count(uint64_t depth, uint64_t fanout, uint64_t *ret_leaves, uint64_t *ret_groups);

/* The path of a leaf relative to the top; "." where the top is the leaf. */
void tree_leaf_path(uint32_t depth, uint32_t fanout, uint64_t leaf, char ret[TREE_PATH_SIZE]);

#endif
