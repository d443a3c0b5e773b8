/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/host.h"

#include <stdio.h>

/* clang-format off */
static const struct {
	const char *in_force;
	const char *meaning;
	const char *how_to; /* NULL: favordynmods can be turned on */
} regimes[] = {
	[LOCK_REGIME_UNKNOWN] = {
		.in_force = "not found out",
		.meaning =
			"Without the regime, figures of this machine cannot be distinguished from "
			"those of another regime. As root, `cgchurn host --probe always` judges "
			"by behaviour.",
	},
	[LOCK_REGIME_GLOBAL] = {
		.in_force = "no: one lock for all processes",
		.meaning =
			"Moving a process to another cgroup first waits for an RCU grace period, "
			"milliseconds on most machines, unless another move came just before. "
			"Then every fork and exit of the whole machine is held up until those "
			"under way are done and the process has moved.",
	},
	[LOCK_REGIME_GLOBAL_FAVORED] = {
		.in_force = "no: favordynmods is on, but the kernel has one lock for all processes",
		.meaning =
			"Moving a process to another cgroup waits for no RCU grace period. But "
			"every fork and exit of the whole machine is still held up until those "
			"under way are done and the process has moved, and each of them takes the "
			"lock's slow path at all times.",
		.how_to =
			"This kernel has no more to give: the lock per process came with Linux "
			"6.18 and is there once favordynmods is on. To turn favordynmods off for "
			"one measurement: cgchurn run --favordynmods off.",
	},
	[LOCK_REGIME_PER_THREADGROUP] = {
		.in_force = "yes: favordynmods is on",
		.meaning =
			"Moving a process to another cgroup locks that process alone: there is no "
			"grace period, and other forks and exits are not held up. In exchange "
			"each fork and exit takes two locks at all times, one of them by its slow "
			"path.",
		.how_to =
			"It is on. Turning favordynmods off again does not turn off the lock per "
			"process; only a reboot without it does.",
	},
	[LOCK_REGIME_PER_THREADGROUP_RESIDUAL] = {
		.in_force = "yes, until reboot: favordynmods was on earlier in this boot",
		.meaning =
			"Moving a process to another cgroup locks that process alone, as if "
			"favordynmods were still on, though no mount shows it: the kernel cannot "
			"go back before the next boot. Do not take figures of this boot for those "
			"of the default.",
		.how_to = "To measure the default again: reboot, without favordynmods.",
	},
};
/* clang-format on */

const char *lock_in_force(const struct host *h)
{
	if (host_regime(h) == LOCK_REGIME_GLOBAL && h->lock_patch_present == TRISTATE_YES)
		return "no: inactive until mounted with favordynmods";
	return regimes[host_regime(h)].in_force;
}

const char *lock_meaning(const struct host *h)
{
	if (host_regime(h) == LOCK_REGIME_GLOBAL && host_expedites(h))
		return "Moving a process to another cgroup first waits for an RCU grace period, "
		       "which is expedited on this machine: about 0.1 ms, unless "
		       "another move came just before. Then every fork and exit of the whole "
		       "machine is held up until those under way are done and the process has "
		       "moved.";
	return regimes[host_regime(h)].meaning;
}

const char *lock_expectation(const struct host *h)
{
	if (!host_expedites(h))
		return NULL;
	return "Grace periods are expedited (/sys/kernel/rcu_expedited): about 0.1 ms "
	       "instead of milliseconds, so the wait that favordynmods and the patch "
	       "spare a paced migration is all but hidden. Expect less than 1 ms there in "
	       "the regime global, and the regimes to differ by little but the drain. To measure "
	       "the wait: echo 1 > /sys/kernel/rcu_normal, which overrides it.";
}

const char *lock_how_to(const struct host *h, char buf[LOCK_ADVICE_SIZE])
{
	if (regimes[host_regime(h)].how_to)
		return regimes[host_regime(h)].how_to;
	if (!h->cgroup_mount)
		return "There is no cgroup v2 mount to turn it on for. As root: mkdir "
		       "/mnt/cgroup2; mount -t cgroup2 -o favordynmods none /mnt/cgroup2";
	snprintf(buf, LOCK_ADVICE_SIZE,
		 "As root: mount -o remount,favordynmods %s. For one measurement: cgchurn run "
		 "--favordynmods on%s. From boot on: cgroup_favordynmods=1 on the kernel's command "
		 "line (6.12 and later).",
		 h->cgroup_mount, h->lock_patch_present == TRISTATE_NO ? "" : " --allow-one-way");
	return buf;
}

const char *lock_cost(const struct host *h)
{
	if (host_regime(h) != LOCK_REGIME_GLOBAL && host_regime(h) != LOCK_REGIME_UNKNOWN)
		return NULL;
	if (h->lock_patch_present == TRISTATE_NO)
		return "Migrations no longer wait for a grace period, and nothing else changes for "
		       "them, because this kernel lacks the patch. Each fork and exit becomes "
		       "slower, because the lock stays in its slow mode. A remount without the "
		       "option turns it off again.";
	return "It is one way: on a kernel with the patch the lock per process stays until reboot, "
	       "whatever is remounted. Each fork and exit takes two locks instead of one; `cgchurn "
	       "run spawn-quiet-fork` before and after shows what that costs here.";
}
