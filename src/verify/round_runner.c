/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "seccomp/filter.h"
#include "verify/actor.h"
#include "verify/round.h"
#include "verify/stuck.h"
#include "verify/waiter.h"

enum { REST_MS = 150 }; /* between two looks at the whole */

struct round_runner {
	struct shared *shared;
	int shared_fd;
	const struct round_surroundings *around;
	int64_t pids_before; /* negative: the test groups have no pids controller */
};

/*
 * Actors, and orphans of subjects. An actor that ends too early was killed by somebody,
 * or failed in a way it could not note.
 */
static void reap(struct round_runner *k)
{
	struct shared *b = k->shared;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (uint32_t i = 0; i < b->n_actors; i++)
			if (atomic_load(&b->actors[i].pid) == pid) {
				if (atomic_load(&b->actors[i].state) != SHARED_DONE)
					shared_fault(b, "a %s was killed (wait status %d)",
						     b->actors[i].kind, status);
				atomic_store(&b->actors[i].state, SHARED_DONE);
			}
}

static void start_actor(struct round_runner *k, const struct actor_kind *kind, uint32_t index)
{
	struct shared *b = k->shared;
	struct shared_actor *slot = &b->actors[b->n_actors];
	struct actor actor = {.shared = b,
			      .slot = slot,
			      .index = index,
			      .shared_fd = k->shared_fd,
			      .run_group_fd = k->around->run_group_fd,
			      .subject_path = k->around->subject_path};
	pid_t self = getpid(), pid;

	slot->kind = kind->name;
	atomic_store(&slot->since_ns, clock_now_ns());
	b->n_actors++;
	pid = fork();
	if (pid == 0) {
		child_dies_with(self);
		if (!kind->is_privileged && privileges_drop() < 0)
			shared_fault(b, "giving up privileges: %s", strerror(errno));
		test_groups_pin(b, b->n_actors);
		actor_main(&actor, kind);
	}
	if (pid < 0) {
		shared_fault(b, "starting a %s: %s", kind->name, strerror(errno));
		/* So that nobody waits for it. */
		atomic_store(&slot->state, SHARED_DONE);
	}
	atomic_store(&slot->pid, pid);
}

static void start_actors(struct round_runner *k)
{
	for (size_t n = 0; actor_kinds[n]; n++)
		for (uint32_t i = 0; i < k->shared->schedule.value[actor_kinds[n]->key]; i++)
			if (k->shared->n_actors < SHARED_ACTORS_MAX)
				start_actor(k, actor_kinds[n], i);
}

static bool rests(const struct shared_actor *actor, uint32_t pause)
{
	return atomic_load(&actor->state) == SHARED_DONE || atomic_load(&actor->rests_in) == pause;
}

static bool has_ended(const struct shared_actor *actor, uint32_t unused)
{
	return atomic_load(&actor->state) == SHARED_DONE;
}

/* It keeps all others waiting. */
static void note_stuck(struct round_runner *k, const struct shared_actor *actor)
{
	const char *doing = atomic_load(&actor->doing);
	char text[256];
	struct scene s = {
		.view = &k->shared->view, .stuck = text, .waiting = atomic_load(&actor->pid)};

	snprintf(text, sizeof(text), "a %s has been at this for %" PRIu64 " ms: %s", actor->kind,
		 (clock_now_ns() - atomic_load(&actor->since_ns)) / NS_PER_MS,
		 doing ? doing : "starting");
	shared_check(k->shared, INVARIANT_RESPONDS, &s);
}

typedef bool actor_state(const struct shared_actor *actor, uint32_t pause);

/* Whether that actor is not `done`, and has been at one operation for longer than that may take. */
static bool is_stuck(const struct round_runner *k, const struct shared_actor *actor,
		     actor_state *done, uint32_t pause)
{
	uint64_t since = atomic_load(&actor->since_ns), now = clock_now_ns();

	return !done(actor, pause) && now > since && now - since > shared_stuck_ns(k->shared);
}

