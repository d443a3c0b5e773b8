/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribution by looking at stacks, where the kernel cannot be traced (trace/kernel_files.h). */
#ifndef CGCHURN_RUN_STACK_SAMPLING_H
#define CGCHURN_RUN_STACK_SAMPLING_H

#include "run/trial.h"
#include "result/result.h"

struct stack_sampling {
	const struct plan *plan;             /* of the trial under way */
	struct result_stack_samples *actors; /* one an actor of the plan's workload */
};

/* -ENOMEM. looks_finish() in any case. */
int stack_sampling_init(struct stack_sampling *l, const struct plan *plan);
void stack_sampling_finish(struct stack_sampling *l);

struct trial_onlooker stack_sampling_onlooker(struct stack_sampling *l);

/* Adds what was seen to the trial. -ENOMEM. */
int stack_sampling_record(const struct stack_sampling *l, struct result_trial *trial);

#endif
