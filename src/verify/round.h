/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One round, from the supervisor's side: a round runner is started, watched, and read. */
#ifndef CGCHURN_VERIFY_ROUND_H
#define CGCHURN_VERIFY_ROUND_H

#include "base/err.h"
#include "verify/shared.h"

struct round_surroundings {
	int run_group_fd, signal_fd, guardian_fd;
	const char *subject_path;
	uint64_t patience_ns; /* of the checks: how long a passing state may last */
	struct run_cpus cpus; /* noted on the run group; without any no unplugger does anything */
	void *opaque;
	void (*tick)(void *opaque); /* some times a second; may be NULL */
};

struct round_counts {
	uint64_t checks[INVARIANTS];
	uint64_t errors[BOARD_ERRNOS];
	uint64_t moves, threads, children, execs, kills, groups, freezes, toggles, ooms, unplugs;
};

struct round_outcome {
	struct round_counts counts;
	bool broken;
	enum invariant_id invariant;
	struct evidence evidence;
};

/*
 * 0 with the outcome, which may be a broken invariant: also where the round did not come to an end,
 * INVARIANT_RESPONDS. EXIT_FAULT in `e` where it was ours to blame; -EINTR and EXIT_INTERRUPTED
 * where the user wants an end. The test groups and its processes are gone in any case, unless the kernel
 * holds them.
 */
int round_run(const struct schedule *schedule, const struct round_surroundings *around,
	      struct round_outcome *ret, struct err *e);

void round_counts_add(struct round_counts *sum, const struct round_counts *more);

#endif