/*
 * The first such actor; looked at once more a while later, because a pause of the whole machine (a
 * host that gives its guest no time) stops an actor as well as the clock's watcher.
 */
static const struct shared_actor *find_stuck(const struct round_runner *k, actor_state *done,
					     uint32_t pause)
{
	for (uint32_t i = 0; i < k->shared->n_actors; i++) {
		const struct shared_actor *actor = &k->shared->actors[i];

		if (!is_stuck(k, actor, done, pause))
			continue;
		clock_sleep_until(clock_now_ns() + NS_PER_S);
		if (is_stuck(k, actor, done, pause))
			return actor;
	}
	return NULL;
}

static const struct shared_actor *find_missing(const struct round_runner *k, actor_state *done,
					       uint32_t pause)
{
	for (uint32_t i = 0; i < k->shared->n_actors; i++)
		if (!done(&k->shared->actors[i], pause))
			return &k->shared->actors[i];
	return NULL;
}

/*
 * Until all are `done`; whoever is stuck is a breach. So is whoever is not done after three times
 * the patience: a check of an actor's own may use up one, and says what is wrong better than this.
 */
static bool wait_for_all(struct round_runner *k, actor_state *done, uint32_t pause)
{
	struct patience p = patience_begin(3 * shared_stuck_ns(k->shared));
	const struct shared_actor *missing, *stuck;

	do {
		shared_round_runner_does(k->shared, "waiting for the actors",
					 k->shared->patience_ns);
		reap(k);
		missing = find_missing(k, done, pause);
		if (!missing)
			return true;
		if (shared_failed(k->shared))
			return false;
		stuck = find_stuck(k, done, pause);
	} while (!stuck && patience_again(&p));
	note_stuck(k, stuck ? stuck : missing);
	return false;
}

static size_t settled_subjects(const struct shared *b, struct scene_subject *ret)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct shared_subject *s = &b->subjects[i];

		if (atomic_load(&s->pid) > 0 && atomic_load(&s->beats) > 0)
			ret[n++] = (struct scene_subject){
				.pid = atomic_load(&s->pid),
				.parent = atomic_load(&s->mover),
				.group = shared_group_at(s, atomic_load(&s->epoch)),
				.beats = &s->beats,
			};
	}
	return n;
}

static int round_runner_checks(struct shared *b, enum invariant_id id, const struct scene *s)
{
	shared_round_runner_does(b, invariants[id].name, s->patience_ns);
	return shared_check(b, id, s);
}

/* Nobody is moved, frozen or killed now; the subjects themselves go on. */
static void look_at_all(struct round_runner *k)
{
	static const enum invariant_id at_rest[] = {INVARIANT_KILL_SPARES, INVARIANT_TOGETHER,
						    INVARIANT_ONCE,        INVARIANT_POPULATED,
						    INVARIANT_ANCESTORS,   INVARIANT_THAW};
	struct shared *b = k->shared;
	struct scene_subject subjects[SHARED_SUBJECTS_MAX];
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .subjects = subjects,
			  .group_fd = b->view.test_groups_fd};

	s.n_subjects = settled_subjects(b, subjects);
	for (size_t i = 0; i < sizeof(at_rest) / sizeof(at_rest[0]) && !shared_stops(b); i++)
		round_runner_checks(b, at_rest[i], &s);
}

static void bring_to_rest(struct round_runner *k)
{
	struct shared *b = k->shared;
	uint32_t pause = atomic_fetch_add(&b->pauses, 1) + 1;
	struct scene s = {0};

	if (wait_for_all(k, rests, pause) && !shared_stops(b)) {
		shared_check(b, INVARIANT_RESPONDS, &s);
		look_at_all(k);
	}
	atomic_fetch_add(&b->pauses, 1);
}

