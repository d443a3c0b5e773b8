/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/round_runner.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "cgroup/group.h"
#include "seccomp/privileges.h"
#include "verify/actor.h"
#include "verify/test_groups.h"
#include "verify/patience.h"
#include "verify/stuck.h"

enum { REST_MS = 150 }; /* between two looks at the whole */

struct keeper {
	struct board *board;
	const struct keeper_orders *orders;
	int64_t pids_before; /* negative: the arena has no pids controller */
};

/*
 * Orphans of subjects come to it. An actor that ends before it was told to was killed by somebody,
 * or failed in a way it could not tell.
 */
static void reap(struct keeper *k)
{
	struct board *b = k->board;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (uint32_t i = 0; i < b->n_actors; i++)
			if (atomic_load(&b->actors[i].pid) == pid) {
				if (atomic_load(&b->actors[i].state) != BOARD_DONE)
					board_fault(b, "a %s was killed (wait status %d)",
						    b->actors[i].kind, status);
				atomic_store(&b->actors[i].state, BOARD_DONE);
			}
}

static void start_actor(struct keeper *k, const struct actor_kind *kind, uint32_t index)
{
	struct board *b = k->board;
	struct board_actor *slot = &b->actors[b->n_actors];
	struct actor actor = {.board = b,
			      .slot = slot,
			      .index = index,
			      .board_fd = k->orders->board_fd,
			      .run_group_fd = k->orders->run_group_fd,
			      .subject_path = k->orders->subject_path};
	pid_t self = getpid(), pid;

	slot->kind = kind->name;
	atomic_store(&slot->since_ns, clock_now_ns());
	b->n_actors++;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(1);
		if (privileges_drop() < 0)
			board_fault(b, "giving up privileges: %s", strerror(errno));
		arena_pin(b, b->n_actors);
		actor_main(&actor, kind);
	}
	if (pid < 0) {
		board_fault(b, "starting a %s: %s", kind->name, strerror(errno));
		/* So that nobody waits for it. */
		atomic_store(&slot->state, BOARD_DONE);
	}
	atomic_store(&slot->pid, pid);
}

static void start_actors(struct keeper *k)
{
	for (const struct actor_kind *kind = actor_kinds; kind->name; kind++)
		for (uint32_t i = 0; i < k->board->schedule.value[kind->key]; i++)
			if (k->board->n_actors < BOARD_ACTORS_MAX)
				start_actor(k, kind, i);
}

static bool rests(const struct board_actor *actor, uint32_t pause)
{
	return atomic_load(&actor->state) == BOARD_DONE || atomic_load(&actor->rests_in) == pause;
}

static bool has_ended(const struct board_actor *actor, uint32_t unused)
{
	return atomic_load(&actor->state) == BOARD_DONE;
}

/* Who keeps all others waiting, and at what. */
static void tell_stuck(struct keeper *k, const struct board_actor *actor)
{
	const char *doing = atomic_load(&actor->doing);
	char text[256];
	struct scene s = {
		.view = &k->board->view, .stuck = text, .waiting = atomic_load(&actor->pid)};

	snprintf(text, sizeof(text), "a %s has been at this for %" PRIu64 " ms: %s", actor->kind,
		 (clock_now_ns() - atomic_load(&actor->since_ns)) / NS_PER_MS,
		 doing ? doing : "starting");
	board_check(k->board, INVARIANT_RESPONDS, &s);
}

typedef bool actor_state(const struct board_actor *actor, uint32_t pause);

/* Whether that actor is not `done`, and has been at one operation for longer than that may take. */
static bool is_stuck(const struct keeper *k, const struct board_actor *actor, actor_state *done,
		     uint32_t pause)
{
	uint64_t since = atomic_load(&actor->since_ns), now = clock_now_ns();

	return !done(actor, pause) && now > since && now - since > board_stuck_ns(k->board);
}

/*
 * The first such actor; looked at once more a while later, because a pause of the whole machine (a
 * host that gives its guest no time) stops an actor as well as the clock's watcher.
 */
