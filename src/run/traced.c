/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/traced.h"

static int watch(void *opaque, size_t worker, pid_t pid)
{
	return attribution_watch(opaque, worker, pid);
}

static void forget(void *opaque)
{
	attribution_forget(opaque);
}

static int run_traced(struct attribution *a, const struct plan *plan, uint64_t index,
		      struct trial_surroundings around, struct trial_outcome *ret, struct err *e)
{
	int r = attribution_attach(a, e);

	if (r < 0)
		return r;
	around.attribution = (struct trial_attribution){
		.opaque = a,
		.rings_fd = attribution_rings_fd(a),
		.watch = watch,
		.forget = forget,
	};
	r = trial_run(plan, index, &around, ret, e);
	attribution_detach(a);
	return r;
}

/* The samples of the plain one are not raw samples of the result. */
static int run_plain(const struct plan *plan, uint64_t index, struct trial_surroundings around,
		     struct trial_outcome *ret, struct err *e)
{
	around.raw = (struct trial_raw_listener){.put = NULL};
	return trial_run(plan, index, &around, ret, e);
}

int traced_trial_run(struct attribution *a, const struct plan *plan, uint64_t index,
		     const struct trial_surroundings *around, struct trial_outcome *ret,
		     struct trial_outcome *ret_plain, struct err *e)
{
	struct trial_outcome traced, plain;
	bool plain_first = index % 2 == 0;
	int r = plain_first ? run_plain(plan, index, *around, &plain, e)
			    : run_traced(a, plan, index, *around, &traced, e);

	if (r < 0)
		return r;
	r = plain_first ? run_traced(a, plan, index, *around, &traced, e)
			: run_plain(plan, index, *around, &plain, e);
	if (r < 0) {
		trial_outcome_finish(plain_first ? &plain : &traced);
		return r;
	}
	*ret = traced;
	*ret_plain = plain;
	return 0;
}
