/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "run/slot.h"

enum { INSTRUMENT_SECONDS = 60 }; /* it takes 50 ms of CPU time */

static int find(const char *built, const char *installed, char ret[PATH_MAX], struct err *e)
{
	int r = io_find_own(built, installed, ret);

	if (r < 0) {
		err_sys(e, EXIT_CANNOT, -r, "%s", ret);
		err_hint(e, "It belongs to cgchurn; `meson install` puts it there.");
	} else if (access(ret, X_OK) < 0) {
		r = err_sys(e, EXIT_CANNOT, errno, "%s may not be executed", ret);
		err_hint(e, "`chmod +x` it; or the mount that it lies on has the option noexec.");
	}
	return r;
}

int helpers_find(struct helpers *ret, struct err *e)
{
	int r = find("run/cgchurn-worker", CGCHURN_PKGLIBEXECDIR "/cgchurn-worker", ret->worker, e);

	if (r == 0)
		r = find("stressor/cgchurn-child", CGCHURN_PKGLIBEXECDIR "/cgchurn-child",
			 ret->child, e);
	return r;
}

int helpers_find_subject(char ret[PATH_MAX], struct err *e)
{
	return find("verify/cgchurn-subject", CGCHURN_PKGLIBEXECDIR "/cgchurn-subject", ret, e);
}

static _Noreturn void become_instrument(const struct helpers *h, int out, pid_t parent)
{
	char fd[12], name[] = "cgchurn-worker", verb[] = "instrument";
	char *const argv[] = {name, verb, fd, NULL};
	int errnum;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child_default_signals();
	snprintf(fd, sizeof(fd), "%d", out);
	if (getppid() == parent && fcntl(out, F_SETFD, 0) == 0) {
		execve(h->worker, argv, (char *[]){NULL});
		errnum = errno;
		if (write(out, &errnum, sizeof(errnum)) != sizeof(errnum))
			_exit(EXIT_FAULT);
	}
	_exit(EXIT_FAULT);
}

/* Alive and late: on a machine without CPU time for it, or frozen. */
static int give_up_instrument(const struct helpers *h, pid_t pid, struct err *e)
{
	char text[CHILD_TEXT_SIZE];

	err_set(e, EXIT_CANNOT, ETIME, "%s has not said after %d s what measuring costs: %s",
		h->worker, INSTRUMENT_SECONDS, child_describe(pid, text));
	child_kill(pid, h->worker, NULL);
	return -ETIME;
}

int helpers_measure_instrument(const struct helpers *h, struct instrument *ret, struct err *e)
{
	_cleanup_fd int in = -1, out = -1;
	pid_t parent = getpid(), pid;
	struct instrument found;
	int ends[2], r, errnum;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, EXIT_FAULT, errno, "pipe");
	in = ends[0];
	out = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, EXIT_CANNOT, errno, "fork");
	if (pid == 0)
		become_instrument(h, out, parent);
	out = close_fd(out);
	/* What it writes fits the pipe, so it is there once the worker has ended. */
	r = child_wait(pid, clock_now_ns() + INSTRUMENT_SECONDS * NS_PER_S, NULL);
	if (r == -ETIME)
		return give_up_instrument(h, pid, e);
	n = read(in, &found, sizeof(found));
	if (n == sizeof(errnum)) {
		memcpy(&errnum, &found, sizeof(errnum));
		return err_sys(e, EXIT_CANNOT, errnum, "executing %s", h->worker);
	}
	if (n != sizeof(found))
		return err_set(e, EXIT_FAULT, EPROTO, "%s did not tell what measuring costs",
			       h->worker);
	if (found.layout != SLOT_LAYOUT) {
		err_set(e, EXIT_CANNOT, ENOEXEC, "%s is of another build than this cgchurn",
			h->worker);
		err_hint(e, "Build or install both together.");
		return -ENOEXEC;
	}
	*ret = found;
	return 0;
}
