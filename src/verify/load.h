/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads as load beside the rounds: trials one after the other, in turn, by a process of its
 * own, in groups of its own below the run group. Their figures are not kept; how many there were,
 * and how many were not valid and why, is.
 */
#ifndef CGCHURN_VERIFY_LOAD_H
#define CGCHURN_VERIFY_LOAD_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/session.h"
#include "run/list.h"

/* Shared with the process. */
struct load_board {
	_Atomic uint64_t trials, invalid;
	_Atomic uint64_t due_ns; /* when the trial under way has to be over */
	_Atomic uint32_t failed; /* a trial could not be run; `error` says why */
	_Atomic uint32_t
		stuck; /* because a process does not end, or not go on: the kernel's fault */
	struct err error;
	char reason[256]; /* of the first trial that was not valid */
};

struct load {
	const struct run_list *list; /* planned; outlives the load */
	const struct helpers *helpers;
	int run_group_fd;
	pid_t pid; /* 0: none */
	struct load_board *shared;
};

/* Starts it; a list without workloads is no load. load_stop() in any case. */
int load_start(struct load *l, struct err *e);

/* Looks whether it hangs: it cannot say so itself. Call it between rounds. */
void load_look(struct load *l);

/* Whether it had to give up, or hangs. */
bool load_failed(const struct load *l);

/* Whether that was a process that hangs in the kernel; `error` names it. */
bool load_is_stuck(const struct load *l);

/*
 * Kills what runs and removes its groups. The counts stay until load_finish(). 0 also where a
 * process does not end although it was killed: then load_is_stuck().
 */
int load_stop(struct load *l, struct err *e);
void load_finish(struct load *l);

#endif
