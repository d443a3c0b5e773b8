/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespacers: the end of a PID namespace, whose init waits for a process that we have to reap. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "stressor/clone3_into.h"
#include "verify/actor.h"

static const char group_name[] = "container";

static bool is_deserted(int group_fd)
{
	return group_find_process(group_fd) == 0;
}

/*
 * The init is killed in its group. It kills the other process of its namespace and waits until that is
 * reaped, by us: after the removal of the group, which must not wait for the init.
 */
static void end_namespace(struct actor *a, int group_fd, pid_t init, pid_t last)
{
	struct patience p = patience_begin(a->shared->patience_ns);
	struct scene s = actor_scene(a);

	kill(init, SIGKILL);
	s.group_fd = group_fd;
	actor_does(a, "waiting for the init of a PID namespace to end");
	while (!is_deserted(group_fd) && patience_again(&p))
		;
	shared_check(a->shared, INVARIANT_LISTS, &s);
	actor_removes_group(a, a->area_fd, group_name, true);
	actor_does(a, "reaping the processes of a PID namespace");
	child_reap(last, NULL);
	child_reap(init, NULL);
}

/* Children of this process only are born in the namespace; the first of them is its init. */
static _Noreturn void have_namespace(struct actor *a, int group_fd, pid_t parent)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, getpid(), 0), .events = POLLIN};
	pid_t init = -1, last = -1;

	child_dies_with(parent);
	if (unshare(CLONE_NEWPID) < 0)
		_exit(errno);
	init = fork_into(group_fd);
	if (init > 0)
		last = fork();
	if (init == 0 || last == 0) {
		/* The parent may be dead by now; getppid() is 0 in the namespace in any case. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		poll(&end, 1, -1);
		_exit(0);
	}
	if (init > 0)
		end_namespace(a, group_fd, init, last);
	_exit(0);
}

static bool make_namespace(struct actor *a)
{
	_cleanup_fd int fd = actor_makes_group(a, a->area_fd, group_name);
	pid_t self = getpid(), pid;
	int status = 0;

	if (fd < 0)
		return false;
	pid = fork();
	if (pid == 0)
		have_namespace(a, fd, self);
	if (pid > 0)
		child_reap(pid, &status);
	/* There is none any more where all went well. */
	group_remove(a->area_fd, group_name, clock_now_ns() + a->shared->patience_ns);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		shared_refused(a->shared, WEXITSTATUS(status));
	/* Where the kernel has none, or who runs it may make none. */
	return pid > 0 && status == 0;
}

const struct actor_kind actor_namespacer = {
	.name = "namespacer",
	.key = SCHEDULE_NAMESPACERS,
	.area = "namespace",
	.is_privileged = true,
	.pause_ns = 20 * NS_PER_MS,
	.step = make_namespace,
};
