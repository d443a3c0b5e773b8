/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stress/keeper.h"

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
#include "sandbox/privileges.h"
#include "stress/actor.h"
#include "stress/arena.h"
#include "stress/patience.h"

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

/* Who keeps all others waiting, and where in the kernel. */
static void tell_stuck(struct keeper *k, const struct board_actor *actor)
{
	char name[64], where[512] = "", text[800];
	const char *doing = atomic_load(&actor->doing);
	struct scene s = {.stuck = text};

	snprintf(name, sizeof(name), "%d/stack", (int)atomic_load(&actor->pid));
	if (io_read_attr(k->board->view.proc_fd, name, where, sizeof(where)) <= 0)
		snprintf(where, sizeof(where), "(its kernel stack cannot be read)");
	snprintf(text, sizeof(text), "a %s has been at this for %" PRIu64 " ms: %s\n%s",
		 actor->kind, (clock_now_ns() - atomic_load(&actor->since_ns)) / NS_PER_MS,
		 doing ? doing : "starting", where);
	board_check(k->board, INVARIANT_RESPONDS, &s);
}

/*
 * Until all do; whoever does not is a breach. Three times the patience, for a check of an actor's
 * own may use up one, and says what is wrong better than this.
 */
static bool wait_for_all(struct keeper *k, bool (*done)(const struct board_actor *, uint32_t),
			 uint32_t pause)
{
	struct patience p = patience_begin(3 * k->board->patience_ns);
	const struct board_actor *missing;

	do {
		reap(k);
		missing = NULL;
		for (uint32_t i = 0; i < k->board->n_actors && !missing; i++)
			if (!done(&k->board->actors[i], pause))
				missing = &k->board->actors[i];
		if (!missing)
			return true;
	} while (patience_again(&p));
	tell_stuck(k, missing);
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

/* Nobody is moved, frozen or killed now; the subjects themselves go on. */
static void look_at_all(struct keeper *k)
{
	static const enum invariant_id at_rest[] = {INVARIANT_KILL_SPARES, INVARIANT_TOGETHER,
						    INVARIANT_ONCE, INVARIANT_POPULATED,
						    INVARIANT_THAW};
	struct board *b = k->board;
	struct scene_subject subjects[BOARD_SUBJECTS_MAX];
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .subjects = subjects,
			  .group_fd = b->view.arena_fd};

	s.n_subjects = settled_subjects(b, subjects);
	for (size_t i = 0; i < sizeof(at_rest) / sizeof(at_rest[0]) && !board_stops(b); i++)
		board_check(b, at_rest[i], &s);
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
			clock_sleep_until(clock_now_ns() + 5 * NS_PER_MS);
			reap(k);
		}
		if (!board_stops(b))
			bring_to_rest(k);
	}
	atomic_store(&b->stop, 1);
	wait_for_all(k, has_ended, 0);
}

/* What is left when all have ended: nobody, nothing charged, no group. */
static void look_at_rest(struct keeper *k)
{
	struct board *b = k->board;
	struct scene s = {.view = &b->view,
			  .patience_ns = b->patience_ns,
			  .group_fd = b->view.arena_fd,
			  .pids_before = k->pids_before};
	int r;

	if (group_kill(s.group_fd) < 0)
		board_fault(b, "killing what is left in the arena: %s", strerror(errno));
	r = board_check(b, INVARIANT_KILL_DRAINS, &s);
	/* All of them are dead; each takes a moment until it can be reaped. */
	while (r >= 0 && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	if (r >= 0 && k->pids_before >= 0)
		r = board_check(b, INVARIANT_PIDS, &s);
	if (r >= 0) {
		s.removal = group_remove_below(s.group_fd, clock_now_ns() + s.patience_ns);
		r = board_check(b, INVARIANT_REMOVAL, &s);
	}
	/*
	 * Let go by work queues after several grace periods, some by callbacks that a kernel with
	 * CONFIG_RCU_LAZY gathers for 10 s.
	 */
	s.patience_ns *= 4;
	if (r >= 0)
		board_check(b, INVARIANT_DYING, &s);
}

_Noreturn void keeper_main(struct board *b, const struct keeper_orders *orders)
{
	struct keeper k = {.board = b, .orders = orders};
	int r;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "cgchurn-keeper");
	r = arena_make(b, orders->run_group_fd);
	if (r == 0) {
		k.pids_before = view_number(b->view.arena_fd, "pids.current", NULL);
		actors_prepare();
		start_actors(&k);
		churn(&k);
		look_at_rest(&k);
	}
	_exit(0);
}
