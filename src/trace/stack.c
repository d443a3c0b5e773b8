/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/process.h"

bool stack_readable(void)
{
	char text[4096];

	return io_read_attr(AT_FDCWD, "/proc/self/stack", text, sizeof(text)) > 0;
}

static bool has(const char *stack, const char *function)
{
	return strstr(stack, function) != NULL;
}

/*
 * Innermost first, as the functions call each other: rcu_sync_enter() within percpu_down_write()
 * within cgroup_procs_write(). "[<0>] percpu_down_write+0x4d/0x140" is a line of it.
 */
enum part stack_judge(char state, const char *stack)
{
	if (state == 'R')
		return PART_RUNNING;
	if (has(stack, "] rcu_sync_enter+"))
		return PART_GRACE_PERIOD;
	if (has(stack, "] percpu_down_write+"))
		return PART_DRAIN;
	if (has(stack, "] __percpu_down_read+") || has(stack, "] percpu_rwsem_wait+"))
		return PART_GATE;
	if (has(stack, "] rwsem_down_") &&
	    (has(stack, "] cgroup_procs_write") || has(stack, "] cgroup_threads_write") ||
	     has(stack, "] cgroup_can_fork+") || has(stack, "] exit_signals+")))
		return PART_THREADGROUP;
	if (has(stack, "] __mutex_lock") &&
	    (has(stack, "] cgroup_kn_lock_live+") || has(stack, "] cgroup_can_fork+")))
		return PART_CGROUP_MUTEX;
	return PART_ASLEEP;
}

int stack_look(pid_t pid)
{
	char path[64], text[8192] = "";
	struct proc_stat task;
	ssize_t n = proc_stat_of(pid, &task);

	if (n < 0)
		return (int)n;
	if (proc_stat_is_dead(&task))
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	n = task.state == 'R' ? 0 : io_read_attr(AT_FDCWD, path, text, sizeof(text));
	return n < 0 ? (int)n : (int)stack_judge(task.state, text);
}