static const struct board_actor *find_stuck(const struct keeper *k, actor_state *done,
					    uint32_t pause)
{
	for (uint32_t i = 0; i < k->board->n_actors; i++) {
		const struct board_actor *actor = &k->board->actors[i];

		if (!is_stuck(k, actor, done, pause))
			continue;
		clock_sleep_until(clock_now_ns() + NS_PER_S);
		if (is_stuck(k, actor, done, pause))
			return actor;
	}
	return NULL;
}

static const struct board_actor *find_missing(const struct keeper *k, actor_state *done,
					      uint32_t pause)
{
	for (uint32_t i = 0; i < k->board->n_actors; i++)
		if (!done(&k->board->actors[i], pause))
			return &k->board->actors[i];
	return NULL;
}

/*
 * Until all are `done`; whoever is stuck is a breach. So is whoever is not done after three times
 * the patience: a check of an actor's own may use up one, and says what is wrong better than this.
 */
static bool wait_for_all(struct keeper *k, actor_state *done, uint32_t pause)
{
	struct patience p = patience_begin(3 * board_stuck_ns(k->board));
	const struct board_actor *missing, *stuck;

	do {
		board_keeper_does(k->board, "waiting for the actors", k->board->patience_ns);
		reap(k);
		missing = find_missing(k, done, pause);
		if (!missing)
			return true;
		if (board_failed(k->board))
			return false;
		stuck = find_stuck(k, done, pause);
	} while (!stuck && patience_again(&p));
	tell_stuck(k, stuck ? stuck : missing);
	return false;
}

static size_t settled_subjects(const struct board *b, struct scene_subject *ret)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct board_subject *s = &b->subjects[i];

		if (atomic_load(&s->pid) > 0 && atomic_load(&s->beats) > 0)
			ret[n++] = (struct scene_subject){
				.pid = atomic_load(&s->pid),
				.group = board_group_at(s, atomic_load(&s->epoch)),
				.beats = &s->beats,
			};
	}
	return n;
}

static int keeper_checks(struct board *b, enum invariant_id id, const struct scene *s)
{
	board_keeper_does(b, invariants[id].name, s->patience_ns);
	return board_check(b, id, s);
}

/* Nobody is moved, frozen or killed now; the subjects themselves go on. */
static void look_at_all(struct keeper *k)
{
	static const enum invariant_id at_rest[] = {INVARIANT_KILL_SPARES, INVARIANT_TOGETHER,
						    INVARIANT_ONCE,        INVARIANT_POPULATED,
						    INVARIANT_ANCESTORS,   INVARIANT_THAW};
	struct board *b = k->board;
	struct scene_subject subjects[BOARD_SUBJECTS_MAX];
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .subjects = subjects,
			  .group_fd = b->view.arena_fd};

	s.n_subjects = settled_subjects(b, subjects);
	for (size_t i = 0; i < sizeof(at_rest) / sizeof(at_rest[0]) && !board_stops(b); i++)
		keeper_checks(b, at_rest[i], &s);
}

static void bring_to_rest(struct keeper *k)
{
	struct board *b = k->board;
	uint32_t pause = atomic_fetch_add(&b->pauses, 1) + 1;
	struct scene s = {0};

	if (wait_for_all(k, rests, pause) && !board_stops(b)) {
		board_check(b, INVARIANT_RESPONDS, &s);
		look_at_all(k);
	}
	atomic_fetch_add(&b->pauses, 1);
}

static void churn(struct keeper *k)
{
	struct board *b = k->board;
	uint64_t end = clock_now_ns() + b->schedule.value[SCHEDULE_MS] * NS_PER_MS;

	while (!board_stops(b) && clock_now_ns() < end) {
		uint64_t rest = clock_now_ns() + REST_MS * NS_PER_MS;

		while (!board_stops(b) && clock_now_ns() < rest && clock_now_ns() < end) {
			board_keeper_does(b, "letting the actors work", b->patience_ns);
			clock_sleep_until(clock_now_ns() + 5 * NS_PER_MS);
			reap(k);
		}
		if (!board_stops(b))
			bring_to_rest(k);
	}
	atomic_store(&b->stop, 1);
	if (!board_failed(b))
		wait_for_all(k, has_ended, 0);
}

