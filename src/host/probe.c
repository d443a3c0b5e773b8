/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* The kernel's PID_MAX_LIMIT: pids are below it. */
static const char missing_pid[] = "4194304";
static const char no_pid[] = "none";

struct probe {
	int procs[2]; /* cgroup.procs of the two groups */
	int signal_fd;
	unsigned next;
	char child[16]; /* its pid as text */
	struct err *e;
};

/* One write, timed; `expected` is the errno it must fail with, 0 for success. */
static int timed_write(struct probe *p, int fd, const char *text, int expected, uint64_t *ret_ns)
{
	uint64_t start = clock_now_ns(), end;
	ssize_t n = write(fd, text, strlen(text));
	int error = n < 0 ? errno : 0;

	end = clock_now_ns();
	if (error != expected)
		return err_sys(p->e, EXIT_CANNOT, error ? error : EINVAL,
			       "the probe's write of '%s' to cgroup.procs", text);
	*ret_ns = end - start;
	return 0;
}

static int move_child(struct probe *p, uint64_t *ret_ns)
{
	return timed_write(p, p->procs[p->next++ % 2], p->child, 0, ret_ns);
}

/* MEMBARRIER_CMD_GLOBAL is one synchronize_rcu() (kernel/sched/membarrier.c). */
static bool wait_for_grace_period(uint64_t *ret_ns)
{
	uint64_t start = clock_now_ns();
	bool done = syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;

	*ret_ns = clock_now_ns() - start;
	return done;
}

static int pause_before(const struct probe *p)
{
	struct pollfd end = {.fd = p->signal_fd, .events = POLLIN};
	struct timespec pause = clock_timespec(PROBE_PAUSE_NS);

	if (ppoll(&end, 1, &pause, NULL) > 0)
		return err_set(p->e, EXIT_INTERRUPTED, EINTR, "interrupted");
	return 0;
}

static int paced_write(struct probe *p, const char *text, int expected, uint64_t *ret_ns)
{
	int r = pause_before(p);

	return r < 0 ? r : timed_write(p, p->procs[0], text, expected, ret_ns);
}

static int paced_move(struct probe *p, uint64_t *ret_ns)
{
	int r = pause_before(p);

	return r < 0 ? r : move_child(p, ret_ns);
}

/* The kinds take turns, so that whatever else goes on here meets all of them alike. */
static int measure_paced(struct probe *p, struct probe_samples *s)
{
	int r = 0;

	s->has_grace = true;
	for (size_t i = 0; i < PROBE_PACED && r == 0; i++) {
		r = paced_write(p, no_pid, EINVAL, &s->control_ns[i]);
		if (r == 0)
			s->has_grace &= wait_for_grace_period(&s->grace_ns[i]);
		if (r == 0)
			r = paced_move(p, &s->paced_ns[i]);
		if (r == 0)
			r = paced_write(p, missing_pid, ESRCH, &s->missing_ns[i]);
	}
	return r;
}

static int measure_back_to_back(struct probe *p, struct probe_samples *s)
{
	uint64_t first;
	int r = move_child(p, &first); /* this one follows a pause */

	for (size_t i = 0; i < PROBE_BACK_TO_BACK && r == 0; i++)
		r = move_child(p, &s->back_to_back_ns[i]);
	return r;
}

static void wait_to_die(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

static int probe_with_child(struct probe *p, struct probe_samples *ret)
{
	struct probe_samples samples;
	pid_t self = getpid(), child = fork();
	uint64_t ignored;
	int r, ended;

	if (child < 0)
		return err_sys(p->e, EXIT_CANNOT, errno, "the probe's fork");
	if (child == 0)
		wait_to_die(self);
	snprintf(p->child, sizeof(p->child), "%d", (int)child);
	r = move_child(p, &ignored); /* into the first of the two groups */
	if (r == 0)
		r = measure_paced(p, &samples);
	if (r == 0)
		r = measure_back_to_back(p, &samples);
	ended = child_kill(child, "the probe's child", r == 0 ? p->e : NULL);
	if (r == 0 && ended == 0)
		*ret = samples;
	return r < 0 ? r : ended;
}

int probe_run(int group_a, int group_b, int signal_fd, struct probe_samples *ret, struct err *e)
{
	_cleanup_fd int a = openat(group_a, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	_cleanup_fd int b = openat(group_b, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	struct probe p = {.procs = {a, b}, .signal_fd = signal_fd, .e = e};

	if (a < 0 || b < 0)
		return err_sys(e, EXIT_CANNOT, errno, "cgroup.procs of the probe's groups");
	return probe_with_child(&p, ret);
}
