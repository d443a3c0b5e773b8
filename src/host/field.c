/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts of struct host as a table, and the struct's life by that table. Nothing here looks at
 * the machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "host/host.h"

const char *const lock_regime_names[5] = {
	[LOCK_REGIME_UNKNOWN] = "unknown",
	[LOCK_REGIME_GLOBAL] = "global",
	[LOCK_REGIME_GLOBAL_FAVORED] = "global-favored",
	[LOCK_REGIME_PER_THREADGROUP] = "per-threadgroup",
	[LOCK_REGIME_PER_THREADGROUP_RESIDUAL] = "per-threadgroup-residual",
};

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
/* clang-format off */
#define AT(member) offsetof(struct host, member)

const struct host_field host_fields[] = {
	{"name", "host", HOST_STRING, HOST_INFO, AT(name)},
	{"boot_id", "boot id", HOST_STRING, HOST_INFO, AT(boot_id)},

	{"kernel.release", "kernel", HOST_STRING, HOST_UNDER_TEST, AT(kernel_release)},
	{"kernel.version", "kernel version", HOST_STRING, HOST_UNDER_TEST, AT(kernel_version)},
	{"kernel.cmdline", "kernel command line", HOST_STRING, HOST_UNDER_TEST, AT(kernel_cmdline)},
	{"kernel.config_sha256", "kernel config digest", HOST_STRING, HOST_UNDER_TEST,
	 AT(kernel_config_sha256)},
	{"kernel.hz", "timer frequency (Hz)", HOST_STRING, HOST_UNDER_TEST, AT(kernel_hz)},
	{"kernel.preemption", "preemption model", HOST_STRING, HOST_UNDER_TEST,
	 AT(kernel_preemption)},
	{"kernel.mitigations", "CPU mitigations", HOST_STRING, HOST_UNDER_TEST,
	 AT(kernel_mitigations)},
	{"kernel.rcu_expedited", "rcu_expedited", HOST_TRISTATE, HOST_INFO,
	 AT(kernel_rcu_expedited)},
	{"kernel.rcu_normal", "rcu_normal", HOST_TRISTATE, HOST_INFO, AT(kernel_rcu_normal)},
	{"kernel.grace_periods", "RCU grace periods", HOST_STRING, HOST_UNDER_TEST,
	 AT(kernel_grace_periods)},
	{"kernel.tainted", "kernel taint", HOST_INT, HOST_INFO, AT(kernel_tainted)},

	{"lock.patch_present", "per-threadgroup patch", HOST_TRISTATE, HOST_UNDER_TEST,
	 AT(lock_patch_present)},
	{"lock.regime", "lock regime", HOST_STRING, HOST_UNDER_TEST, AT(lock_regime)},
	{"lock.confidence", "confidence in the regime", HOST_STRING, HOST_INFO,
	 AT(lock_confidence)},
	{"lock.evidence", "evidence of the regime", HOST_STRINGS, HOST_INFO, AT(lock_evidence),
	 .count_offset = AT(n_lock_evidence)},

	{"cpu.model", "CPU model", HOST_STRING, HOST_MUST_MATCH, AT(cpu_model)},
	{"cpu.architecture", "architecture", HOST_STRING, HOST_MUST_MATCH, AT(cpu_architecture)},
	{"cpu.count", "CPUs", HOST_INT, HOST_MUST_MATCH, AT(cpu_count)},
	{"cpu.online", "online CPUs", HOST_STRING, HOST_MUST_MATCH, AT(cpu_online)},
	{"cpu.sockets", "CPU sockets", HOST_INT, HOST_MUST_MATCH, AT(cpu_sockets)},
	{"cpu.numa_nodes", "NUMA nodes", HOST_INT, HOST_MUST_MATCH, AT(cpu_numa_nodes)},
	{"cpu.smt", "SMT", HOST_TRISTATE, HOST_MUST_MATCH, AT(cpu_smt)},
	{"cpu.governor", "frequency governor", HOST_STRING, HOST_MUST_MATCH, AT(cpu_governor)},
	{"cpu.idle", "idle driver and state", HOST_STRING, HOST_UNDER_TEST, AT(cpu_idle)},
	{"cpu.idle_latency_us", "idle state's wake-up in us", HOST_INT, HOST_INFO,
	 AT(cpu_idle_latency_us)},

	{"memory.total_bytes", "memory", HOST_INT, HOST_INFO, AT(memory_total_bytes)},
	{"memory.thp", "transparent huge pages", HOST_STRING, HOST_MUST_MATCH, AT(memory_thp)},

	{"cgroup.layout", "cgroup layout", HOST_STRING, HOST_MUST_MATCH, AT(cgroup_layout)},
	{"cgroup.mount", "cgroup2 mount", HOST_STRING, HOST_INFO, AT(cgroup_mount)},
	{"cgroup.mount_options", "cgroup2 mount options", HOST_STRING, HOST_UNDER_TEST,
	 AT(cgroup_mount_options)},
	{"cgroup.root", "run group's parent", HOST_STRING, HOST_INFO, AT(cgroup_root)},
	{"cgroup.controllers", "cgroup2 controllers", HOST_STRING, HOST_INFO,
	 AT(cgroup_controllers)},
	{"cgroup.backend", "groups made by", HOST_STRING, HOST_INFO, AT(cgroup_backend)},
	{"cgroup.libcgroup_version", "libcgroup", HOST_STRING, HOST_INFO,
	 AT(cgroup_libcgroup_version)},

	{"inherited.policy", "scheduling policy", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_policy), .may_lack = true},
	{"inherited.nice", "nice value", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_nice), .may_lack = true},
	{"inherited.cpus", "CPUs allowed", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_cpus), .may_lack = true},
	{"inherited.io_priority", "I/O priority", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_io_priority), .may_lack = true},
	{"inherited.stack_limit", "stack limit in bytes", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_stack_limit), .may_lack = true},
	{"inherited.personality", "personality", HOST_STRING, HOST_MUST_MATCH,
	 AT(inherited_personality), .may_lack = true},
	{"inherited.thp", "huge pages allowed", HOST_TRISTATE, HOST_MUST_MATCH,
	 AT(inherited_thp), .may_lack = true},
	{"inherited.seccomp_filters", "seccomp filters", HOST_INT, HOST_MUST_MATCH,
	 AT(inherited_seccomp_filters), .may_lack = true},

	{"accelerator", "accelerator", HOST_STRING, HOST_MUST_MATCH, AT(accelerator)},
	{"hypervisor", "hypervisor", HOST_STRING, HOST_INFO, AT(hypervisor)},
	{"clock.kind", "clock", HOST_STRING, HOST_MUST_MATCH, AT(clock_kind),
	 .fixed = true, .absent = "host"},
	{"clock.ns_per_instruction", "ns an instruction", HOST_INT, HOST_MUST_MATCH,
	 AT(clock_ns_per_instruction), .may_lack = true},
	{"clock.busy_cpus", "busy CPUs", HOST_INT, HOST_MUST_MATCH,
	 AT(clock_busy_cpus), .may_lack = true},
	{"clock.emulator", "emulator", HOST_STRING, HOST_MUST_MATCH,
	 AT(clock_emulator), .may_lack = true},
	{"clock_source", "clock source", HOST_STRING, HOST_MUST_MATCH, AT(clock_source)},
	{"libc", "C library", HOST_STRING, HOST_MUST_MATCH, AT(libc)},
	{"load1", "load average", HOST_DOUBLE, HOST_INFO, AT(load1)},
	{"uptime_s", "uptime in seconds", HOST_DOUBLE, HOST_INFO, AT(uptime_s)},
};
/* clang-format on */
const size_t host_n_fields = sizeof(host_fields) / sizeof(host_fields[0]);

