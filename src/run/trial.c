/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "cgroup/run_group.h"
#include "cgroup/tree.h"
#include "run/raw.h"
#include "run/standing.h"
#include "run/workers.h"
#include "trace/attribute.h"
#include "trace/kernel_files.h"

enum {
	READY_SECONDS = 60, /* for all set-ups together; a large tree of targets takes a few */
	END_SECONDS = 10,   /* for workers to end after the stop, beside what a step is to last */
	LEAVE_SECONDS = 1,  /* for ended tasks to leave their groups */
	EMPTY_SECONDS = 5,  /* for the groups to empty and go */
	GATE_MS = 2,        /* from opening the gate to the start: every worker is awake by then */
	TICK_MS = 250,      /* of the progress display */
	RAW_TICK_MS = 20,
	REST_TICK_MS = 5, /* after the window, while schedules are worked off */
};

static const char tree_name[] = "tree", side_name[] = "side";

/* A trial under way. */
struct trial {
	const struct plan *plan;
	const struct trial_surroundings *around;
	struct trial_outcome *outcome;
	struct tree tree;
	bool has_tree;
	int side_fd;
	struct workers workers;
	uint64_t begun_ns; /* the start of warm-up; 0 before */
	int unlocked;      /* a negative errno: the run group's lock could not be had again */
};

/* In the window: what each worker is at. */
static void sample_stacks(struct trial *t, uint64_t now)
{
	if (!t->outcome->stacks || !t->begun_ns ||
	    now < t->begun_ns + t->plan->workload->warmup_ns ||
	    now >= t->begun_ns + t->plan->trial_ns)
		return;
	for (size_t i = 0; i < t->workers.n_members; i++) {
		pid_t pid = t->workers.members[i].pid;
		int part = pid > 0 ? stack_look(pid) : -1;

		if (part >= 0)
			t->outcome->stacks[t->plan->workers[i].actor].of[part]++;
	}
}

/* How long the supervisor may sleep; UINT64_MAX: until something happens. */
static uint64_t tick_ns(const struct trial *t)
{
	const struct trial_surroundings *a = t->around;

	if (a->sample_stacks)
		return STACK_EVERY_NS;
	if (a->raw)
		return RAW_TICK_MS * NS_PER_MS;
	/* Where nobody wants to know, the supervisor sleeps through the window. */
	return a->progress ? TICK_MS * NS_PER_MS : UINT64_MAX;
}

static void tick(struct trial *t)
{
	const struct trial_surroundings *a = t->around;
	uint64_t now = clock_now_ns();

	raw_file_drain(a->raw, &t->workers);
	sample_stacks(t, now);
	if (a->progress && t->begun_ns && now > t->begun_ns)
		a->progress(a->opaque, now - t->begun_ns);
}

enum { FD_SIGNAL, FD_GUARDIAN, FD_READY, FD_MEMBERS };

static void fill_polls(const struct trial *t, struct pollfd *polls)
{
	polls[FD_SIGNAL] = (struct pollfd){.fd = t->around->signal_fd, .events = POLLIN};
	polls[FD_GUARDIAN] = (struct pollfd){.fd = t->around->guardian_fd, .events = POLLIN};
	polls[FD_READY] = (struct pollfd){.fd = t->workers.ready_fd, .events = POLLIN};
	for (size_t i = 0; i < t->workers.n_members; i++)
		polls[FD_MEMBERS + i] =
			(struct pollfd){.fd = t->workers.members[i].pidfd, .events = POLLIN};
}

/* One sleep, until something happens or `until`. */
static int wait_once(struct trial *t, struct pollfd *polls, uint64_t until, struct err *e)
{
	uint64_t now = clock_now_ns(), left = until > now ? until - now : 0;
	struct timespec ts;

	if (left > tick_ns(t))
		left = tick_ns(t);
	ts = clock_timespec(left);
	fill_polls(t, polls);
	if (ppoll(polls, FD_MEMBERS + t->workers.n_members, &ts, NULL) < 0 && errno != EINTR)
		return err_sys(e, EXIT_FAULT, errno, "waiting for workers");
	if (polls[FD_SIGNAL].revents)
		return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted");
	if (polls[FD_GUARDIAN].revents)
		return err_set(e, EXIT_FAULT, EPIPE,
			       "the guardian was killed; without it nothing "
			       "would clean up after a kill of cgchurn itself");
	workers_note_ready(&t->workers);
	workers_reap(&t->workers);
	tick(t);
	return 0;
}

/* Until `done` says so (0), `until` is past (-ETIME), or something ends the trial. */
static int wait_for(struct trial *t, bool (*done)(struct trial *), uint64_t until, struct err *e)
{
	_cleanup_free struct pollfd *polls =
		calloc(FD_MEMBERS + t->workers.n_members, sizeof(*polls));
	int r = 0;

	if (!polls)
		return err_no_memory(e);
	while (r == 0 && !done(t)) {
		if (clock_now_ns() >= until)
			return -ETIME;
		r = wait_once(t, polls, until, e);
	}
	return r;
}

