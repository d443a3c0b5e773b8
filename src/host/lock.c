/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/lock.h"

#include <errno.h>
#include <string.h>

struct judgement {
	enum lock_regime regime;
	const char *confidence;
};

static bool any_flag(const struct cgroup_mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (cgroup_mount_has_option(&m->items[i], "favordynmods"))
			return true;
	return false;
}

static enum tristate flag_of(const struct lock_facts *f)
{
	if (!f->mounts)
		return TRISTATE_UNKNOWN;
	return any_flag(f->mounts) ? TRISTATE_YES : TRISTATE_NO;
}

/* Types first; where there are none, the symbol that only the patch brought; then behaviour. */
static enum tristate patch_of(const struct lock_facts *f, const struct probe_verdict *probe)
{
	if (f->types.patch != TRISTATE_UNKNOWN)
		return f->types.patch;
	if (f->variables_error == 0 && f->variables.per_threadgroup != TRISTATE_UNKNOWN)
		return TRISTATE_YES;
	return probe ? probe->stack_sampling_first : TRISTATE_UNKNOWN;
}

/* What the kernel's own variables say; regime unknown where they do not settle it. */
static struct judgement judge_variables(const struct lock_facts *f, enum tristate flag)
{
	const struct lock_variables *v = &f->variables;

	if (f->variables_error < 0)
		return (struct judgement){LOCK_REGIME_UNKNOWN, NULL};
	if (v->per_threadgroup == TRISTATE_YES && v->favored != TRISTATE_UNKNOWN)
		return (struct judgement){v->favored == TRISTATE_YES
						  ? LOCK_REGIME_PER_THREADGROUP
						  : LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
					  "certain: the kernel's own variables say so"};
	if (v->favored == TRISTATE_NO)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "certain: the kernel's own variables say so"};
	if (v->favored == TRISTATE_YES && f->types.patch == TRISTATE_NO &&
	    (flag == TRISTATE_YES || f->knows_option == TRISTATE_NO))
		return (struct judgement){LOCK_REGIME_GLOBAL_FAVORED,
					  "certain: the kernel's own variables say so"};
	return (struct judgement){LOCK_REGIME_UNKNOWN, NULL};
}

static struct judgement judge_flag(enum tristate patch)
{
	if (patch == TRISTATE_YES)
		return (struct judgement){LOCK_REGIME_PER_THREADGROUP,
					  "certain: a patched kernel, and a mount that shows "
					  "favordynmods"};
	if (patch == TRISTATE_NO)
		return (struct judgement){LOCK_REGIME_GLOBAL_FAVORED,
					  "certain: a kernel without the patch, and a mount that "
					  "shows favordynmods"};
	return (struct judgement){LOCK_REGIME_UNKNOWN,
				  "weak: favordynmods is on, but whether the kernel has the patch "
				  "could not be found out"};
}

/*
 * Whether paced migrations wait for a grace period. Where those are short, no wait can be seen and
 * none be missed: a drain may take as long, or a grace period as little as the rest of the write.
 */
static enum tristate grace_period_of(const struct lock_facts *f, const struct probe_verdict *probe)
{
	if (!probe || probe->shows == TRISTATE_NO ||
	    (probe->shows == TRISTATE_UNKNOWN && f->expedited))
		return TRISTATE_UNKNOWN;
	return probe->grace_period;
}

/* No mount shows the flag, and neither log nor behaviour settles whether it was on before. */
static struct judgement judge_by_mounts(const struct lock_facts *f,
					const struct probe_verdict *probe, enum tristate patch)
{
	if (patch != TRISTATE_YES)
		return (struct judgement){
			LOCK_REGIME_GLOBAL,
			"likely: no mount shows favordynmods; whether the kernel has the "
			"patch could not be found out"};
	if (f->expedited)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "likely: no mount shows favordynmods; had it been on "
					  "earlier in this boot, neither the mounts nor, since "
					  "grace periods are expedited, behaviour would show it"};
	if (probe && probe->shows == TRISTATE_NO)
		return (struct judgement){
			LOCK_REGIME_GLOBAL,
			"likely: no mount shows favordynmods; had it been on "
			"earlier in this boot, neither the mounts nor, with grace "
			"periods this short, behaviour would show it"};
	return (struct judgement){LOCK_REGIME_GLOBAL,
				  "likely: no mount shows favordynmods; had it been on "
				  "earlier in this boot, that would not show there"};
}

/* No mount shows the flag, and the kernel may have the patch. */
static struct judgement judge_without_flag(const struct lock_facts *f,
					   const struct probe_verdict *probe, enum tristate patch)
{
	enum tristate grace = grace_period_of(f, probe);

	if (f->log == LOCK_LOG_SWITCHED_OFF)
		return (struct judgement){LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
					  "certain: the kernel logged that it keeps the mechanism "
					  "on, and no mount shows the flag"};
	if (grace == TRISTATE_YES)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "certain: paced migrations wait for a grace period, as "
					  "they do in no other regime"};
	if (grace == TRISTATE_NO && f->log == LOCK_LOG_SILENT)
		return (struct judgement){LOCK_REGIME_UNKNOWN,
					  "weak: behaviour and the kernel's log disagree; a mount "
					  "that cannot be seen from here has the flag, or others "
					  "migrate all the time and so hide the grace period"};
	if (grace == TRISTATE_NO && patch == TRISTATE_YES)
		return (struct judgement){LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
					  "likely: a patched kernel, no flag, and yet paced "
					  "migrations wait for no grace period"};
	if (grace == TRISTATE_NO)
		return (struct judgement){LOCK_REGIME_UNKNOWN,
					  "weak: migrations wait for no grace period though no "
					  "mount shows favordynmods"};
	if (f->log == LOCK_LOG_SILENT)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "certain: no mount shows favordynmods, and by the "
					  "kernel's log it was not switched off in this boot"};
	return judge_by_mounts(f, probe, patch);
}

static struct judgement judge(const struct lock_facts *f, const struct probe_verdict *probe)
{
	enum tristate flag = flag_of(f), patch = patch_of(f, probe);
	struct judgement j = judge_variables(f, flag);

	if (j.regime != LOCK_REGIME_UNKNOWN)
		return j;
	if (flag == TRISTATE_YES)
		return judge_flag(patch);
	if (f->knows_option == TRISTATE_NO)
		return (struct judgement){LOCK_REGIME_GLOBAL_FAVORED,
					  "certain: kernels that do not know favordynmods (before "
					  "6.0) always work as if it were on"};
	if (flag == TRISTATE_NO && patch == TRISTATE_NO)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "certain: a kernel without the patch, and no mount shows "
					  "favordynmods"};
	if (flag == TRISTATE_NO)
		return judge_without_flag(f, probe, patch);
	if (grace_period_of(f, probe) == TRISTATE_YES)
		return (struct judgement){LOCK_REGIME_GLOBAL,
					  "certain: paced migrations wait for a grace period, as "
					  "they do in no other regime"};
	return (struct judgement){LOCK_REGIME_UNKNOWN,
				  "weak: the list of mounts could not be read"};
}

int lock_judge(const struct lock_facts *f, const struct probe_verdict *probe, struct host *h)
{
	struct judgement j = judge(f, probe);

	h->lock_patch_present = patch_of(f, probe);
	h->lock_confidence = strdup(j.confidence);
	if (!h->lock_confidence || host_set_regime(h, j.regime) < 0)
		return -ENOMEM;
	return lock_tell_evidence(f, probe, h);
}
