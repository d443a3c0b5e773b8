/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that all processes of a round share: who is where, what was counted, what was broken.
 *
 * Laid out once, of one size, in a memfd; only atomics are written after the start. Needs libc
 * only: the static subjects link it.
 */
#ifndef CGCHURN_VERIFY_SHARED_H
#define CGCHURN_VERIFY_SHARED_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/run_cpus.h"
#include "verify/invariant.h"
#include "verify/schedule.h"
#include "verify/view.h"

enum {
	SHARED_SUBJECTS_MAX = 16,
	SHARED_ACTORS_MAX = 24,
	SHARED_EPOCHS = 64, /* of a subject's history; a power of two */
	SHARED_ERRNOS = 136,
};

/* Operations that are counted. */
enum shared_count {
	COUNT_MOVES,
	COUNT_THREADS,
	COUNT_CHILDREN,
	COUNT_EXECS,
	COUNT_KILLS,
	COUNT_FREEZES,
	COUNT_REMOVALS,
	COUNT_TOGGLES,
	COUNT_OOM_KILLS,
	COUNT_UNPLUGS, /* CPUs that were taken offline */
	COUNTS
};

struct round_counts {
	uint64_t checks[INVARIANTS];
	uint64_t refused[SHARED_ERRNOS]; /* operations, by errno */
	uint64_t done[COUNTS];
};

/*
 * A process that is moved. Its mover counts the epoch up before and after each move: even, it is
 * settled in history[epoch / 2]; odd, it is on its way from there to the next.
 */
struct shared_subject {
	uint32_t threads, cloners, forkers, exec_ms, leaderless; /* orders; exec_ms 0: never */
	int32_t cpu;                                             /* or -1 */
	uint64_t seed;
	_Atomic int32_t mover; /* its parent */
	_Atomic int32_t pid;
	_Atomic uint64_t epoch;
	_Atomic uint32_t history[SHARED_EPOCHS];
	_Atomic uint64_t beats; /* its threads run */
};

enum shared_state { SHARED_BUSY, SHARED_DONE };

struct shared_actor {
	const char *kind; /* of a literal; the actors are forked, not executed */
	_Atomic int32_t pid;
	_Atomic uint32_t state;      /* enum shared_state */
	_Atomic uint32_t rests_in;   /* the number of the pause that it keeps, or kept last */
	_Atomic(const char *) doing; /* a literal: the current operation, for the evidence */
	_Atomic uint64_t since_ns;   /* when that began */
};

struct shared {
	struct view view; /* descriptors 3 and up mean the same to all: inherited */
	struct schedule schedule;
	uint64_t patience_ns;
	struct run_cpus cpus;    /* that unpluggers may take offline */
	_Atomic uint32_t pauses; /* odd: everybody is to rest between two operations */
	_Atomic uint32_t stop;
	_Atomic(const char *) round_runner_doing; /* a literal, as for the actors */
	_Atomic uint64_t round_runner_due_ns;     /* it hangs if it still does that then */
	uint32_t n_subjects, n_actors;
	struct shared_subject subjects[SHARED_SUBJECTS_MAX];
	struct shared_actor actors[SHARED_ACTORS_MAX];

	_Atomic uint64_t checks[INVARIANTS], refused[SHARED_ERRNOS], done[COUNTS];

	_Atomic uint32_t broken;   /* 0; 1 while it is written; 2: the first breach is below */
	uint32_t broken_invariant; /* enum invariant_id */
	struct evidence evidence;
	_Atomic uint32_t fault; /* the same for a fault of ours; the sentence is below */
	char fault_text[256];
};

/* In a new memfd, mapped; NULL with errno. The descriptor is inherited by what is executed. */
struct shared *shared_create(int *ret_fd);
struct shared *shared_map(int fd);
void shared_destroy(struct shared *b, int fd);

/* For how long one operation of an actor may last: a check's patience, and what the check needs. */
uint64_t shared_stuck_ns(const struct shared *b);

/*
 * After how many seconds a process in the test groups ends itself, for the case that all who would
 * kill it have died. Later than any check that its end would satisfy: shared_stuck_ns(), and a check
 * after that.
 */
unsigned shared_lifetime_s(const struct shared *b);

/* The round runner's: what it does from now on, which a check of `patience_ns` may be part of. */
void shared_round_runner_does(struct shared *b, const char *what, uint64_t patience_ns);

/* The group that the subject was settled in at that (even) epoch. */
uint32_t shared_group_at(const struct shared_subject *s, uint64_t epoch);

/*
 * The groups, as bits, in which a child may be born whose parent read the epoch before and after:
 * all from where it was to where it was on its way to. 0 where the history no longer reaches.
 */
uint64_t shared_groups_between(const struct shared_subject *s, uint64_t before, uint64_t after);

/* The mover's: a move to `group` begins, and ends with the subject there or, refused, back. */
void shared_move_begins(struct shared_subject *s, uint32_t group);
void shared_move_ends(struct shared_subject *s, bool moved);

/*
 * Checks and counts; a breach is noted, the first of them with its evidence. -EBADMSG then. Other
 * failures of a check are a fault of ours and noted as such.
 */
int shared_check(struct shared *b, enum invariant_id id, const struct scene *s);

void shared_fault(struct shared *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts an operation that was refused; takes an errno, positive or negative. */
void shared_refused(struct shared *b, int errnum);

static inline void shared_count(struct shared *b, enum shared_count which)
{
	atomic_fetch_add(&b->done[which], 1);
}

static inline bool shared_failed(const struct shared *b)
{
	return atomic_load(&b->broken) || atomic_load(&b->fault);
}

/* All are to end, for whatever reason. */
static inline bool shared_stops(const struct shared *b)
{
	return atomic_load(&b->stop) || shared_failed(b);
}

#endif