static bool all_ready_or_failed(struct trial *t)
{
	const struct plan_worker *failed;

	return t->workers.n_ready == t->workers.n_members ||
	       workers_failure(&t->workers, &failed) || t->workers.n_running < t->workers.n_members;
}

static bool nobody_runs(struct trial *t)
{
	return t->workers.n_running == 0;
}

static bool schedules_done(struct trial *t)
{
	return t->workers.n_running == 0 || workers_schedules_done(&t->workers);
}

static int make_groups(struct trial *t, struct err *e)
{
	const struct workload_hierarchy *h = &t->plan->workload->hierarchy;
	struct tree_spec spec = {
		.depth = (uint32_t)h->depth,
		.fanout = (uint32_t)h->fanout,
		.n_controllers = h->n_controllers,
		.optional = h->optional,
		.threaded = h->threaded,
	};
	struct trial_outcome *o = t->outcome;
	int fd = t->around->run_group_fd, r;

	for (size_t i = 0; i < h->n_controllers; i++)
		spec.controllers[i] = h->controllers[i];
	r = tree_create(fd, tree_name, &spec, &t->tree, e);
	if (r < 0)
		return r;
	t->has_tree = true;
	o->n_groups = t->tree.n_groups;
	o->enabled = strdup(t->tree.enabled);
	o->skipped = strdup(t->tree.skipped);
	if (!o->enabled || !o->skipped)
		return err_no_memory(e);
	t->side_fd = refusal_make_group(fd, side_name, e);
	return t->side_fd < 0 ? t->side_fd : 0;
}

static int watch_workers(struct trial *t, struct err *e)
{
	struct attribution *a = t->around->attribution;
	int r = 0;

	for (size_t i = 0; a && i < t->workers.n_members && r == 0; i++)
		r = attribution_watch(a, i, t->workers.members[i].pid);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "following workers in the kernel") : 0;
}

static int set_up(struct trial *t, uint64_t index, struct err *e)
{
	struct attribution *a = t->around->attribution;
	struct workers_places places = {.worker_path = t->around->worker_path,
					.child_path = t->around->child_path,
					.rings_fd = a ? attribution_rings_fd(a) : -1};
	const struct plan_worker *failed;
	int r = make_groups(t, e);

	if (r < 0)
		return r;
	places.tree_fd = t->tree.fd;
	places.side_fd = t->side_fd;
	r = workers_init(&t->workers, t->plan, index, &places, e);
	if (r == 0)
		r = watch_workers(t, e);
	if (r < 0)
		return r;
	r = wait_for(t, all_ready_or_failed, clock_now_ns() + READY_SECONDS * NS_PER_S, e);
	/* Who failed has reported too. */
	if (r < 0 || t->workers.n_ready < t->workers.n_members ||
	    workers_failure(&t->workers, &failed))
		return workers_explain(&t->workers, r, READY_SECONDS, e);
	return 0;
}

/* Workers stay when their schedules are done, so no descriptor says so. */
static int wait_for_schedules(struct trial *t, uint64_t until, struct err *e)
{
	int r = -ETIME;

	while (r == -ETIME && clock_now_ns() < until)
		r = wait_for(t, schedules_done, clock_now_ns() + REST_TICK_MS * NS_PER_MS, e);
	return r;
}

/* Warm-up and window; then, while closed loops go on as load, the rest of the schedules. */
static int measure(struct trial *t, struct err *e)
{
	struct slot_orders orders;
	uint64_t end;
	int r;

	plan_orders(t->plan, 0, 0, &orders);
	t->begun_ns = clock_now_ns() + GATE_MS * NS_PER_MS;
	end = t->begun_ns + t->plan->trial_ns;
	workers_open_gate(&t->workers, t->begun_ns);
	r = wait_for(t, nobody_runs, end, e);
	if (r == -ETIME)
		r = wait_for_schedules(t, end + orders.overrun_ns + NS_PER_S, e);
	return r == -ETIME ? 0 : r;
}

/* Ends the workers. Those that do not end in time are killed later, and make the trial invalid. */
static int end_workers(struct trial *t, struct err *e)
{
	uint64_t patience = END_SECONDS * NS_PER_S + plan_longest_step_ns(t->plan);
	int r;

	workers_stop(&t->workers);
	r = wait_for(t, nobody_runs, clock_now_ns() + patience, e);
	raw_file_drain(t->around->raw, &t->workers);
	return r == -ETIME ? 0 : r;
}

/* The window between two looks at where the workers are. */
static int measure_standing(struct trial *t, struct err *e)
{
	_cleanup_(standing_finish) struct standing standing;
	int r = standing_begin(&standing, &t->workers, t->around->run_group_fd);

	if (r == 0)
		r = measure(t, e);
	else
		err_sys(e, EXIT_FAULT, -r, "looking at workers");
	if (r == 0 && standing_end(&standing, &t->workers, t->outcome) < 0)
		r = err_no_memory(e);
	return r;
}

