/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/lock.h"

#include <errno.h>
#include <string.h>

/* What to conclude where a condition holds; of a list of rules the first that does counts. */
struct rule {
	bool holds;
	enum lock_regime regime;
	const char *confidence;
};

#define N_RULES(rules) (sizeof(rules) / sizeof((rules)[0]))

static const struct rule *first_rule(const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].holds)
			return &rules[i];
	return NULL;
}

static enum tristate flag_of(const struct cgroup_mounts *m)
{
	if (!m)
		return TRISTATE_UNKNOWN;
	for (size_t i = 0; i < m->n; i++)
		if (cgroup_mount_has_option(&m->items[i], "favordynmods"))
			return TRISTATE_YES;
	return TRISTATE_NO;
}

/* Types first; where there are none, the symbol that only the patch brought; then behaviour. */
static enum tristate patch_of(const struct lock_facts *f, const struct probe_verdict *probe)
{
	if (f->types.patch != TRISTATE_UNKNOWN)
		return f->types.patch;
	if (f->variables_error == 0 && f->variables.per_threadgroup != TRISTATE_UNKNOWN)
		return TRISTATE_YES;
	return probe ? probe->finds_process_first : TRISTATE_UNKNOWN;
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

/* clang-format off */

static bool judge_variables(const struct lock_facts *f, enum tristate flag, struct rule *ret)
{
	static const char certain[] = "certain: the kernel's own variables say so";
	const struct lock_variables *v = &f->variables;
	bool own_locks = v->per_threadgroup == TRISTATE_YES;
	const struct rule rules[] = {
		{own_locks && v->favored == TRISTATE_YES, LOCK_REGIME_PER_THREADGROUP, certain},
		{own_locks && v->favored == TRISTATE_NO, LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
		 certain},
		{v->favored == TRISTATE_NO, LOCK_REGIME_GLOBAL, certain},
		{v->favored == TRISTATE_YES && f->types.patch == TRISTATE_NO &&
		 (flag == TRISTATE_YES || f->knows_option == TRISTATE_NO),
		 LOCK_REGIME_GLOBAL_FAVORED, certain},
	};
	const struct rule *found = first_rule(rules, N_RULES(rules));

	if (f->variables_error < 0 || !found)
		return false;
	*ret = *found;
	return true;
}

static struct rule judge_flag(enum tristate patch)
{
	const struct rule rules[] = {
		{patch == TRISTATE_YES, LOCK_REGIME_PER_THREADGROUP,
		 "certain: a patched kernel, and a mount that shows favordynmods"},
		{patch == TRISTATE_NO, LOCK_REGIME_GLOBAL_FAVORED,
		 "certain: a kernel without the patch, and a mount that shows favordynmods"},
		{true, LOCK_REGIME_UNKNOWN,
		 "weak: favordynmods is on, but whether the kernel has the patch could not be "
		 "found out"},
	};

	return *first_rule(rules, N_RULES(rules));
}

/* No mount shows the flag, and the kernel may have the patch. */
static struct rule judge_without_flag(const struct lock_facts *f,
				      const struct probe_verdict *probe, enum tristate patch)
{
	enum tristate grace = grace_period_of(f, probe);
	bool silent = f->log == LOCK_LOG_SILENT, patched = patch == TRISTATE_YES;
	const struct rule rules[] = {
		{f->log == LOCK_LOG_SWITCHED_OFF, LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
		 "certain: the kernel logged that it keeps the mechanism on, and no mount shows "
		 "the flag"},
		{grace == TRISTATE_YES, LOCK_REGIME_GLOBAL,
		 "certain: paced migrations wait for a grace period, as they do in no other "
		 "regime"},
		{grace == TRISTATE_NO && silent, LOCK_REGIME_UNKNOWN,
		 "weak: behaviour and the kernel's log disagree; a mount that cannot be seen "
		 "from here has the flag, or others migrate all the time and so hide the grace "
		 "period"},
		{grace == TRISTATE_NO && patched, LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
		 "likely: a patched kernel, no flag, and yet paced migrations wait for no grace "
		 "period"},
		{grace == TRISTATE_NO, LOCK_REGIME_UNKNOWN,
		 "weak: migrations wait for no grace period though no mount shows favordynmods"},
		{silent, LOCK_REGIME_GLOBAL,
		 "certain: no mount shows favordynmods, and by the kernel's log it was not "
		 "switched off in this boot"},
		{!patched, LOCK_REGIME_GLOBAL,
		 "likely: no mount shows favordynmods; whether the kernel has the patch could "
		 "not be found out"},
		{f->expedited, LOCK_REGIME_GLOBAL,
		 "likely: no mount shows favordynmods; had it been on earlier in this boot, "
		 "neither the mounts nor, since grace periods are expedited, behaviour would "
		 "show it"},
		{probe && probe->shows == TRISTATE_NO, LOCK_REGIME_GLOBAL,
		 "likely: no mount shows favordynmods; had it been on earlier in this boot, "
		 "neither the mounts nor, with grace periods this short, behaviour would show it"},
		{true, LOCK_REGIME_GLOBAL,
		 "likely: no mount shows favordynmods; had it been on earlier in this boot, that "
		 "would not show there"},
	};

	return *first_rule(rules, N_RULES(rules));
}

static struct rule judge_rest(const struct lock_facts *f, const struct probe_verdict *probe,
			      enum tristate flag, enum tristate patch)
{
	bool waits = grace_period_of(f, probe) == TRISTATE_YES;
	const struct rule rules[] = {
		{f->knows_option == TRISTATE_NO, LOCK_REGIME_GLOBAL_FAVORED,
		 "certain: kernels that do not know favordynmods (before 6.0) always work as if "
		 "it were on"},
		{flag == TRISTATE_NO && patch == TRISTATE_NO, LOCK_REGIME_GLOBAL,
		 "certain: a kernel without the patch, and no mount shows favordynmods"},
		{flag == TRISTATE_UNKNOWN && waits, LOCK_REGIME_GLOBAL,
		 "certain: paced migrations wait for a grace period, as they do in no other "
		 "regime"},
		{flag == TRISTATE_UNKNOWN, LOCK_REGIME_UNKNOWN,
		 "weak: the list of mounts could not be read"},
	};
	const struct rule *found = first_rule(rules, N_RULES(rules));

	return found ? *found : judge_without_flag(f, probe, patch);
}

/* clang-format on */

int lock_judge(const struct lock_facts *f, const struct probe_verdict *probe, struct host *h)
{
	enum tristate flag = flag_of(f->mounts), patch = patch_of(f, probe);
	struct rule rule;

	if (!judge_variables(f, flag, &rule))
		rule = flag == TRISTATE_YES ? judge_flag(patch) : judge_rest(f, probe, flag, patch);
	h->lock_patch_present = patch;
	h->lock_confidence = strdup(rule.confidence);
	if (!h->lock_confidence || host_set_regime(h, rule.regime) < 0)
		return -ENOMEM;
	return lock_add_evidence(f, probe, h);
}
