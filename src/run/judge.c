/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's state around a trial, and the facts that make a trial invalid. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mounts.h"
#include "run/trial.h"
#include "run/workers.h"

static const char clock_source_path[] =
	"/sys/devices/system/clocksource/clocksource0/current_clocksource";

/* "cpu user nice system idle iowait irq softirq steal ...", in ticks: proc_stat(5). */
static void read_cpu_times(struct env *ret)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	unsigned long long user, nice, system, irq, softirq, steal;
	_cleanup_free char *text = NULL;

	/* The file has a line a CPU and one with all interrupts: long on large machines. */
	if (io_read_all(AT_FDCWD, "/proc/stat", 1 << 22, &text, NULL) < 0)
		return;
	if (sscanf(text, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user, &nice, &system, &irq,
		   &softirq, &steal) == 6) {
		ret->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
		ret->steal_ns = steal * tick_ns;
	}
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345" in us. */
static bool read_psi(uint64_t *ret_ns)
{
	char text[256];
	unsigned long long total;

	if (io_read_attr(AT_FDCWD, "/proc/pressure/cpu", text, sizeof(text)) < 0 ||
	    sscanf(text, "some avg10=%*f avg60=%*f avg300=%*f total=%llu", &total) != 1)
		return false;
	*ret_ns = total * NS_PER_US;
	return true;
}

/* A number of the group's cpu.stat, in us. Usage is there with or without the cpu controller. */
static bool read_group_time(int group_fd, const char *key, uint64_t *ret_ns)
{
	int64_t us = group_fd < 0 ? -1 : io_read_number(group_fd, "cpu.stat", key);

	if (us >= 0)
		*ret_ns = (uint64_t)us * NS_PER_US;
	return us >= 0;
}

static uint64_t read_count(const char *path)
{
	int64_t n = io_read_number(AT_FDCWD, path, NULL);

	return n < 0 ? 0 : (uint64_t)n;
}

static void read_favored(struct env *ret)
{
	struct cgroup_mounts mounts = {0};

	if (mounts_read(MOUNTS_SELF, &mounts) < 0)
		return;
	for (size_t i = 0; i < mounts.n; i++)
		if (cgroup_mount_has_option(&mounts.items[i], "favordynmods"))
			*(mounts.items[i].v2 ? &ret->favored_v2 : &ret->favored_v1) = true;
	mounts_finish(&mounts);
}

void env_read(struct env *ret, int group_fd)
{
	*ret = (struct env){.at_ns = clock_now_ns()};
	if (io_read_attr(AT_FDCWD, clock_source_path, ret->clock_source,
			 sizeof(ret->clock_source)) < 0)
		ret->clock_source[0] = '\0';
	if (getloadavg(&ret->load1, 1) != 1)
		ret->load1 = 0;
	read_cpu_times(ret);
	ret->has_psi = read_psi(&ret->psi_cpu_ns);
	ret->has_throttled = read_group_time(group_fd, "throttled_usec", &ret->throttled_ns);
	ret->has_used = read_group_time(group_fd, "usage_usec", &ret->used_ns);
	ret->taint = read_count("/proc/sys/kernel/tainted");
	ret->warnings = read_count("/sys/kernel/warn_count");
	ret->oopses = read_count("/sys/kernel/oops_count");
	read_favored(ret);
}

uint64_t env_stolen_ns(const struct env *before, const struct env *after)
{
	return after->steal_ns > before->steal_ns ? after->steal_ns - before->steal_ns : 0;
}

/*
 * Stolen time above this share of all CPUs' time makes a trial invalid: a hypervisor that takes one
 * hundredth moves a p99 of short operations by itself.
 */
static const double steal_share_max = 0.01;

static void judge_workers(const struct workers *workers, struct trial_outcome *o)
{
	for (size_t i = 0; i < workers->n_members; i++) {
		const struct workers_member *m = &workers->members[i];
		const struct plan_worker *pw = &workers->plan->workers[i];
		const char *actor = workers->plan->workload->actors[pw->actor].name;

		if (m->pid > 0)
			trial_invalidate(o, "worker %u of %s did not end in time", pw->index,
					 actor);
		else if (WIFSIGNALED(m->status))
			trial_invalidate(o, "worker %u of %s was ended by SIG%s", pw->index, actor,
					 sigabbrev_np(WTERMSIG(m->status)));
		else if (atomic_load(&m->slot->state) != SLOT_DONE)
			trial_invalidate(o, "worker %u of %s ended early", pw->index, actor);
	}
}

static void judge_schedules(const struct workers *workers, struct trial_outcome *o)
{
	const struct workload *w = workers->plan->workload;

	for (uint32_t actor = 0; actor < w->n_actors; actor++) {
		uint64_t planned = 0, missed = 0;

		for (size_t i = 0; i < workers->n_members; i++)
			if (workers->plan->workers[i].actor == actor) {
				planned += workers->members[i].slot->planned;
				missed += workers->members[i].slot->missed;
			}
		if ((double)missed > w->actors[actor].arrival.max_missed * (double)planned)
			trial_invalidate(
				o, "%s missed %llu of %llu starts, more than its max_missed of %g",
				w->actors[actor].name, (unsigned long long)missed,
				(unsigned long long)planned, w->actors[actor].arrival.max_missed);
	}
}

