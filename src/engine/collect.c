/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the workers' slots to an outcome. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/crew.h"
#include "engine/trial.h"

/*
 * Stolen time above this share of all CPUs' time makes a trial invalid: a hypervisor that takes one
 * hundredth moves a p99 of short operations by itself.
 */
static const double steal_share_max = 0.01;

void trial_invalidate(struct trial_outcome *o, const char *format, ...)
{
	va_list ap;

	if (o->n_reasons == TRIAL_REASONS_MAX)
		return;
	va_start(ap, format);
	vsnprintf(o->reasons[o->n_reasons++], TRIAL_REASON_SIZE, format, ap);
	va_end(ap);
}

static void merge_errors(struct worker_errors *to, const struct worker_errors *from)
{
	for (unsigned i = 0; i < WORKER_ERRORS && from[i].count; i++) {
		unsigned at = 0;

		while (at < WORKER_ERRORS - 1 && to[at].count && to[at].errnum != from[i].errnum)
			at++;
		if (!to[at].count)
			to[at].errnum = from[i].errnum;
		to[at].count += from[i].count;
	}
}

static void merge_worker(struct trial_series *s, struct slot *slot)
{
	recorder_merge(s->recorder, slot_find_recorder(slot, s->span, s->response));
	if (s->parts)
		part_recorder_merge(s->parts, slot_find_parts(slot, s->span, s->response));
	merge_errors(s->errors, slot->worker.errors[s->span]);
	s->planned += slot->planned;
	s->late += slot->late;
	s->missed += slot->missed;
}

/* An actor's first worker stands for all: they have the same orders. */
static struct slot *first_slot(const struct crew *crew, uint32_t actor)
{
	for (size_t i = 0; i < crew->n_members; i++)
		if (crew->plan->workers[i].actor == actor)
			return crew->members[i].slot;
	return NULL;
}

static int collect_series(const struct crew *crew, uint32_t actor, uint32_t span, bool response,
			  struct trial_outcome *o)
{
	struct trial_series *s = &o->series[o->n_series];
	const struct slot_orders *orders = NULL;

	*s = (struct trial_series){.actor = actor, .span = span, .response = response};
	s->recorder = calloc(1, sizeof(*s->recorder));
	if (!s->recorder)
		return -ENOMEM;
	o->n_series++;
	if (slot_find_parts(first_slot(crew, actor), span, response)) {
		s->parts = calloc(1, sizeof(*s->parts));
		if (!s->parts)
			return -ENOMEM;
	}
	for (size_t i = 0; i < crew->n_members; i++) {
		if (crew->plan->workers[i].actor != actor)
			continue;
		if (!orders) {
			orders = &crew->members[i].slot->orders;
			recorder_init(s->recorder, orders->window_ns, orders->thresholds_ns,
				      orders->n_thresholds);
		}
		merge_worker(s, crew->members[i].slot);
	}
	return 0;
}

int trial_collect(const struct crew *crew, struct trial_outcome *o)
{
	const struct workload *w = crew->plan->workload;

	o->series = calloc(w->n_actors * KIND_SPANS_MAX * 2, sizeof(*o->series));
	if (!o->series)
		return -ENOMEM;
	for (uint32_t actor = 0; actor < w->n_actors; actor++)
		for (uint32_t span = 0; span < w->actors[actor].kind->n_spans; span++)
			for (int response = 0; response < 2; response++) {
				struct slot *slot = first_slot(crew, actor);

				if (!slot_find_recorder(slot, span, response))
					continue;
				if (collect_series(crew, actor, span, response, o) < 0)
					return -ENOMEM;
			}
	return 0;
}

static void judge_workers(const struct crew *crew, struct trial_outcome *o)
{
	for (size_t i = 0; i < crew->n_members; i++) {
		const struct crew_member *m = &crew->members[i];
		const struct plan_worker *pw = &crew->plan->workers[i];
		const char *actor = crew->plan->workload->actors[pw->actor].name;

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

static void judge_schedules(const struct crew *crew, struct trial_outcome *o)
{
	const struct workload *w = crew->plan->workload;

	for (uint32_t actor = 0; actor < w->n_actors; actor++) {
		uint64_t planned = 0, missed = 0;

		for (size_t i = 0; i < crew->n_members; i++)
			if (crew->plan->workers[i].actor == actor) {
				planned += crew->members[i].slot->planned;
				missed += crew->members[i].slot->missed;
			}
		if ((double)missed > w->actors[actor].arrival.max_missed * (double)planned)
			trial_invalidate(
				o, "%s missed %llu of %llu starts, more than its max_missed of %g",
				w->actors[actor].name, (unsigned long long)missed,
				(unsigned long long)planned, w->actors[actor].arrival.max_missed);
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

void trial_judge(const struct crew *crew, struct trial_outcome *o)
{
	judge_workers(crew, o);
	judge_schedules(crew, o);
	judge_machine(o);
	judge_kernel(o);
	judge_lock(o);
}

void trial_outcome_finish(struct trial_outcome *o)
{
	for (size_t i = 0; i < o->n_series; i++) {
		free(o->series[i].recorder);
		free(o->series[i].parts);
	}
	free(o->series);
	free(o->skipped);
	free(o->enabled);
	*o = (struct trial_outcome){0};
}
