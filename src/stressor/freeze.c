/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A group frozen and thawed, as checkpoints and pauses do it, while its processes sleep or fork.
 * Freezing takes no write side of the lock; every task has to reach its freezer first.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/group.h"
#include "stressor/scratch_group.h"
#include "stressor/stressor.h"
#include "stressor/targets.h"

enum { SPAN_FREEZE_WRITE, SPAN_FREEZE, SPAN_THAW_WRITE, SPAN_THAW, SPANS };
enum { AWAIT_SECONDS = 2 };

static const struct kind_span spans[SPANS] = {
	[SPAN_FREEZE_WRITE] = {"freeze_write", true, "write(2) of 1 to cgroup.freeze"},
	[SPAN_FREEZE] = {"freeze", true, "from its call until the whole group is frozen"},
	[SPAN_THAW_WRITE] = {"thaw_write", false, "write(2) of 0 to cgroup.freeze"},
	[SPAN_THAW] = {"thaw", false, "from its call until the group counts as thawed"},
};

struct freeze_options {
	struct targets_options of;
	uint64_t wait;
};

struct freeze_state {
	struct scratch_group scratch_group;
	struct targets targets;
	int freeze_fd, events_fd;
};

/* clang-format off */
#define AT(member) offsetof(struct freeze_options, member)
static const struct kind_option options[] = {
	{.name = "targets", .type = KIND_COUNT, .offset = AT(of.targets), .fallback = 8, .min = 1,
	 .max = TARGETS_MAX, .help = "processes in the group"},
	{.name = "threads", .type = KIND_COUNT, .offset = AT(of.threads), .fallback = 1, .min = 1,
	 .max = TARGETS_THREADS_MAX, .help = "threads of each, its leader included"},
	{.name = "life", .type = KIND_CHOICE, .offset = AT(of.life), .fallback = TARGETS_FORK,
	 .choices = targets_life_choices, .help = "they sleep, or fork without a pause"},
	{.name = "wait", .type = KIND_CHOICE, .offset = AT(wait), .fallback = EVENTS_READ,
	 .choices = events_wait_choices,
	 .help = "how to see that it is frozen: read cgroup.events over and over, or be woken, "
		 "which the kernel does at most every 10 ms"},
};
/* clang-format on */

static int open_files(struct worker *w, struct freeze_state *s, int group_fd)
{
	s->freeze_fd = openat(group_fd, "cgroup.freeze", O_WRONLY | O_CLOEXEC);
	if (s->freeze_fd < 0)
		return worker_fail(w, errno, "cgroup.freeze");
	s->events_fd = openat(group_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	return s->events_fd < 0 ? worker_fail(w, errno, "cgroup.events") : 0;
}

static int setup(struct worker *w)
{
	struct freeze_state *s = STRESSOR_STATE(struct freeze_state, w);
	const struct freeze_options *o = (const void *)w->options;
	int r = scratch_group_init(&s->scratch_group, w, true), fd;

	if (r == 0)
		r = targets_init(&s->targets, w, &o->of);
	if (r < 0)
		return r;
	fd = group_make(s->scratch_group.fd, "frozen");
	if (fd < 0)
		return worker_fail(w, -fd, "making a group");
	r = targets_move(&s->targets, w, fd, 0, 1);
	if (r == 0)
		r = open_files(w, s, fd);
	close(fd);
	return r;
}

/* Writes, waits for what was asked, records both. */
static bool change(struct worker *w, struct freeze_state *s, const char *to, unsigned write_span,
		   uint64_t start)
{
	const struct freeze_options *o = (const void *)w->options;
	ssize_t n = write(s->freeze_fd, to, 1);
	uint64_t written = clock_now_ns();
	int r;

	if (n < 0) {
		worker_error(w, write_span, errno);
		return false;
	}
	r = events_await(s->events_fd, "frozen", *to == '1', o->wait,
			 written + AWAIT_SECONDS * NS_PER_S);
	if (r < 0) {
		worker_error(w, write_span + 1, -r);
		return false;
	}
	worker_span(w, write_span, start, written);
	worker_span(w, write_span + 1, start, clock_now_ns());
	return true;
}

static void step(struct worker *w)
{
	struct freeze_state *s = STRESSOR_STATE(struct freeze_state, w);
	uint64_t start = worker_start(w);

	/* A group that would not freeze is thawed all the same. */
	change(w, s, "1", SPAN_FREEZE_WRITE, start);
	change(w, s, "0", SPAN_THAW_WRITE, clock_now_ns());
}

static void teardown(struct worker *w)
{
	struct freeze_state *s = STRESSOR_STATE(struct freeze_state, w);

	if (s->freeze_fd > 0 && write(s->freeze_fd, "0", 1) < 0)
		worker_error(w, SPAN_THAW_WRITE, errno);
	targets_finish(&s->targets);
	scratch_group_finish(&s->scratch_group);
}

const struct stressor stressor_freeze = {
	.kind =
		{
			.name = "freeze",
			.summary = "freezes and thaws a group of processes",
			STRESSOR_TABLES(struct freeze_options),
			.refuse = targets_refuse,
			.live_tasks = targets_live_tasks,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
