/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves tasks by writing to cgroup.procs or cgroup.threads: the write side of the lock.
 *
 * The span `write` is the write(2) alone, on a file that was opened before the start, as runtimes
 * and managers that keep their descriptors do; path walks and opens are not in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "stressor/stressor.h"
#include "stressor/targets.h"

enum { SPAN_WRITE, SPAN_SPAWN, SPAN_REAP, SPAN_CYCLE, SPANS };
enum { TARGET_PROCESS, TARGET_FRESH, TARGET_SELF, TARGET_NONEXISTENT };
enum { VIA_PROCS, VIA_THREADS };
enum { PATTERN_PING_PONG, PATTERN_ROUND_ROBIN, PATTERN_RANDOM };
enum { GROUPS_MAX = 256 };

/* Never a process: the kernel's highest PID_MAX_LIMIT, and ids stay below pid_max. */
enum { NONEXISTENT_PID = 4 << 20 };

static const struct kind_span spans[SPANS] = {
	[SPAN_WRITE] = {"write", true, "write(2) of the id"},
	[SPAN_SPAWN] = {"spawn", false, "fresh: the child's fork"},
	[SPAN_REAP] = {"reap", false, "fresh: from moved to reaped, the child's own time included"},
	[SPAN_CYCLE] = {"cycle", true, "fresh: from the fork's call to the child reaped"},
};

struct migrate_options {
	struct targets_options of;
	uint64_t target, via, pattern, groups, hold_ns;
};

struct migrate_state {
	struct targets targets;
	struct target_id special; /* "0", or the pid that does not exist; a fresh child's group */
	int32_t group_fds[GROUPS_MAX];
	uint64_t turn;    /* the next target's place among the ids */
	uint64_t movable; /* every how many-th of them is one to move */
};

static const char *const target_choices[] = {"process", "fresh", "self", "nonexistent", NULL};
static const char *const via_choices[] = {"procs", "threads", NULL};
static const char *const pattern_choices[] = {"ping-pong", "round-robin", "random", NULL};

/* clang-format off */
#define AT(member) offsetof(struct migrate_options, member)
static const struct kind_option options[] = {
	{.name = "target", .type = KIND_CHOICE, .offset = AT(target), .fallback = TARGET_PROCESS,
	 .choices = target_choices,
	 .help = "waiting processes, a fresh child a step as a runtime has it, itself (writes "
		 "\"0\"), or a pid that does not exist as a control"},
	{.name = "targets", .type = KIND_COUNT, .offset = AT(of.targets), .fallback = 1, .min = 1,
	 .max = TARGETS_MAX, .help = "process: how many, moved in turn"},
	{.name = "threads", .type = KIND_COUNT, .offset = AT(of.threads), .fallback = 1, .min = 1,
	 .max = TARGETS_THREADS_MAX, .help = "process: threads of each, its leader included"},
	{.name = "life", .type = KIND_CHOICE, .offset = AT(of.life), .fallback = TARGETS_WAIT,
	 .choices = targets_life_choices,
	 .help = "process: they sleep, or fork without a pause while they are moved"},
	{.name = "via", .type = KIND_CHOICE, .offset = AT(via), .fallback = VIA_PROCS,
	 .choices = via_choices,
	 .help = "cgroup.procs moves whole processes; cgroup.threads one thread (threaded groups)"},
	{.name = "pattern", .type = KIND_CHOICE, .offset = AT(pattern),
	 .fallback = PATTERN_PING_PONG, .choices = pattern_choices,
	 .help = "between two groups and back, round all of them, or drawn at random"},
	{.name = "groups", .type = KIND_COUNT, .offset = AT(groups), .fallback = 2, .min = 2,
	 .max = GROUPS_MAX, .help = "round-robin and random: among how many leaves",
	 .with = "pattern", .with_choices = ~(UINT32_C(1) << PATTERN_PING_PONG)},
	{.name = "hold", .type = KIND_DURATION, .offset = AT(hold_ns), .fallback = 10000000,
	 .max = 60000000000, .help = "fresh: how long a child lives", .with = "target",
	 .with_choices = UINT32_C(1) << TARGET_FRESH},
};
/* clang-format on */

static uint32_t spans_on(const void *opaque)
{
	const struct migrate_options *o = opaque;

	return o->target == TARGET_FRESH ? UINT32_MAX : UINT32_C(1) << SPAN_WRITE;
}

static uint64_t live_tasks(const void *opaque)
{
	const struct migrate_options *o = opaque;

	if (o->target == TARGET_PROCESS)
		return targets_live_tasks(o);
	return o->target == TARGET_FRESH ? 1 : 0;
}

static const char *refuse(const void *opaque)
{
	const struct migrate_options *o = opaque;

	if (o->target != TARGET_PROCESS && (o->of.targets != 1 || o->of.threads != 1 || o->of.life))
		return "\"targets\", \"threads\" and \"life\" are for \"target\": \"process\"";
	if (o->target == TARGET_FRESH && o->via == VIA_THREADS)
		return "a fresh child moves as a process; use \"via\": \"procs\"";
	return targets_refuse(o);
}

static const char *wants_threaded(const void *opaque)
{
	const struct migrate_options *o = opaque;

	return o->via == VIA_THREADS ? "single threads move only between threaded groups" : NULL;
}

static uint64_t groups_used(const void *opaque)
{
	const struct migrate_options *o = opaque;

	return o->pattern == PATTERN_PING_PONG ? 2 : o->groups;
}

