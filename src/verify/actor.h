/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a round that do things to groups: one const struct a kind, in one table.
 *
 * An actor is a single-threaded process, forked and not executed, outside of the test groups. It works
 * until the gate says stop, and comes to rest between two operations when the gate says pause. It
 * checks what it did at once; what needs everybody at rest is checked by the round (round.h).
 */
#ifndef CGCHURN_VERIFY_ACTOR_H
#define CGCHURN_VERIFY_ACTOR_H

#include "base/clock.h"
#include "base/rng.h"
#include "verify/shared.h"
#include "verify/waiter.h"

struct actor {
	struct shared *shared;
	struct shared_actor *slot;
	uint32_t index; /* among those of its kind */
	struct rng rng;
	int shared_fd, run_group_fd;
	const char *subject_path; /* of cgchurn-subject */
};

struct actor_kind {
	const char *name;
	enum schedule_key key; /* how many of them */
	void (*run)(struct actor *a);
};

/* By kind; ends with a NULL name. */
extern const struct actor_kind actor_kinds[];

/* In the parent of all actors, before they are forked: what interrupts them must not kill them. */
void actors_prepare(void);

/* In a child of the round: never returns. */
_Noreturn void actor_main(struct actor *a, const struct actor_kind *kind);

/* Rests while the gate says so. False: come to an end. */
bool actor_goes_on(struct actor *a);

/* For the evidence where an operation never ends; `what` is a literal. */
void actor_does(struct actor *a, const char *what);

/* Sleeps up to so long, drawn. */
void actor_dozes(struct actor *a, uint64_t most_ns);

/* A scene with what all checks need. */
struct scene actor_scene(const struct actor *a);

/* A fault of ours, noted; the actor ends itself after it. */
#define actor_fails(a, ...) shared_fault((a)->shared, __VA_ARGS__)

/* A group `name` below the test groups, made and opened; or -1 after actor_fails(). */
int actor_makes_group(struct actor *a, const char *name);

/*
 * A child in the group with that descriptor: by clone3, or `plainly` by fork and a move. As fork()
 * returns, the child in its group by then; negative errno. The child dies with the actor, and after
 * board_lifetime_s() in any case.
 */
pid_t actor_forks_into(struct actor *a, int group_fd, bool plainly);

/* Checks INVARIANT_NOTIFY when a change that a waiter waits for has come, or `came` says it has
 * not.
 */
void actor_ends_waiter(struct actor *a, struct waiter *w, const char *change, bool came);

/* Kills and reaps a child. */
void actor_reaps(pid_t pid);

/* Removes a group below `parent_fd` with patience, and checks INVARIANT_REMOVAL. */
void actor_removes_group(struct actor *a, int parent_fd, const char *name);

void actor_moves(struct actor *a);
void actor_spawns(struct actor *a);
void actor_kills(struct actor *a);
void actor_freezes(struct actor *a);
void actor_builds(struct actor *a);
void actor_toggles(struct actor *a);
void actor_squeezes(struct actor *a);
void actor_interrupts(struct actor *a);
void actor_hogs(struct actor *a);
void actor_unplugs(struct actor *a);

#endif
