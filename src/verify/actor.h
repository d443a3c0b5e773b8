/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a round that work on groups: one const struct a kind, in the table of actor.c.
 *
 * An actor is a single-threaded process, forked and not executed, outside of the test groups. It
 * takes one step after the other until the round stops, and rests between two of them while the
 * round pauses. It checks at once what it did; the round runner checks what needs all at rest.
 */
#ifndef CGCHURN_VERIFY_ACTOR_H
#define CGCHURN_VERIFY_ACTOR_H

#include "base/clock.h"
#include "base/rng.h"
#include "verify/shared.h"

struct actor {
	struct shared *shared;
	struct shared_actor *slot;
	uint32_t index; /* among those of its kind */
	struct rng rng;
	int shared_fd, run_group_fd;
	int area_fd;              /* of its kind's area */
	const char *subject_path; /* of cgchurn-subject */
};

struct actor_kind {
	const char *name;
	enum schedule_key key; /* how many of them */
	/*
	 * A group of each actor's own, made before its first step and removed at its end: "AREA-0" in
	 * the test groups; AREA in the run group where it lies `beside` them. NULL: none.
	 */
	const char *area;
	bool beside;
	bool is_privileged; /* keeps the capabilities of the round runner */
	/* One of so many steps (0: each) is followed by a pause of up to so long, drawn. */
	uint64_t pause_ns;
	uint32_t pause_one_in;
	/* false: there is nothing (more) to do. `begin` and `end` may be NULL. */
	bool (*begin)(struct actor *a);
	bool (*step)(struct actor *a);
	void (*end)(struct actor *a);
};

/* Ends with NULL. */
extern const struct actor_kind *const actor_kinds[];

extern const struct actor_kind actor_mover, actor_spawner, actor_killer, actor_freezer,
	actor_builder, actor_controller_toggler, actor_limit_setter, actor_memory_hog,
	actor_unplugger, actor_interrupter, actor_namespacer;

/* In the parent of all actors, before they are forked: what interrupts them must not kill them. */
void actors_prepare(void);

/* In a child of the round runner: never returns. */
_Noreturn void actor_main(struct actor *a, const struct actor_kind *kind);

/* Between two operations: rests while the round pauses. false: the round stops. */
bool actor_goes_on(struct actor *a);

/* Notes what it does, for the evidence where that never ends; `what` is a literal. */
void actor_does(struct actor *a, const char *what);

/* Sleeps up to so long, drawn. */
void actor_sleeps(struct actor *a, uint64_t most_ns);

/* A scene with what all checks need. */
struct scene actor_scene(const struct actor *a);

/* Makes and opens a group; or a negative errno, with the fault and the kernel's reason noted. */
int actor_makes_group(struct actor *a, int parent_fd, const char *name);

/*
 * Removes it and checks INVARIANT_REMOVAL: with the patience of the round, or `at_once`, as the kernel
 * promises where all who lived there were seen to have ended.
 */
void actor_removes_group(struct actor *a, int parent_fd, const char *name, bool at_once);

/* Opens one of the test groups, drawn. */
int actor_opens_group(struct actor *a, uint32_t *ret_group);

/*
 * A child in the group with that descriptor: by clone3, or `plainly` by fork and a move. As fork(2)
 * returns, the child in its group by then; a negative errno, which is counted. The child dies with
 * the actor, and after shared_lifetime_s() in any case.
 */
pid_t actor_forks_into(struct actor *a, int group_fd, bool plainly);

/* Kills and reaps a child. */
void actor_reaps(pid_t pid);

/* In a child: until it is killed. */
_Noreturn void actor_child_stays(void);

#endif
