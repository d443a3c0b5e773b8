/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children by the raw clone3(2), for which glibc has no wrapper. */
#ifndef CGCHURN_STRESSOR_CLONE3_INTO_H
#define CGCHURN_STRESSOR_CLONE3_INTO_H

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "stressor/child.h"

/* As fork(2) returns; inline, so that the child continues in its caller (child.h). */
static inline pid_t clone3_raw(struct clone_args *args)
{
	long r = child_call(SYS_clone3, (long)args, sizeof(*args), 0);

	if (r >= 0)
		return (pid_t)r;
	errno = (int)-r;
	return -1;
}

/*
 * As fork(2), but born into the group of an O_DIRECTORY descriptor (CLONE_INTO_CGROUP, 5.7 and
 * later). The child has no libc state of its own: only system calls and _exit() from there.
 */
static inline pid_t fork_into(int group_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group_fd,
	};

	return clone3_raw(&args);
}

#endif
