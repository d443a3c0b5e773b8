/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/*
 * A grace period takes milliseconds, a migration and a refused write microseconds, whatever the
 * machine: of one order of magnitude and a half, WAITS, the wait is beyond doubt, and below half of
 * one order, NONE, there is none. What lies between stays undecided.
 */
#define WAITS 30
#define NONE 12

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct quartiles {
	uint64_t low, median, high;
};

static struct quartiles quartiles_of(const uint64_t *samples, size_t n)
{
	uint64_t sorted[PROBE_BACK_TO_BACK];

	memcpy(sorted, samples, n * sizeof(*samples));
	qsort(sorted, n, sizeof(*sorted), compare);
	return (struct quartiles){sorted[n / 4], sorted[n / 2], sorted[n - 1 - n / 4]};
}

/*
 * Most paced writes must agree: three of four beyond the bound for a wait, three of four within it
 * for none. Where others migrate beside us, some writes find the wait already done.
 */
static enum tristate judge_wait(struct quartiles paced, uint64_t reference)
{
	if (paced.low > WAITS * reference)
		return TRISTATE_YES;
	if (paced.high < NONE * reference)
		return TRISTATE_NO;
	return TRISTATE_UNKNOWN;
}

/* Expedited grace periods, a tenth of a millisecond, may lie on either side of either bound. */
static enum tristate judge_visibility(const struct probe_samples *samples, uint64_t reference,
				      uint64_t *ret_median)
{
	struct quartiles grace;

	*ret_median = 0;
	if (!samples->has_grace)
		return TRISTATE_UNKNOWN;
	grace = quartiles_of(samples->grace_ns, PROBE_PACED);
	*ret_median = grace.median;
	return grace.low > WAITS * reference ? TRISTATE_YES : TRISTATE_NO;
}

/* Only where a wait shows at all can its absence mean something. */
static enum tristate judge_order(struct quartiles missing, struct quartiles paced,
				 uint64_t reference)
{
	if (missing.median > WAITS * reference && missing.median > paced.median / 4)
		return TRISTATE_NO;
	if (missing.high < NONE * reference)
		return TRISTATE_YES;
	return TRISTATE_UNKNOWN;
}

void probe_judge(const struct probe_samples *samples, struct probe_verdict *ret)
{
	struct quartiles paced = quartiles_of(samples->paced_ns, PROBE_PACED);
	struct quartiles missing = quartiles_of(samples->missing_ns, PROBE_PACED);
	struct quartiles control = quartiles_of(samples->control_ns, PROBE_PACED);
	struct quartiles packed = quartiles_of(samples->back_to_back_ns, PROBE_BACK_TO_BACK);
	/* What a write costs here without a wait: cold, or warm with the migration's own work. */
	uint64_t reference = control.median > packed.median ? control.median : packed.median;

	*ret = (struct probe_verdict){
		.grace_period = TRISTATE_UNKNOWN,
		.finds_process_first = TRISTATE_UNKNOWN,
		.paced_ns = paced.median,
		.missing_ns = missing.median,
		.control_ns = control.median,
		.back_to_back_ns = packed.median,
	};
	ret->shows = judge_visibility(samples, reference, &ret->grace_ns);
	if (ret->shows != TRISTATE_NO)
		ret->grace_period = judge_wait(paced, reference);
	if (ret->grace_period == TRISTATE_YES)
		ret->finds_process_first = judge_order(missing, paced, reference);
}
