/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/run_group.h"

/* It takes some 20 ms; on a machine so busy that a run is killed, much longer. */
enum { CLEAN_SECONDS = 60 };

/* What the guardian keeps open, in this order. */
enum { FD_PARENT, FD_PIPE, FD_SUPERVISOR, N_FDS };

static void close_listed(unsigned from, unsigned to)
{
	_cleanup_dir DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		unsigned fd = (unsigned)strtoul(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.' && fd >= from && fd <= to && (int)fd != dirfd(dir))
			close((int)fd);
	}
}

static void close_between(unsigned from, unsigned to)
{
	/* 5.9 and later, unless a sandbox refuses it. */
	if (from <= to && syscall(SYS_close_range, from, to, 0) < 0)
		close_listed(from, to);
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void close_others(const int fds[N_FDS])
{
	int sorted[N_FDS], from = 0;

	memcpy(sorted, fds, sizeof(sorted));
	qsort(sorted, N_FDS, sizeof(sorted[0]), compare_fds);
	for (int i = 0; i < N_FDS; i++) {
		if (sorted[i] > from)
			close_between((unsigned)from, (unsigned)sorted[i] - 1);
		from = sorted[i] + 1;
	}
	close_between((unsigned)from, ~0U);
}

/*
 * Closes all but these, and that first: a run under a low limit on descriptors is the one that may
 * need us. Standard input and its like become /dev/null: whoever reads the other end of a pipe that
 * is our output must see its end when the supervisor is gone.
 */
static int keep_only(int fds[N_FDS])
{
	close_others(fds);
	for (int i = 0; i < N_FDS; i++) {
		if (fds[i] > STDERR_FILENO)
			continue;
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (fds[i] < 0)
			return -errno;
	}
	close_between(STDIN_FILENO, STDERR_FILENO);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (open("/dev/null", O_RDWR) < 0)
			break;
	return 0;
}

/* Closes them then: where a limit on descriptors ended the run, cleaning up needs the room. */
static void wait_for_end(int fds[N_FDS])
{
	/* Nothing is ever written to the pipe. It alone is not enough: a child of the supervisor
	 * holds its other end, too, until it calls execve. */
	struct pollfd polls[] = {{.fd = fds[FD_PIPE], .events = POLLIN},
				 {.fd = fds[FD_SUPERVISOR], .events = POLLIN}};

	while (poll(polls, 2, -1) < 0)
		;
	fds[FD_PIPE] = close_fd(fds[FD_PIPE]);
	fds[FD_SUPERVISOR] = close_fd(fds[FD_SUPERVISOR]);
}

static _Noreturn void watch(int fds[N_FDS], const char *name)
{
	sigset_t all;
	int r;

	/* Nothing but SIGKILL and SIGSTOP gets through. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "cgchurn-guard");
	if (keep_only(fds) < 0 || chdir("/") < 0)
		_exit(EXIT_FAULT);
	wait_for_end(fds);
	/* The dead make no more groups: what is not there now never will be. */
	r = run_drain_remove(fds[FD_PARENT], name, clock_now_ns() + CLEAN_SECONDS * NS_PER_S);
	_exit(r < 0 ? EXIT_FAULT : EXIT_DONE);
}

int guardian_start(int parent_fd, const char *name, struct guardian *ret, struct err *e)
{
	/* 5.3 and later; before, there is the pipe alone. */
	_cleanup_fd int supervisor = (int)syscall(SYS_pidfd_open, getpid(), 0);
	_cleanup_fd int read_end = -1;
	struct guardian g = {.pidfd = -1};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, EXIT_FAULT, errno, "a pipe to the guardian");
	read_end = ends[0];
	g.pipe_fd = ends[1];
	g.pid = fork();
	if (g.pid == 0) {
		close(g.pipe_fd);
		watch((int[N_FDS]){[FD_PARENT] = parent_fd,
				   [FD_PIPE] = read_end,
				   [FD_SUPERVISOR] = supervisor < 0 ? read_end : supervisor},
		      name);
	}
	if (g.pid < 0) {
		close_fd(g.pipe_fd);
		return err_sys(e, EXIT_FAULT, errno, "starting the guardian");
	}
	g.pidfd = (int)syscall(SYS_pidfd_open, g.pid, 0);
	*ret = g;
	return 0;
}

void guardian_dismiss(struct guardian *g)
{
	if (!g->pid)
		return;
	/* It has nothing to finish, and the pid is its own until it is reaped. */
	child_kill(g->pid, "the guardian", NULL);
	g->pipe_fd = close_fd(g->pipe_fd);
	g->pidfd = close_fd(g->pidfd);
	g->pid = 0;
}
