/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel says that tasks are: what the invariants are judged by.
 *
 * Everything is read through two directory descriptors, /proc and the test groups's group, so that a test
 * can put folders of its own in their place and let the "kernel" break its word. Needs libc only:
 * the static subjects link it. Nothing here changes anything.
 */
#ifndef CGCHURN_VERIFY_VIEW_H
#define CGCHURN_VERIFY_VIEW_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VIEW_PATH_SIZE 512  /* of a group as /proc/PID/cgroup names it */
#define VIEW_NAME_SIZE 16   /* of a group below the test groups: "3", "3/0" */
#define VIEW_GROUPS_MAX 8   /* among which subjects are moved */
#define VIEW_TASKS_MAX 8192 /* of one list; far more than a round may start */

struct view {
	int proc_fd, test_groups_fd;
	char test_groups_path[VIEW_PATH_SIZE]; /* without a final slash */
	uint32_t n_groups;
	char groups[VIEW_GROUPS_MAX][VIEW_NAME_SIZE];
};

/* Where a task is that is in none of the groups; no errnos. */
enum {
	/* In another group. A new task is in the root for an instant: its id can be seen before it
	 * is linked into its group (copy_process() in kernel/fork.c). */
	VIEW_ELSEWHERE = -10001,
	VIEW_GONE = -10002, /* there is no such task, or it is at its end */
};

/*
 * The group of a task, "123" or "123/task/124": its index, VIEW_ELSEWHERE or VIEW_GONE. `ret_path`
 * takes what /proc names; may be NULL. A negative errno where /proc makes no sense.
 *
 * A task that exits keeps the group it had then and is moved no more (cgroup_migrate_add_task()
 * skips PF_EXITING), so it counts as gone; that is looked up only where the task is not in
 * `expected` (an index, or -1).
 */
int view_task_group(const struct view *v, const char *task, int expected,
		    char ret_path[VIEW_PATH_SIZE]);

/* Whether a process runs or waits: false for what is gone, a zombie, or on its way out. */
bool view_is_alive(const struct view *v, const char *task);

/* The threads of a process, at most VIEW_TASKS_MAX; 0 where it is gone. Or a negative errno. */
int view_threads(const struct view *v, pid_t pid, pid_t ret[VIEW_TASKS_MAX]);

/* The ids in a group's "cgroup.procs" or "cgroup.threads". Their number, or a negative errno. */
int view_members(const struct view *v, uint32_t group, const char *file, pid_t ret[VIEW_TASKS_MAX]);

#endif