static int run_workers(struct trial *t, struct err *e)
{
	int group_fd = t->around->run_group_fd, r;

	env_read(&t->outcome->before, group_fd);
	clock_rfc3339(t->outcome->started_at);
	r = measure_standing(t, e);
	if (r == 0)
		r = end_workers(t, e);
	if (r < 0)
		return r;
	env_read(&t->outcome->after, group_fd);
	t->outcome->raw_lost = raw_lost(&t->workers);
	/*
	 * Whoever is still in a group was left behind by a worker. With a moment's patience: from
	 * 6.19 on a task leaves its group only after whoever waited for it has gone on.
	 */
	if (group_wait_empty(group_fd, clock_now_ns() + LEAVE_SECONDS * NS_PER_S) == -ETIME)
		trial_invalidate(t->outcome,
				 "processes were left in the groups after all workers ended");
	if (trial_collect(&t->workers, t->outcome) < 0)
		return err_no_memory(e);
	trial_judge(&t->workers, t->outcome);
	return 0;
}

/* Whatever is in the run group; the lock on it, which that ends, is taken again. */
static int kill_all(struct trial *t)
{
	int r = group_kill(t->around->run_group_fd);

	if (t->around->lock_fd >= 0)
		t->unlocked = run_name_hold_again(t->around->lock_fd);
	return r;
}

/* A process that was killed and is still there keeps its group, and with it every later trial. */
static int explain_not_removed(struct trial *t, int r, struct err *e)
{
	pid_t pid = r == -ETIME ? group_find_process(t->around->run_group_fd) : 0;
	char text[CHILD_TEXT_SIZE];

	if (pid <= 0)
		return err_sys(e, EXIT_FAULT, -r, "removing the groups of a trial");
	err_set(e, EXIT_CANNOT, ENOTRECOVERABLE,
		"a process in the groups of a trial was killed and has not ended after %d s: %s",
		EMPTY_SECONDS, child_describe(pid, text));
	return -ENOTRECOVERABLE;
}

/* Both groups and all in them; then waits for the dead ones, which would weigh on the next. */
static int remove_groups(struct trial *t, struct err *e)
{
	uint64_t deadline = clock_now_ns() + EMPTY_SECONDS * NS_PER_S;
	int fd = t->around->run_group_fd, r = 0;

	if (group_is_populated(fd) > 0 && (r = kill_all(t)) == 0)
		r = group_wait_empty(fd, deadline);
	t->side_fd = close_fd(t->side_fd);
	if (r == 0 && t->has_tree)
		r = tree_remove(&t->tree, deadline);
	if (r == 0 && unlinkat(fd, side_name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = group_remove_all(fd, side_name, deadline);
	if (r < 0)
		return explain_not_removed(t, r, e);
	if (group_wait_dying(fd, deadline) == -ETIME)
		t->outcome->dying = group_count_dying(fd);
	return 0;
}

/* The workers, then the groups; not those that a worker holds which does not end. */
static int take_down(struct trial *t, struct err *e)
{
	int r = workers_finish(&t->workers, e);

	if (t->around->attribution)
		attribution_forget(t->around->attribution);
	if (r == -ETIME) {
		t->side_fd = close_fd(t->side_fd);
		return -ENOTRECOVERABLE;
	}
	r = remove_groups(t, e);
	/* Without its lock another's `clean` may take the group. */
	return r == 0 && t->unlocked < 0
		       ? err_sys(e, EXIT_FAULT, -t->unlocked, "locking the run group again")
		       : r;
}

int trial_run(const struct plan *plan, uint64_t index, const struct trial_surroundings *around,
	      struct trial_outcome *ret, struct err *e)
{
	struct trial t = {.plan = plan, .around = around, .outcome = ret, .side_fd = -1};
	uint64_t start = clock_now_ns();
	struct err removal = {0};
	int r, removed;

	*ret = (struct trial_outcome){0};
	t.workers.memory_fd = t.workers.ready_fd = -1;
	if (around->sample_stacks)
		ret->stacks = calloc(plan->workload->n_actors, sizeof(*ret->stacks));
	if (around->sample_stacks && !ret->stacks)
		return err_no_memory(e);
	r = set_up(&t, index, e);
	ret->setup_ns = clock_now_ns() - start;
	if (r == 0)
		r = run_workers(&t, e);
	start = clock_now_ns();
	if (r < 0)
		kill_all(&t);
	removed = take_down(&t, &removal);
	ret->teardown_ns = clock_now_ns() - start;
	/* What lets no further trial follow is said before what ended this one, except a signal. */
	if (removed < 0 &&
	    (r == 0 || t.unlocked < 0 || (removed == -ENOTRECOVERABLE && r != -EINTR))) {
		*e = removal;
		r = removed;
	}
	if (r < 0)
		trial_outcome_finish(ret);
	return r;
}
