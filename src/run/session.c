/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/session.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/run_group.h"

enum { REMOVE_SECONDS = 5 };

/* Unless it is ignored, as nohup(1) does with SIGHUP: blocked it would come all the same. */
static void want(sigset_t *wanted, int signal_number)
{
	struct sigaction found;

	if (sigaction(signal_number, NULL, &found) == 0 && found.sa_handler != SIG_IGN)
		sigaddset(wanted, signal_number);
}

/*
 * SIGPIPE is blocked with them, and stays so: when nobody reads our messages any more, what was
 * begun is still finished, and standard output that was not taken is an error (command.c).
 */
static int block_signals(struct session *s, struct err *e)
{
	sigset_t wanted, blocked;

	sigemptyset(&wanted);
	want(&wanted, SIGINT);
	want(&wanted, SIGTERM);
	want(&wanted, SIGHUP);
	s->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return err_sys(e, EXIT_FAULT, errno, "signalfd");
	blocked = wanted;
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &s->old_mask) == 0)
		return 0;
	s->signal_fd = close_fd(s->signal_fd);
	return err_sys(e, EXIT_FAULT, errno, "blocking signals");
}

/*
 * Takes what came, or it would end us as soon as it is unblocked. What comes after this finds
 * nothing left to clean up, and ends us.
 */
static void unblock_signals(struct session *s)
{
	struct signalfd_siginfo info;
	sigset_t mask = s->old_mask;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (!s->signal)
			s->signal = (int)info.ssi_signo;
	sigaddset(&mask, SIGPIPE);
	s->signal_fd = close_fd(s->signal_fd);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

int session_find(struct session *s, const char *cgroup_root, struct err *e)
{
	int r;

	*s = (struct session){.signal_fd = -1};
	r = block_signals(s, e);
	if (r == 0)
		r = helpers_find(&s->helpers, e);
	if (r < 0)
		return r;
	r = cgroup_root_find(cgroup_root, &s->root, e);
	s->has_root = r == 0;
	return r;
}

/* A worker costs two descriptors; the usual soft limit of 1024 is for programs that use select().
 */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int session_begin(struct session *s, const struct run_group_settings *settings, struct err *e)
{
	int r;

	raise_descriptor_limit();
	r = run_group_name(s->name);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "naming the run group");
	/* The guardian first: from the first mkdir on there is somebody who would remove it. */
	r = guardian_start(s->root.fd, s->name, &s->guardian, e);
	if (r < 0)
		return r;
	s->has_guardian = true;
	r = run_group_create(&s->root, s->name, settings, &s->group, e);
	s->has_group = r == 0;
	return r;
}

int session_check(const struct session *s, struct err *e)
{
	struct pollfd p = {.fd = s->signal_fd, .events = POLLIN};

	if (poll(&p, 1, 0) <= 0)
		return 0;
	return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted");
}

/* Where it could be neither made whole nor undone; the guardian then removes it after our end. */
static bool is_left(const struct session *s)
{
	char leaf[RUN_GROUP_NAME_SIZE + sizeof(RUN_LEAF_SUFFIX)];

	snprintf(leaf, sizeof(leaf), "%s%s", s->name, RUN_LEAF_SUFFIX);
	return faccessat(s->root.fd, s->name, F_OK, 0) == 0 ||
	       faccessat(s->root.fd, leaf, F_OK, 0) == 0;
}

int session_end(struct session *s, struct err *e)
{
	int r = 0;

	if (s->has_group)
		r = run_group_remove(&s->group, clock_now_ns() + REMOVE_SECONDS * NS_PER_S, e);
	/* What could not be removed yet is left to the guardian, which goes on when we are gone. */
	if (s->has_guardian && r == 0 && !is_left(s))
		guardian_dismiss(&s->guardian);
	if (s->has_root)
		cgroup_root_finish(&s->root);
	if (s->signal_fd >= 0)
		unblock_signals(s);
	s->has_group = s->has_guardian = s->has_root = false;
	return r;
}
