/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts of struct host as a table, and the struct's life by that table. Nothing here looks at
 * the machine.
 */
#include <errno.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

const char *const lock_regime_names[5] = {
	[LOCK_REGIME_UNKNOWN] = "unknown",
	[LOCK_REGIME_GLOBAL] = "global",
	[LOCK_REGIME_GLOBAL_FAVORED] = "global-favored",
	[LOCK_REGIME_PER_THREADGROUP] = "per-threadgroup",
	[LOCK_REGIME_PER_THREADGROUP_RESIDUAL] = "per-threadgroup-residual",
};

#define FIELD(path_, label_, type_, role_, member)                            \
	{                                                                     \
		.path = path_, .label = label_, .type = type_, .role = role_, \
		.offset = offsetof(struct host, member)                       \
	}

#define INHERITED(path_, label_, type_, member)                                         \
	{                                                                               \
		.path = path_, .label = label_, .type = type_, .role = HOST_MUST_MATCH, \
		.offset = offsetof(struct host, member), .may_lack = true               \
	}

/*
 * Why the less obvious roles:
 *
 * kernel.cmdline is under test, so a difference heads the report and refuses nothing. The boot
 * loader writes the image's path into it (BOOT_IMAGE=), which differs between any two kernels, so
 * it cannot be required to match; and it may hold what shows nowhere else (isolcpus=, idle=poll),
 * so a difference must not pass unseen.
 *
 * kernel.rcu_expedited and kernel.rcu_normal are information: what they come to together, which is
 * what moves latencies, is kernel.grace_periods.
 *
 * cpu.idle comes with the kernel: which driver it has for this CPU, and how deep it lets it sleep.
 *
 * hypervisor is information: how well it is named depends on what may be read, so one machine can
 * have two names. What moves latencies is the accelerator.
 *
 * memory.total is information: what the firmware and the kernel image reserve differs by kernel on
 * one and the same machine, and a share of a per cent moves no latency.
 *
 * The places of the mount and the run group, and which controllers exist, move nothing by
 * themselves: what a workload had enabled is in each run's "hierarchy".
 */
const struct host_field host_fields[] = {
	FIELD("name", "host", HOST_STRING, HOST_INFO, name),
	FIELD("boot_id", "boot id", HOST_STRING, HOST_INFO, boot_id),

	FIELD("kernel.release", "kernel", HOST_STRING, HOST_UNDER_TEST, kernel_release),
	FIELD("kernel.version", "kernel version", HOST_STRING, HOST_UNDER_TEST, kernel_version),
	FIELD("kernel.cmdline", "kernel command line", HOST_STRING, HOST_UNDER_TEST,
	      kernel_cmdline),
	FIELD("kernel.config_sha256", "kernel config digest", HOST_STRING, HOST_UNDER_TEST,
	      kernel_config_sha256),
	FIELD("kernel.hz", "timer frequency", HOST_STRING, HOST_UNDER_TEST, kernel_hz),
	FIELD("kernel.preemption", "preemption model", HOST_STRING, HOST_UNDER_TEST,
	      kernel_preemption),
	FIELD("kernel.mitigations", "CPU mitigations", HOST_STRING, HOST_UNDER_TEST,
	      kernel_mitigations),
	FIELD("kernel.rcu_expedited", "rcu_expedited", HOST_TRISTATE, HOST_INFO,
	      kernel_rcu_expedited),
	FIELD("kernel.rcu_normal", "rcu_normal", HOST_TRISTATE, HOST_INFO, kernel_rcu_normal),
	FIELD("kernel.grace_periods", "RCU grace periods", HOST_STRING, HOST_UNDER_TEST,
	      kernel_grace_periods),
	FIELD("kernel.tainted", "kernel taint", HOST_INT, HOST_INFO, kernel_tainted),

	FIELD("lock.patch_present", "per-threadgroup patch", HOST_TRISTATE, HOST_UNDER_TEST,
	      lock_patch_present),
	FIELD("lock.regime", "lock regime", HOST_STRING, HOST_UNDER_TEST, lock_regime),
	FIELD("lock.confidence", "confidence in the regime", HOST_STRING, HOST_INFO,
	      lock_confidence),
	{.path = "lock.evidence",
	 .label = "evidence of the regime",
	 .type = HOST_STRINGS,
	 .role = HOST_INFO,
	 .offset = offsetof(struct host, lock_evidence),
	 .count_offset = offsetof(struct host, n_lock_evidence)},

	FIELD("cpu.model", "CPU model", HOST_STRING, HOST_MUST_MATCH, cpu_model),
	FIELD("cpu.architecture", "architecture", HOST_STRING, HOST_MUST_MATCH, cpu_architecture),
	FIELD("cpu.count", "CPUs", HOST_INT, HOST_MUST_MATCH, cpu_count),
	FIELD("cpu.online", "online CPUs", HOST_STRING, HOST_MUST_MATCH, cpu_online),
	FIELD("cpu.sockets", "CPU sockets", HOST_INT, HOST_MUST_MATCH, cpu_sockets),
	FIELD("cpu.numa_nodes", "NUMA nodes", HOST_INT, HOST_MUST_MATCH, cpu_numa_nodes),
	FIELD("cpu.smt", "SMT", HOST_TRISTATE, HOST_MUST_MATCH, cpu_smt),
	FIELD("cpu.governor", "frequency governor", HOST_STRING, HOST_MUST_MATCH, cpu_governor),
	FIELD("cpu.idle", "idle driver and state", HOST_STRING, HOST_UNDER_TEST, cpu_idle),
	FIELD("cpu.idle_latency_us", "idle state's wake-up in us", HOST_INT, HOST_INFO,
	      cpu_idle_latency_us),

	FIELD("memory.total_bytes", "memory", HOST_INT, HOST_INFO, memory_total_bytes),
	FIELD("memory.thp", "transparent huge pages", HOST_STRING, HOST_MUST_MATCH, memory_thp),

	FIELD("cgroup.layout", "cgroup layout", HOST_STRING, HOST_MUST_MATCH, cgroup_layout),
	FIELD("cgroup.mount", "cgroup2 mount", HOST_STRING, HOST_INFO, cgroup_mount),
	FIELD("cgroup.mount_options", "cgroup2 mount options", HOST_STRING, HOST_UNDER_TEST,
	      cgroup_mount_options),
	FIELD("cgroup.root", "run group's parent", HOST_STRING, HOST_INFO, cgroup_root),
	FIELD("cgroup.controllers", "cgroup2 controllers", HOST_STRING, HOST_INFO,
	      cgroup_controllers),
	FIELD("cgroup.backend", "groups made by", HOST_STRING, HOST_INFO, cgroup_backend),
	FIELD("cgroup.libcgroup_version", "libcgroup", HOST_STRING, HOST_INFO,
	      cgroup_libcgroup_version),

	INHERITED("inherited.policy", "scheduling policy", HOST_STRING, inherited_policy),
	INHERITED("inherited.nice", "nice value", HOST_STRING, inherited_nice),
	INHERITED("inherited.cpus", "CPUs allowed", HOST_STRING, inherited_cpus),
	INHERITED("inherited.io_priority", "I/O priority", HOST_STRING, inherited_io_priority),
	INHERITED("inherited.stack_limit", "stack limit in bytes", HOST_STRING,
		  inherited_stack_limit),
	INHERITED("inherited.personality", "personality", HOST_STRING, inherited_personality),
	INHERITED("inherited.thp", "huge pages allowed", HOST_TRISTATE, inherited_thp),
	INHERITED("inherited.seccomp_filters", "seccomp filters", HOST_INT,
		  inherited_seccomp_filters),

	FIELD("accelerator", "accelerator", HOST_STRING, HOST_MUST_MATCH, accelerator),
	FIELD("hypervisor", "hypervisor", HOST_STRING, HOST_INFO, hypervisor),
	FIELD("clock_source", "clock source", HOST_STRING, HOST_MUST_MATCH, clock_source),
	FIELD("libc", "C library", HOST_STRING, HOST_MUST_MATCH, libc),
	FIELD("load1", "load average", HOST_DOUBLE, HOST_INFO, load1),
	FIELD("uptime_s", "uptime in seconds", HOST_DOUBLE, HOST_INFO, uptime_s),
};
const size_t host_n_fields = sizeof(host_fields) / sizeof(host_fields[0]);

