/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/noise.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"

const char *const noise_level_names[3] = {
	[NOISE_QUIET] = "quiet",
	[NOISE_LOUD] = "loud",
	[NOISE_UNKNOWN] = "unknown",
};

/*
 * Where a source begins to be called loud. The shares are a tenth of what a tolerance of 5 to 10 %
 * in a workload's primary metrics could bear; the times are those of the operations measured, a
 * fork or a migration without a grace period being tens of microseconds.
 */
static const double steal_loud = 0.001, pressure_loud = 0.01, load_loud_per_cpu = 0.1;
enum { TIMER_LOUD_NS = 1000, IDLE_LOUD_US = 10 };

__attribute__((format(printf, 4, 5))) static void
find(struct noise_finding *f, enum noise_level level, const char *advice, const char *format, ...)
{
	va_list args;

	f->level = level;
	f->advice = advice;
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

static void judge_hypervisor(const struct host *h, const struct noise_facts *n,
			     struct noise_finding *f)
{
	if (h->accelerator && strcmp(h->accelerator, "tcg") == 0)
		find(f, NOISE_LOUD,
		     "Compare only with results of the same emulation, and take no absolute time "
		     "from it.",
		     "The machine is emulated instruction by instruction (TCG): times say nothing "
		     "about hardware.");
	else if (h->hypervisor || (h->accelerator && strcmp(h->accelerator, "none") != 0))
		find(f, NOISE_LOUD,
		     "Measure on bare metal where absolute times matter; here pin the virtual "
		     "CPUs, keep other guests away, and repeat over several boots.",
		     "A guest of %s: its host's scheduler and other guests are in every tail.",
		     h->hypervisor ? h->hypervisor : h->accelerator);
	else if (h->accelerator)
		find(f, NOISE_QUIET, NULL, "Bare metal.");
	else
		find(f, NOISE_UNKNOWN, NULL, "Whether a hypervisor is below is not known.");
}

static void judge_steal(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	if (n->steal_share < 0)
		find(f, NOISE_UNKNOWN, NULL, "Stolen CPU time is not to be read.");
	else if (n->steal_share > steal_loud)
		find(f, NOISE_LOUD,
		     "Ask for CPUs of your own, or measure when the host is idle. Trials that lose "
		     "more than 1 % are marked invalid.",
		     "Since boot the hypervisor gave %.2f %% of the CPU time to others.",
		     100 * n->steal_share);
	else
		find(f, NOISE_QUIET, NULL, "%.2f %% of the CPU time since boot was stolen.",
		     100 * n->steal_share);
}

static void judge_cpus(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	if (h->cpu_count < 0)
		find(f, NOISE_UNKNOWN, NULL, "How many CPUs there are is not known.");
	else if (h->cpu_count == 1)
		find(f, NOISE_LOUD, "Use two CPUs or more: most workloads need one for each side.",
		     "One CPU: the load and what it is to disturb take turns on it.");
	else
		find(f, NOISE_QUIET, NULL, "%lld CPUs online.", (long long)h->cpu_count);
}

static void judge_smt(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	if (h->cpu_smt == TRISTATE_UNKNOWN)
		find(f, NOISE_UNKNOWN, NULL,
		     "Whether CPUs share a core is not known here (guests are often not told).");
	else if (h->cpu_smt == TRISTATE_YES)
		find(f, NOISE_LOUD,
		     "Until reboot: echo off > /sys/devices/system/cpu/smt/control. Or leave it on "
		     "for all runs.",
		     "SMT is on: workers on two threads of one core slow each other down.");
	else
		find(f, NOISE_QUIET, NULL, "No two CPUs share a core.");
}

static void judge_governor(const struct host *h, const struct noise_facts *n,
			   struct noise_finding *f)
{
	if (!h->cpu_governor)
		find(f, NOISE_UNKNOWN, NULL,
		     "No frequency control is seen: firmware or the hypervisor decides.");
	else if (strcmp(h->cpu_governor, "performance") != 0)
		find(f, NOISE_LOUD,
		     "Until reboot: echo performance | tee "
		     "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
		     "The frequency governor is %s: how fast a CPU runs depends on what it did "
		     "before.",
		     h->cpu_governor);
	else
		find(f, NOISE_QUIET, NULL, "The frequency governor is performance.");
}

static void judge_idle(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	if (!h->cpu_idle || strcmp(h->cpu_idle, "none") == 0)
		find(f, NOISE_UNKNOWN, NULL,
		     "No idle driver is seen: how CPUs sleep is not known.");
	else if (h->cpu_idle_latency_us > IDLE_LOUD_US)
		find(f, NOISE_LOUD,
		     "While measuring: cpupower idle-set -D 10 (undone by cpupower idle-set -E), "
		     "or boot with cpuidle.off=1.",
		     "Idle CPUs sleep deeply (%s) and take up to %lld us to wake, which paced "
		     "starts pay.",
		     h->cpu_idle, (long long)h->cpu_idle_latency_us);
	else
		find(f, NOISE_QUIET, NULL, "Idle CPUs wake quickly (%s).", h->cpu_idle);
}

static void judge_clock(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	static const char *const quick[] = {"tsc", "kvm-clock", "arch_sys_counter", "hyperv",
					    "tod", "timebase",  "riscv_clocksource"};

	for (size_t i = 0; h->clock_source && i < sizeof(quick) / sizeof(quick[0]); i++)
		if (strncmp(h->clock_source, quick[i], strlen(quick[i])) == 0) {
			find(f, NOISE_QUIET, NULL, "The clock source is %s.", h->clock_source);
			return;
		}
	if (!h->clock_source)
		find(f, NOISE_UNKNOWN, NULL, "The clock source is not known.");
	else
		find(f, NOISE_LOUD,
		     "Look in the kernel's log why a better one was given up, or boot with "
		     "tsc=reliable if you know it is.",
		     "The clock source is %s, where each reading costs a system call or more%s%s.",
		     h->clock_source, n->clock_sources[0] ? "; there are " : "", n->clock_sources);
}

static void judge_timers(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	char text[NUM_TEXT_SIZE];

	if (n->timer_ns < 0)
		find(f, NOISE_UNKNOWN, NULL, "The resolution of timers is not known.");
	else if (n->timer_ns > TIMER_LOUD_NS)
		find(f, NOISE_LOUD,
		     "Boot without highres=off, on a kernel with CONFIG_HIGH_RES_TIMERS.",
		     "Timers fire only every %s: paced starts come late.",
		     num_format_ns((double)n->timer_ns, text));
	else
		find(f, NOISE_QUIET, NULL, "Timers have a resolution of %s.",
		     num_format_ns((double)n->timer_ns, text));
}

static void judge_thp(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	if (!h->memory_thp)
		find(f, NOISE_QUIET, NULL, "No transparent huge pages in this kernel.");
	else if (strcmp(h->memory_thp, "always") == 0)
		find(f, NOISE_LOUD,
		     "Until reboot: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
		     "Transparent huge pages come to all: what a fork copies depends on when they "
		     "came.");
	else
		find(f, NOISE_QUIET, NULL, "Transparent huge pages: %s.", h->memory_thp);
}

static void judge_load(const struct host *h, const struct noise_facts *n, struct noise_finding *f)
{
	double cpus = h->cpu_count > 0 ? (double)h->cpu_count : 1;

	if (h->load1 < 0)
		find(f, NOISE_UNKNOWN, NULL, "The load is not known.");
	else if (h->load1 > load_loud_per_cpu * cpus)
		find(f, NOISE_LOUD, "Stop what else runs here; `top` shows it.",
		     "The system is not idle: load average %.2f over the last minute.", h->load1);
	else
		find(f, NOISE_QUIET, NULL, "Little else runs: load average %.2f.", h->load1);
}

static void judge_pressure(const struct host *h, const struct noise_facts *n,
			   struct noise_finding *f)
{
	if (n->psi_cpu_avg60 < 0)
		find(f, NOISE_UNKNOWN, NULL,
		     "How long tasks wait for CPUs is not known (no /proc/pressure).");
	else if (n->psi_cpu_avg60 > pressure_loud)
		find(f, NOISE_LOUD, "Wait until what else runs here is done.",
		     "In %.1f %% of the last minute a task had to wait for a CPU.",
		     100 * n->psi_cpu_avg60);
	else
		find(f, NOISE_QUIET, NULL, "Tasks waited for CPUs in %.1f %% of the last minute.",
		     100 * n->psi_cpu_avg60);
}

static const struct {
	const char *source;
	void (*judge)(const struct host *h, const struct noise_facts *n, struct noise_finding *f);
	bool of_host_time; /* nothing where the clock counts the guest's own instructions */
} sources[NOISE_SOURCES] = {
	{"hypervisor", judge_hypervisor, true},
	{"steal", judge_steal, true},
	{"CPUs", judge_cpus},
	{"SMT", judge_smt},
	{"governor", judge_governor},
	{"idle states", judge_idle},
	{"clock source", judge_clock},
	{"timers", judge_timers},
	{"huge pages", judge_thp},
	{"load", judge_load, true},
	{"pressure", judge_pressure, true},
};

void noise_judge(const struct host *h, const struct noise_facts *f,
		 struct noise_finding ret[NOISE_SOURCES])
{
	for (size_t i = 0; i < NOISE_SOURCES; i++) {
		ret[i] = (struct noise_finding){.source = sources[i].source};
		if (sources[i].of_host_time && host_counts_instructions(h))
			find(&ret[i], NOISE_QUIET, NULL,
			     "The clock counts this guest's instructions, which it does not "
			     "change.");
		else
			sources[i].judge(h, f, &ret[i]);
	}
}

enum { STAT_SIZE_MAX = 4 << 20, STAT_COLUMNS = 8, STAT_STEAL = 7 };

/*
 * "cpu user nice system idle iowait irq softirq steal guest guest_nice" (proc_stat(5)); the time of
 * guests is in user and nice already.
 */
static double read_steal(int root)
{
	_cleanup_free char *text = NULL;
	unsigned long long t[STAT_COLUMNS], sum = 0;

	if (io_read_all(root, "proc/stat", STAT_SIZE_MAX, &text, NULL) < 0 ||
	    sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
		   &t[4], &t[5], &t[6], &t[7]) != STAT_COLUMNS)
		return -1;
	for (int i = 0; i < STAT_COLUMNS; i++)
		sum += t[i];
	return sum ? (double)t[STAT_STEAL] / (double)sum : -1;
}

static double read_pressure(int root)
{
	char text[256];
	double percent;

	if (io_read_attr(root, "proc/pressure/cpu", text, sizeof(text)) < 0 ||
	    sscanf(text, "some avg10=%*f avg60=%lf", &percent) != 1)
		return -1;
	return percent / 100;
}

/* With high-resolution timers the monotonic clock's resolution is 1 ns, else a tick. */
static int64_t timer_resolution(void)
{
	struct timespec ts;

	return clock_getres(CLOCK_MONOTONIC, &ts) < 0
		       ? -1
		       : (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void noise_read(int root, struct noise_facts *ret)
{
	*ret = (struct noise_facts){
		.steal_share = read_steal(root),
		.psi_cpu_avg60 = read_pressure(root),
		.timer_ns = timer_resolution(),
	};
	if (io_read_attr(root, "sys/devices/system/clocksource/clocksource0/available_clocksource",
			 ret->clock_sources, sizeof(ret->clock_sources)) < 0)
		ret->clock_sources[0] = '\0';
}
