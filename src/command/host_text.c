/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/host_text.h"

#include <string.h>

#include "base/escape.h"
#include "host/host.h"

enum { INDENT = 16 };

static const char *known(const char *text)
{
	return text && text[0] ? text : "unknown";
}

static void print_heading(const char *text, FILE *to, bool colour)
{
	fprintf(to, "%s%s%s\n", colour ? "\033[1m" : "", text, colour ? "\033[0m" : "");
}

static void print_kernel(const struct host *h, FILE *to)
{
	char inherited[HOST_INHERITED_SIZE];

	text_printf_wrapped("  kernel", INDENT, to, "%s %s", known(h->kernel_release),
			    known(h->kernel_version));
	text_printf_wrapped("  ticks", INDENT, to, "%s a second; preemption model: %s",
			    known(h->kernel_hz), known(h->kernel_preemption));
	if (host_inherited(h, inherited))
		text_printf_wrapped("  inherited", INDENT, to, "%s", inherited);
	if (lock_expectation(h))
		text_print_wrapped("  RCU", INDENT, lock_expectation(h), to);
	if (h->kernel_tainted > 0)
		text_printf_wrapped("  tainted", INDENT, to,
				    "%lld: see Documentation/admin-guide/tainted-kernels of the "
				    "kernel",
				    (long long)h->kernel_tainted);
}

static void print_machine(const struct host *h, FILE *to)
{
	char cpus[64] = "an unknown number of CPUs", memory[64] = "";

	if (h->cpu_count > 0)
		snprintf(cpus, sizeof(cpus), "%lld CPU%s", (long long)h->cpu_count,
			 h->cpu_count == 1 ? "" : "s");
	if (h->cpu_numa_nodes > 1)
		snprintf(cpus + strlen(cpus), sizeof(cpus) - strlen(cpus), " in %lld NUMA nodes",
			 (long long)h->cpu_numa_nodes);
	if (h->memory_total_bytes > 0)
		snprintf(memory, sizeof(memory), ", %.1f GiB of memory",
			 (double)h->memory_total_bytes / (1 << 30));
	text_printf_wrapped("  machine", INDENT, to, "%s, %s%s", cpus, known(h->cpu_model), memory);
}

static const char *patch_words(enum tristate present)
{
	if (present == TRISTATE_UNKNOWN)
		return "not found out";
	return present == TRISTATE_YES
		       ? "yes, this kernel has it"
		       : "no, this kernel does not have it (mainline has it since 6.18)";
}

static void print_evidence(const struct host_view *v, FILE *to)
{
	const struct host *h = v->host;

	for (size_t i = 0; i < h->n_lock_evidence; i++)
		text_printf_wrapped(i ? "" : "  evidence", INDENT, to, "- %s", h->lock_evidence[i]);
	if (v->not_probed)
		text_printf_wrapped(h->n_lock_evidence ? "" : "  evidence", INDENT, to,
				    "- Not tried out by moving a process to and fro: %s.",
				    v->not_probed);
}

static void print_lock(const struct host_view *v, FILE *to)
{
	const struct host *h = v->host;
	char advice[LOCK_ADVICE_SIZE];
	const char *cost = lock_cost(h);

	text_print_wrapped("", 2,
			   "Each fork, each exit and each move of a process between cgroups takes "
			   "it, cgroup_threadgroup_rwsem. A patch of 2025 gave each process one of "
			   "its own; it comes into force with the mount option favordynmods.",
			   to);
	fputc('\n', to);
	text_print_wrapped("  the patch", INDENT, patch_words(h->lock_patch_present), to);
	text_print_wrapped("  in force", INDENT, lock_in_force(h), to);
	text_printf_wrapped("  regime", INDENT, to, "%s (%s)", host_regime_word(h),
			    known(h->lock_confidence));
	print_evidence(v, to);
	fputc('\n', to);
	text_print_wrapped("  what it means", INDENT + 2, lock_meaning(h), to);
	text_print_wrapped("  what to do", INDENT + 2, lock_how_to(h, advice), to);
	if (cost)
		text_print_wrapped("  what it costs", INDENT + 2, cost, to);
}

/* "cpu,cpuacct; name=systemd" of the v1 mounts. */
static size_t list_v1(const struct cgroup_mounts *m, char *buf, size_t size)
{
	size_t n = 0, used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < m->n && used < size; i++)
		if (!m->items[i].v2)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", n++ ? ", " : "",
						 m->items[i].path);
	return n;
}

static void print_cgroups(const struct host_view *v, FILE *to)
{
	const struct host *h = v->host;
	char paths[2048];
	size_t n = v->mounts ? list_v1(v->mounts, paths, sizeof(paths)) : 0;

	if (h->cgroup_mount)
		text_printf_wrapped("  v2", INDENT, to, "%s (%s); controllers: %s", h->cgroup_mount,
				    known(h->cgroup_mount_options),
				    h->cgroup_controllers ? h->cgroup_controllers : "none");
	else
		text_print_wrapped("  v2", INDENT,
				   v->mounts ? "not mounted: cgchurn run needs it" : "unknown", to);
	if (n)
		text_printf_wrapped("  v1", INDENT, to,
				    "%zu mount%s: %s. They share the lock with v2: a move within "
				    "one of them holds up forks just the same, and favordynmods on "
				    "one of them changes v2 without showing there.",
				    n, n == 1 ? "" : "s", paths);
	else if (v->mounts)
		text_print_wrapped("  v1", INDENT, "not mounted", to);
}

static void print_noise(const struct noise_finding *noise, enum noise_level level, FILE *to)
{
	char head[32];

	for (size_t i = 0; i < NOISE_SOURCES; i++) {
		const struct noise_finding *f = &noise[i];

		if (f->level != level)
			continue;
		snprintf(head, sizeof(head), "%s %s", level == NOISE_LOUD ? "!" : " ", f->source);
		text_print_wrapped(head, INDENT, f->text, to);
		if (f->advice)
			text_print_wrapped("", INDENT, f->advice, to);
	}
}

void host_print(const struct host_view *v, FILE *to, bool colour)
{
	print_heading("This machine", to, colour);
	print_kernel(v->host, to);
	print_machine(v->host, to);
	fputc('\n', to);
	print_heading("The lock that container churn meets", to, colour);
	print_lock(v, to);
	fputc('\n', to);
	print_heading("Cgroups", to, colour);
	print_cgroups(v, to);
	fputc('\n', to);
	print_heading("What makes this machine noisy (!), and what does not", to, colour);
	for (enum noise_level l = NOISE_LOUD; l <= NOISE_UNKNOWN; l++)
		print_noise(v->noise, l, to);
	print_noise(v->noise, NOISE_QUIET, to);
}
