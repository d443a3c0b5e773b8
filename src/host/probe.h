/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock's regime by behaviour: what four kinds of writes to cgroup.procs cost, set against each
 * other. Absolute times say nothing (machines differ by orders of magnitude), so every judgement is
 * a ratio within one probe.
 *
 * - A write that comes well after the last one waits for an RCU grace period in the regime
 *   `global`, and in no other. One that follows at once never does.
 * - The control is a write that the kernel refuses before it takes any lock (no number), as cold
 *   as the others: it shows what a system call after an idle pause costs here.
 * - What a grace period takes here is seen by membarrier(2), whose command GLOBAL waits for one and
 *   for nothing else (none where only one CPU is online). Where it is not much longer than a write
 *   (expedited grace periods, one CPU), behaviour decides nothing: there is no wait to be seen.
 * - A pid that does not exist shows the patch: without it the kernel takes the lock first and
 *   then looks for the process, after it the other way round.
 */
#ifndef CGCHURN_HOST_PROBE_H
#define CGCHURN_HOST_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "host/host.h"

#define PROBE_PACED 14 /* writes of each paced kind */
#define PROBE_BACK_TO_BACK 64
#define PROBE_PAUSE_NS 60000000 /* before each paced write: 3 * 14 * 60 ms are 2.5 s */

struct probe_samples {
	uint64_t paced_ns[PROBE_PACED];   /* an own child, moved */
	uint64_t missing_ns[PROBE_PACED]; /* a pid that does not exist */
	uint64_t control_ns[PROBE_PACED]; /* no number at all */
	bool has_grace;                   /* false: the kernel refuses membarrier (nohz_full=) */
	uint64_t grace_ns[PROBE_PACED];   /* a grace period by itself */
	uint64_t back_to_back_ns[PROBE_BACK_TO_BACK];
};

struct probe_verdict {
	/* A grace period is long enough here to be seen; UNKNOWN: not measured. */
	enum tristate shows;
	/* Paced writes wait for one; UNKNOWN: undecided. */
	enum tristate grace_period;
	/* The kernel looks for the process before it locks: the patch. UNKNOWN without a wait. */
	enum tristate finds_process_first;
	/* Medians, for the evidence. */
	uint64_t paced_ns, missing_ns, control_ns, back_to_back_ns, grace_ns; /* grace: 0 none */
};

/*
 * Moves a child of its own to and fro between two groups, given as open folders; some 3 s. The
 * child is gone on return, and dies with the caller. The groups must be the caller's to use.
 * `signal_fd` is readable when the user wants an end: -EINTR and EXIT_INTERRUPTED then; -1: nobody
 * does.
 */
int probe_run(int group_a, int group_b, int signal_fd, struct probe_samples *ret, struct err *e);

/* Pure. */
void probe_judge(const struct probe_samples *samples, struct probe_verdict *ret);

#endif
