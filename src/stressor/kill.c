/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A group filled with processes and ended by one write to cgroup.kill (5.14 and later), as runtimes
 * end a container, while its processes sleep or fork.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "stressor/clone3_into.h"
#include "stressor/scratch_group.h"
#include "stressor/stressor.h"
#include "stressor/targets.h"

enum { SPAN_FILL, SPAN_KILL, SPAN_DRAIN, SPAN_RMDIR, SPAN_CYCLE, SPANS };
enum { PROCESSES_MAX = 256, DRAIN_SECONDS = 5 };

static const char group_name[] = "killed";

static const struct kind_span spans[SPANS] = {
	[SPAN_FILL] = {"fill", true, "mkdir(2) and clone3(2) of all processes into the group"},
	[SPAN_KILL] = {"kill", false, "write(2) to cgroup.kill"},
	[SPAN_DRAIN] = {"drain", false, "until all are reaped and the group counts as empty"},
	[SPAN_RMDIR] = {"rmdir", false, "rmdir(2), EBUSY tried again and counted"},
	[SPAN_CYCLE] = {"cycle", true, "all of it"},
};

struct kill_options {
	uint64_t processes, life;
};

struct kill_state {
	struct scratch_group scratch_group;
};

/* clang-format off */
#define AT(member) offsetof(struct kill_options, member)
static const struct kind_option options[] = {
	{.name = "processes", .type = KIND_COUNT, .offset = AT(processes), .fallback = 16, .min = 1,
	 .max = PROCESSES_MAX, .help = "in the group when it is killed"},
	{.name = "life", .type = KIND_CHOICE, .offset = AT(life), .fallback = TARGETS_FORK,
	 .choices = targets_life_choices, .help = "they sleep, or fork without a pause"},
};
/* clang-format on */

static uint64_t live_tasks(const void *opaque)
{
	const struct kill_options *o = opaque;

	return o->processes * (1 + (o->life == TARGETS_FORK));
}

static int setup(struct worker *w)
{
	/* What forking processes leave behind when they are killed is for us to reap. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return worker_fail(w, errno, "becoming a subreaper");
	return scratch_group_init(&STRESSOR_STATE(struct kill_state, w)->scratch_group, w, true);
}

/* Only system calls from here: it was made without libc's knowledge. */
static _Noreturn void child(const struct worker *w, const struct kill_options *o)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	cpus_use(&w->usable_cpus);
	for (;;) {
		pid_t pid = o->life == TARGETS_FORK ? clone3_raw(&args) : -1;

		if (pid == 0)
			_exit(0);
		if (o->life == TARGETS_WAIT)
			pause();
		if (pid > 0)
			child_reap(pid, NULL);
	}
}

/* 0 or the errno of what could not be made; what was made is there. */
static int fill(struct worker *w, int fd, const struct kill_options *o)
{
	for (uint64_t i = 0; i < o->processes; i++) {
		pid_t pid = fork_into(fd);

		if (pid == 0)
			child(w, o);
		if (pid < 0)
			return errno;
	}
	return 0;
}

/* All children and orphans, then what the kernel says of the group. */
static int drain(int fd, uint64_t deadline)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return events_await_empty(fd, EVENTS_READ, deadline);
}

/* What must be gone before the next step, however this one went. */
static void end_group(struct worker *w, const struct scratch_group *g, int fd, uint64_t start,
		      uint64_t filled, bool sample)
{
	uint64_t deadline = clock_now_ns() + DRAIN_SECONDS * NS_PER_S, retries = 0;
	uint64_t killed, drained, removed;
	int r = io_write_attr(fd, "cgroup.kill", "1");

	killed = clock_now_ns();
	if (r < 0) {
		worker_error(w, SPAN_KILL, -r);
		return;
	}
	r = drain(fd, deadline);
	drained = clock_now_ns();
	if (r < 0) {
		worker_error(w, SPAN_DRAIN, -r);
		return;
	}
	r = scratch_group_remove(g, group_name, deadline, &retries);
	removed = clock_now_ns();
	while (retries--)
		worker_error(w, SPAN_RMDIR, EBUSY);
	if (r < 0)
		worker_error(w, SPAN_RMDIR, -r);
	if (r < 0 || !sample)
		return;
	worker_span(w, SPAN_FILL, start, filled);
	worker_span(w, SPAN_KILL, filled, killed);
	worker_span(w, SPAN_DRAIN, killed, drained);
	worker_span(w, SPAN_RMDIR, drained, removed);
	worker_span(w, SPAN_CYCLE, start, removed);
}

static void step(struct worker *w)
{
	struct kill_state *s = STRESSOR_STATE(struct kill_state, w);
	const struct kill_options *o = (const void *)w->options;
	uint64_t start = worker_start(w);
	int fd = group_make(s->scratch_group.fd, group_name), failure;

	if (fd < 0) {
		worker_error(w, SPAN_FILL, -fd);
		return;
	}
	failure = fill(w, fd, o);
	if (failure)
		worker_error(w, SPAN_FILL, failure);
	end_group(w, &s->scratch_group, fd, start, clock_now_ns(), failure == 0);
	close(fd);
}

static void teardown(struct worker *w)
{
	scratch_group_finish(&STRESSOR_STATE(struct kill_state, w)->scratch_group);
}

const struct stressor stressor_kill = {
	.kind =
		{
			.name = "kill",
			.summary = "fills a group with processes and ends it by cgroup.kill",
			STRESSOR_TABLES(struct kill_options),
			.live_tasks = live_tasks,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