/* All of them are dead; each takes a moment until it can be reaped. */
static void reap_all(struct keeper *k)
{
	struct patience p = patience_begin(k->board->patience_ns);
	struct scene s = {.view = &k->board->view,
			  .stuck = "a process that was killed does not come to its end",
			  .waiting = getpid()};
	pid_t pid;

	board_keeper_does(k->board, "reaping what was killed", k->board->patience_ns);
	do {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0)
			return;
	} while (patience_again(&p));
	board_check(k->board, INVARIANT_RESPONDS, &s);
}

/* With the patience of what goes through work queues: see below. */
static void look_at_waiter(struct board *b, struct waiter *w, bool came)
{
	struct scene s = {
		.view = &b->view, .patience_ns = 4 * b->patience_ns, .change = "populated is 0"};

	if (!came) {
		waiter_cancel(w);
		return;
	}
	board_keeper_does(b, "waiting for who waits for a change of cgroup.events", s.patience_ns);
	s.unwoken = waiter_end(w);
	if (s.unwoken >= 0)
		keeper_checks(b, INVARIANT_NOTIFY, &s);
}

/* What is left when all have ended: nobody, nothing charged, no group. */
static void look_at_rest(struct keeper *k)
{
	struct board *b = k->board;
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .group_fd = b->view.arena_fd,
			  .pids_before = k->pids_before};
	struct waiter waiter;
	int r;

	waiter_start(&waiter, s.group_fd, WAITER_POLL | WAITER_INOTIFY, "populated", 0,
		     4 * s.patience_ns);
	if (group_kill(s.group_fd) < 0)
		board_fault(b, "killing what is left in the arena: %s", strerror(errno));
	r = keeper_checks(b, INVARIANT_KILL_DRAINS, &s);
	look_at_waiter(b, &waiter, r >= 0);
	if (r >= 0)
		reap_all(k);
	if (board_failed(b))
		return;
	if (k->pids_before >= 0)
		r = keeper_checks(b, INVARIANT_PIDS, &s);
	if (r >= 0) {
		board_keeper_does(b, "removing the arena's groups", s.patience_ns);
		s.removal = group_remove_below(s.group_fd, clock_now_ns() + s.patience_ns);
		r = keeper_checks(b, INVARIANT_REMOVAL, &s);
	}
	/*
	 * Let go by work queues after several grace periods, some by callbacks that a kernel with
	 * CONFIG_RCU_LAZY gathers for 10 s.
	 */
	s.patience_ns *= 4;
	if (r >= 0)
		keeper_checks(b, INVARIANT_DYING, &s);
}

/*
 * Whoever found the breach may still be writing it down, and is killed when the keeper ends. Only
 * the keeper may read where in the kernel somebody is.
 */
static void finish_evidence(struct keeper *k)
{
	struct board *b = k->board;
	struct patience p = patience_begin(b->patience_ns);

	while ((atomic_load(&b->broken) == 1 || atomic_load(&b->fault) == 1) && patience_again(&p))
		;
	if (atomic_load(&b->broken) == 2)
		stuck_describe(&b->evidence);
}

_Noreturn void keeper_main(struct board *b, const struct keeper_orders *orders)
{
	struct keeper k = {.board = b, .orders = orders};
	int r;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "cgchurn-keeper");
	board_keeper_does(b, "making the arena", b->patience_ns);
	r = arena_make(b, orders->run_group_fd);
	if (r == 0) {
		k.pids_before = view_number(b->view.arena_fd, "pids.current", NULL);
		actors_prepare();
		start_actors(&k);
		churn(&k);
		if (!board_failed(b))
			look_at_rest(&k);
		finish_evidence(&k);
	}
	_exit(0);
}
