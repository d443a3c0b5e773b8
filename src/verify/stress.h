/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds one after the other, each with a schedule drawn from the seed and its number, until the
 * time is over or the kernel broke a promise; then the smallest case that can still be seen to
 * fail. Memory does not grow with the time.
 */
#ifndef CGCHURN_VERIFY_STRESS_H
#define CGCHURN_VERIFY_STRESS_H

#include "verify/log.h"
#include "verify/round.h"

struct stress;

/* Progress callbacks; any may be NULL. */
struct stress_listener {
	void *opaque;
	void (*tick)(void *opaque, const struct stress *s); /* some times a second */
	/* Non-zero: this was the last. */
	int (*round_ended)(void *opaque, const struct stress *s);
	void (*shrinks)(void *opaque, const struct stress *s); /* a breach is being made smaller */
};

struct stress {
	/* The caller's. */
	struct round_surroundings around;
	uint64_t seed, duration_ns;
	bool replay; /* every round is the one of `seed` */
	unsigned shrink_tries;
	struct schedule_limits limits;
	struct stress_listener listener;
	const char *state; /* "running", "shrinking", "done", "broken", "ended" (early) */

	/* What became of it. */
	struct log_watch log;
	int log_error;               /* negative errno: the kernel's log is not watched */
	struct kernel_counts before; /* the round under way */
	int root_fd;                 /* "/" */
	uint64_t begun_ns, rounds;
	struct round_counts counts;
	struct schedule schedule; /* of the round under way, or the last */
	bool broken;
	uint64_t broken_ns; /* when that was seen */
	enum invariant_id invariant;
	struct evidence evidence;
	uint64_t broken_seed;                 /* for --replay */
	struct schedule_limits broken_limits; /* for --at-most */
	unsigned shrunk_runs, shrunk_failed;  /* rounds of the shrinking, and those that failed */
};

/*
 * 0 when it ended, broken or not. -EINTR and EXIT_INTERRUPTED in `e` where the user ended
 * it; other failures are ours. What was counted until then stays.
 */
int stress_run(struct stress *s, struct err *e);

/*
 * Something beside the rounds hung in the kernel: INVARIANT_RESPONDS is broken, unless something was
 * before.
 */
void stress_hung(struct stress *s, const char *evidence);

/* The seed of the n-th round. */
uint64_t stress_round_seed(uint64_t seed, uint64_t round);

#endif