/* Writes and returns 0 or the errno; a pid that does not exist has to fail, with ESRCH. */
static int write_id(int fd, const struct target_id *id, bool must_fail)
{
	ssize_t n = write(fd, id->text, id->length);

	if (must_fail)
		return n < 0 && errno == ESRCH ? 0 : n < 0 ? errno : EEXIST;
	return n < 0 ? errno : 0;
}

/* Everything begins in the first group, so that no move goes where its task already is. */
static int place(struct worker *w, struct migrate_state *s, const struct target_id *ids, uint64_t n)
{
	for (uint64_t i = 0; i < n; i += s->movable) {
		int failure = write_id(s->group_fds[0], &ids[i], false);

		if (failure)
			return worker_fail(w, failure, "moving task %s into its first group",
					   ids[i].text);
	}
	return 0;
}

static int setup(struct worker *w)
{
	struct migrate_state *s = STRESSOR_STATE(struct migrate_state, w);
	const struct migrate_options *o = (const void *)w->options;
	int r = worker_open_leaves(w, groups_used(o),
				   o->via == VIA_THREADS ? "cgroup.threads" : "cgroup.procs",
				   O_WRONLY, s->group_fds);

	target_id_format(&s->special, o->target == TARGET_NONEXISTENT ? NONEXISTENT_PID : 0);
	s->movable = o->via == VIA_PROCS && o->target == TARGET_PROCESS ? o->of.threads : 1;
	if (r == 0 && o->target == TARGET_SELF)
		r = place(w, s, &s->special, 1);
	if (r < 0 || o->target != TARGET_PROCESS)
		return r;
	r = targets_init(&s->targets, w, &o->of);
	return r == 0 ? place(w, s, s->targets.ids, o->of.targets * o->of.threads) : r;
}

/* Where the task goes next: never where it is. An index among the groups. */
static uint16_t next_group(struct worker *w, const struct migrate_options *o,
			   const struct target_id *id)
{
	uint64_t n = groups_used(o);
	uint64_t step = o->pattern == PATTERN_RANDOM ? 1 + rng_below(&w->rng, n - 1) : 1;

	return (uint16_t)((id->group + step) % n);
}

/* Targets take turns; with cgroup.procs only leaders do. */
static struct target_id *next_target(struct migrate_state *s, const struct migrate_options *o)
{
	struct target_id *id;

	if (o->target != TARGET_PROCESS)
		return &s->special;
	id = &s->targets.ids[s->turn];
	s->turn += s->movable;
	if (s->turn >= o->of.targets * o->of.threads)
		s->turn = 0;
	return id;
}

static void step_write(struct worker *w, struct migrate_state *s, const struct migrate_options *o)
{
	struct target_id *id = next_target(s, o);
	uint16_t group = next_group(w, o, id);
	uint64_t start = worker_start(w);
	int failure = write_id(s->group_fds[group], id, o->target == TARGET_NONEXISTENT);

	if (failure) {
		worker_error(w, SPAN_WRITE, failure);
		return;
	}
	worker_span(w, SPAN_WRITE, start, clock_now_ns());
	id->group = group;
}

static _Noreturn void fresh_child(const struct migrate_options *o)
{
	struct timespec hold = clock_timespec(o->hold_ns);

	clock_nanosleep(CLOCK_MONOTONIC, 0, &hold, NULL);
	_exit(0);
}

/* As a container runtime does it: create, move, let it live, reap. */
static void step_fresh(struct worker *w, struct migrate_state *s, const struct migrate_options *o)
{
	uint16_t group = next_group(w, o, &s->special);
	uint64_t start = worker_start(w), spawned, before, moved, reaped;
	struct target_id id;
	pid_t pid = fork();
	int failure;

	if (pid == 0)
		fresh_child(o);
	if (pid < 0) {
		worker_error(w, SPAN_SPAWN, errno);
		return;
	}
	spawned = clock_now_ns();
	target_id_format(&id, pid);
	before = clock_now_ns();
	failure = write_id(s->group_fds[group], &id, false);
	moved = clock_now_ns();
	s->special.group = group;
	child_reap(pid, NULL);
	reaped = clock_now_ns();
	worker_span(w, SPAN_SPAWN, start, spawned);
	if (failure)
		worker_error(w, SPAN_WRITE, failure);
	else
		worker_span(w, SPAN_WRITE, before, moved);
	worker_span(w, SPAN_REAP, moved, reaped);
	worker_span(w, SPAN_CYCLE, start, reaped);
}

static void step(struct worker *w)
{
	struct migrate_state *s = STRESSOR_STATE(struct migrate_state, w);
	const struct migrate_options *o = (const void *)w->options;

	if (o->target == TARGET_FRESH)
		step_fresh(w, s, o);
	else
		step_write(w, s, o);
}

static void teardown(struct worker *w)
{
	targets_finish(&STRESSOR_STATE(struct migrate_state, w)->targets);
}

const struct stressor stressor_migrate = {
	.kind =
		{
			.name = "migrate",
			.role = KIND_MIGRATES,
			.noun = "migrations",
			.noun_span = "write",
			.summary = "moves tasks between groups by writing their ids",
			STRESSOR_TABLES(struct migrate_options),
			.spans_on = spans_on,
			.refuse = refuse,
			.live_tasks = live_tasks,
			.leaves = groups_used,
			.moves_tasks = true,
			.wants_threaded = wants_threaded,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
