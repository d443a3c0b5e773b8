/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribution by looking at stacks, where the kernel cannot be traced (trace/stack.h). */
#ifndef CGCHURN_RUN_STACK_SAMPLING_H
#define CGCHURN_RUN_STACK_SAMPLING_H

#include "run/trial.h"
#include "result/result.h"

struct looks {
	const struct plan *plan;     /* of the trial under way */
	struct result_looks *actors; /* one an actor of the plan's workload */
};

/* -ENOMEM. looks_finish() in any case. */
int looks_init(struct looks *l, const struct plan *plan);
void looks_finish(struct looks *l);

struct trial_onlooker looks_onlooker(struct looks *l);

/* Adds what was seen to the trial. -ENOMEM. */
int looks_record(const struct looks *l, struct result_trial *trial);

#endif