/* The failures of a span by their names, the commonest as they came: "812 EAGAIN, 3 ENOMEM". */
static void name_errors(const struct series *s, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < s->n_errors && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%llu %s", used ? ", " : "",
					 (unsigned long long)s->errors[i].count, s->errors[i].name);
}

/* The span of an actor that failed most, by its share; NULL where none ever failed. */
static const struct series *find_worst(const struct trial_outcome *o, const char *actor,
				       double *ret_share)
{
	const struct series *worst = NULL;

	*ret_share = 0;
	for (size_t i = 0; i < o->n_series; i++) {
		const struct series *s = &o->series[i];
		double failed = (double)series_errors(s);
		double share = failed / (failed + (double)s->histogram.count);

		if (s->id.time == SPAN_RESPONSE || strcmp(s->id.actor, actor) != 0 || failed == 0 ||
		    share <= *ret_share)
			continue;
		worst = s;
		*ret_share = share;
	}
	return worst;
}

/* Whether nothing that the actor began in the window was recorded, though something was due. */
static bool did_nothing(const struct trial_outcome *o, const struct workload_actor *a)
{
	bool due = a->arrival.kind == WORKLOAD_CLOSED;

	for (size_t i = 0; i < o->n_series; i++) {
		const struct series *s = &o->series[i];

		if (strcmp(s->id.actor, a->name) != 0)
			continue;
		if (s->histogram.count)
			return false;
		due |= s->planned > s->missed;
	}
	return due;
}

/* What failed was not measured: without successes there is nothing to compare. */
static void judge_failures(const struct workload *w, struct trial_outcome *o)
{
	for (uint32_t actor = 0; actor < w->n_actors; actor++) {
		const struct workload_actor *a = &w->actors[actor];
		char errors[128];
		double share;
		const struct series *s = find_worst(o, a->name, &share);

		if (s && share > a->max_failed) {
			name_errors(s, errors, sizeof(errors));
			trial_invalidate(o,
					 "%s failed in %.3g %% of its operations (%s: %s), more "
					 "than its max_failed of %g",
					 a->name, 100 * share, s->id.span, errors, a->max_failed);
		} else if (!s && did_nothing(o, a))
			trial_invalidate(o, "%s finished no operation in the window", a->name);
	}
}

/* Another regime of the lock than the result's header says. */
static void judge_lock(struct trial_outcome *o)
{
	const struct env *before = &o->before, *after = &o->after;

	if (before->favored_v2 != after->favored_v2)
		trial_invalidate(o, "favordynmods of cgroup v2 was turned %s meanwhile",
				 after->favored_v2 ? "on" : "off");
	if (before->favored_v1 != after->favored_v1)
		trial_invalidate(o, "favordynmods of a cgroup v1 mount was turned %s meanwhile",
				 after->favored_v1 ? "on" : "off");
}

static void judge_kernel(struct trial_outcome *o)
{
	const struct env *before = &o->before, *after = &o->after;

	if (after->taint & ~before->taint)
		trial_invalidate(o, "the kernel became tainted (%llu, before %llu): see its log",
				 (unsigned long long)after->taint,
				 (unsigned long long)before->taint);
	if (after->warnings > before->warnings)
		trial_invalidate(o, "the kernel gave %llu warnings with a trace: see its log",
				 (unsigned long long)(after->warnings - before->warnings));
	if (after->oopses > before->oopses)
		trial_invalidate(o, "the kernel had %llu oopses: see its log",
				 (unsigned long long)(after->oopses - before->oopses));
}

static void judge_machine(struct trial_outcome *o)
{
	uint64_t steal = env_stolen_ns(&o->before, &o->after);
	uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	/* Of all CPUs, as /proc/stat counts them, and not only of those that are ours. */
	double all =
		(double)(o->after.at_ns - o->before.at_ns) * (double)sysconf(_SC_NPROCESSORS_ONLN);

	if (strcmp(o->before.clock_source, o->after.clock_source) != 0)
		trial_invalidate(o, "the clock source changed from %s to %s",
				 o->before.clock_source, o->after.clock_source);
	/* /proc/stat counts whole ticks: one of them may be a nanosecond. */
	if ((double)steal > steal_share_max * all + (double)tick)
		trial_invalidate(o, "the hypervisor stole %.1f %% of the CPU time",
				 100 * (double)steal / all);
	if (o->after.has_throttled && o->after.throttled_ns > o->before.throttled_ns)
		trial_invalidate(
			o, "the run group was throttled for %llu us",
			(unsigned long long)(o->after.throttled_ns - o->before.throttled_ns) /
				1000);
}

void trial_judge(const struct workers *workers, struct trial_outcome *o)
{
	judge_workers(workers, o);
	judge_schedules(workers, o);
	judge_failures(workers->plan->workload, o);
	judge_machine(o);
	judge_kernel(o);
	judge_lock(o);
}
