/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributed trials: each one next to a trial of the same seed without tracing, so that the result
 * can say what the tracing itself cost. Which of the two comes first changes from trial to trial.
 */
#ifndef CGCHURN_RUN_TRACED_H
#define CGCHURN_RUN_TRACED_H

#include "trace/attribute.h"
#include "run/trial.h"

/*
 * Runs both. `around` is completed for the traced one. On success both outcomes are the caller's
 * to finish, else neither is.
 */
int traced_trial_run(struct attribution *a, const struct plan *plan, uint64_t index,
		     const struct trial_surroundings *around, struct trial_outcome *ret,
		     struct trial_outcome *ret_plain, struct err *e);

#endif