static void set_unknown(struct host *h, const struct host_field *field)
{
	switch (field->type) {
	case HOST_INT:
		*(int64_t *)host_member(h, field) = -1;
		break;
	case HOST_DOUBLE:
		*(double *)host_member(h, field) = -1;
		break;
	case HOST_TRISTATE:
		*(enum tristate *)host_member(h, field) = TRISTATE_UNKNOWN;
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

const char *host_known(const char *text)
{
	return text && text[0] ? text : "unknown";
}

/* Evidence consists of sentences, other facts of words. */
static const char *join(char *const *strings, size_t n, char *buf)
{
	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(buf);

		text_append(buf, HOST_FACT_SIZE, "%s%s",
			    !used                  ? ""
			    : buf[used - 1] == '.' ? " "
						   : "; ",
			    strings[i]);
	}
	return buf;
}

const char *host_fact(const struct host *h, const struct host_field *field,
		      char buf[HOST_FACT_SIZE])
{
	const void *at = host_member(h, field);
	int64_t number;
	const char *text = NULL;

	switch (field->type) {
	case HOST_STRING:
		text = *(char *const *)at;
		return text ? text : field->absent;
	case HOST_INT:
		number = *(const int64_t *)at;
		if (strcmp(field->path, "memory.total_bytes") == 0)
			snprintf(buf, HOST_FACT_SIZE, "%.1f GiB", (double)number / (1 << 30));
		else
			snprintf(buf, HOST_FACT_SIZE, "%lld", (long long)number);
		return number < 0 ? NULL : buf;
	case HOST_DOUBLE:
		if (*(const double *)at < 0)
			return NULL;
		return num_format_double(*(const double *)at, buf);
	case HOST_TRISTATE:
		if (*(const enum tristate *)at != TRISTATE_UNKNOWN)
			text = *(const enum tristate *)at == TRISTATE_YES ? "yes" : "no";
		return text;
	case HOST_STRINGS:
		return join(*(char *const *const *)at,
			    *(const size_t *)((const char *)h + field->count_offset), buf);
	}
	return NULL;
}

static void clear_field(struct host *h, const struct host_field *field)
{
	char **member = host_member(h, field);

	if (field->type == HOST_STRINGS) {
		size_t *n = (size_t *)((char *)h + field->count_offset);
		char **strings = *(char ***)member;

		while (*n)
			free(strings[--*n]);
	}
	if (field->type == HOST_STRING || field->type == HOST_STRINGS) {
		free(*member);
		*member = NULL;
	}
	set_unknown(h, field);
}

void host_clear(struct host *h, const char *prefix)
{
	for (size_t i = 0; i < host_n_fields; i++)
		if (strncmp(host_fields[i].path, prefix, strlen(prefix)) == 0)
			clear_field(h, &host_fields[i]);
}

const char host_clock_limits[] =
	"times are counts of the guest's instructions: path lengths and waits. They do not show "
	"caches, CPUs that work in parallel, or cache lines that move between CPUs; KVM and bare "
	"metal do.";

bool host_counts_instructions(const struct host *h)
{
	return h->clock_kind && strcmp(h->clock_kind, "instructions") == 0;
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