static void churn(struct round_runner *k)
{
	struct shared *b = k->shared;
	uint64_t end = clock_now_ns() + b->schedule.value[SCHEDULE_MS] * NS_PER_MS;

	while (!shared_stops(b) && clock_now_ns() < end) {
		uint64_t rest = clock_now_ns() + REST_MS * NS_PER_MS;

		while (!shared_stops(b) && clock_now_ns() < rest && clock_now_ns() < end) {
			shared_round_runner_does(b, "waiting while the actors work",
						 b->patience_ns);
			clock_sleep_until(clock_now_ns() + 5 * NS_PER_MS);
			reap(k);
		}
		if (!shared_stops(b))
			bring_to_rest(k);
	}
	atomic_store(&b->stop, 1);
	if (!shared_failed(b))
		wait_for_all(k, has_ended, 0);
}

/* All of them are dead; each takes a moment until it can be reaped. */
static void reap_all(struct round_runner *k)
{
	struct patience p = patience_begin(k->shared->patience_ns);
	struct scene s = {.view = &k->shared->view,
			  .stuck = "a process that was killed does not end",
			  .waiting = getpid()};
	pid_t pid;

	shared_round_runner_does(k->shared, "reaping what was killed", k->shared->patience_ns);
	do {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0)
			return;
	} while (patience_again(&p));
	shared_check(k->shared, INVARIANT_RESPONDS, &s);
}

/* What is left when all have ended: nobody, nothing charged, no group. */
static void look_at_rest(struct round_runner *k)
{
	struct shared *b = k->shared;
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .group_fd = b->view.test_groups_fd,
			  .pids_before = k->pids_before};
	struct waiter waiter;
	int r;

	waiter_start(&waiter, s.group_fd, WAITER_POLL | WAITER_INOTIFY, "populated", 0,
		     4 * s.patience_ns);
	if (group_kill(s.group_fd) < 0)
		shared_fault(b, "killing what is left in the test groups: %s", strerror(errno));
	r = round_runner_checks(b, INVARIANT_KILL_DRAINS, &s);
	shared_round_runner_does(b, "ending who waits for a change of cgroup.events",
				 4 * s.patience_ns);
	waiter_check(&waiter, b, "populated is 0", 4 * s.patience_ns, r >= 0);
	if (r >= 0)
		reap_all(k);
	if (shared_failed(b))
		return;
	if (k->pids_before >= 0)
		r = round_runner_checks(b, INVARIANT_PIDS, &s);
	if (r >= 0) {
		shared_round_runner_does(b, "removing the test groups", s.patience_ns);
		s.removal = group_remove_below(s.group_fd, clock_now_ns() + s.patience_ns);
		r = round_runner_checks(b, INVARIANT_REMOVAL, &s);
	}
	/*
	 * Let go by work queues after several grace periods, some by callbacks that a kernel with
	 * CONFIG_RCU_LAZY gathers for 10 s.
	 */
	s.patience_ns *= 4;
	if (r >= 0)
		round_runner_checks(b, INVARIANT_DYING, &s);
}

/*
 * Whoever found the breach may still be writing it down, and is killed when the round runner ends. Only
 * the round runner may read where in the kernel somebody is.
 */
static void finish_evidence(struct round_runner *k)
{
	struct shared *b = k->shared;
	struct patience p = patience_begin(b->patience_ns);

	while ((atomic_load(&b->broken) == 1 || atomic_load(&b->fault) == 1) && patience_again(&p))
		;
	if (atomic_load(&b->broken) == 2)
		stuck_describe(&b->evidence);
}

_Noreturn void round_runner_main(struct shared *b, int shared_fd,
				 const struct round_surroundings *around)
{
	struct round_runner k = {.shared = b, .shared_fd = shared_fd, .around = around};
	int r;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "cgchurn-runner");
	shared_round_runner_does(b, "making the test groups", b->patience_ns);
	r = test_groups_make(b, around->run_group_fd);
	if (r == 0) {
		k.pids_before = io_read_number(b->view.test_groups_fd, "pids.current", NULL);
		actors_prepare();
		start_actors(&k);
		churn(&k);
		if (!shared_failed(b))
			look_at_rest(&k);
		finish_evidence(&k);
	}
	_exit(0);
}
