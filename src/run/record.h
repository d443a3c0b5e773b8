/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the engine saw to what the result keeps. */
#ifndef CGCHURN_RUN_RECORD_H
#define CGCHURN_RUN_RECORD_H

#include "run/trial.h"
#include "result/result.h"
#include "workload/workload.h"

/* A run without trials yet. -ENOMEM. */
int record_run(struct result *r, const struct workload *w);

/*
 * Appends a trial and takes its series out of the outcome. `plain` is that without tracing beside an attributed one, or NULL. -ENOMEM; the
 * run is then as before, or holds half a trial marked invalid.
 */
int record_trial(struct result_run *run, const struct plan *plan, uint64_t index,
		 struct trial_outcome *o, const struct trial_outcome *plain);

#endif