static void *member_of(struct host *h, const struct host_field *field)
{
	return (char *)h + field->offset;
}

static void set_unknown(struct host *h, const struct host_field *field)
{
	switch (field->type) {
	case HOST_INT:
		*(int64_t *)member_of(h, field) = -1;
		break;
	case HOST_DOUBLE:
		*(double *)member_of(h, field) = -1;
		break;
	case HOST_TRISTATE:
		*(enum tristate *)member_of(h, field) = TRISTATE_UNKNOWN;
		break;
	case HOST_STRING:
	case HOST_STRINGS:
		break; /* zero is unknown */
	}
}

void host_init(struct host *h)
{
	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < host_n_fields; i++)
		set_unknown(h, &host_fields[i]);
}

enum lock_regime host_regime(const struct host *h)
{
	size_t i = sizeof(lock_regime_names) / sizeof(lock_regime_names[0]);

	while (--i > 0 && strcmp(lock_regime_names[i], host_regime_word(h)) != 0)
		;
	return (enum lock_regime)i;
}

const char *host_regime_word(const struct host *h)
{
	return h->lock_regime ? h->lock_regime : lock_regime_names[LOCK_REGIME_UNKNOWN];
}

int host_set_regime(struct host *h, enum lock_regime regime)
{
	char *word = strdup(lock_regime_names[regime]);

	if (!word)
		return -ENOMEM;
	free(h->lock_regime);
	h->lock_regime = word;
	return 0;
}

int host_rename(struct host *h, const char *name)
{
	char *copy = name && *name ? strdup(name) : NULL;

	if (!name)
		return 0;
	if (*name && !copy)
		return -ENOMEM;
	free(h->name);
	h->name = copy;
	return 0;
}

static void free_strings(struct host *h, const struct host_field *field)
{
	char **strings = *(char ***)member_of(h, field);
	size_t n = *(size_t *)((char *)h + field->count_offset);

	for (size_t i = 0; i < n; i++)
		free(strings[i]);
	free(strings);
}

void host_finish(struct host *h)
{
	for (size_t i = 0; i < host_n_fields; i++) {
		if (host_fields[i].type == HOST_STRING)
			free(*(char **)member_of(h, &host_fields[i]));
		else if (host_fields[i].type == HOST_STRINGS)
			free_strings(h, &host_fields[i]);
	}
	host_init(h);
}

bool host_expedites(const struct host *h)
{
	return h->kernel_grace_periods && strcmp(h->kernel_grace_periods, "expedited") == 0;
}

int host_derive_grace_periods(struct host *h)
{
	bool expedited = h->kernel_rcu_expedited == TRISTATE_YES;

	if (h->kernel_grace_periods)
		return 0;
	if (h->kernel_rcu_normal != TRISTATE_YES && h->kernel_rcu_expedited == TRISTATE_UNKNOWN)
		return 0;
	expedited &= h->kernel_rcu_normal != TRISTATE_YES;
	h->kernel_grace_periods = strdup(expedited ? "expedited" : "normal");
	return h->kernel_grace_periods ? 0 : -ENOMEM;
}
