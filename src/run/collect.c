/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the workers' slots to an outcome. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "run/workers.h"
#include "run/trial.h"

void trial_invalidate(struct trial_outcome *o, const char *format, ...)
{
	va_list ap;

	if (o->n_reasons == TRIAL_REASONS_MAX)
		return;
	va_start(ap, format);
	vsnprintf(o->reasons[o->n_reasons++], TRIAL_REASON_SIZE, format, ap);
	va_end(ap);
}

/* An actor's first worker stands for all: they have the same orders. */
static struct slot *first_slot(const struct workers *workers, uint32_t actor)
{
	for (size_t i = 0; i < workers->n_members; i++)
		if (workers->plan->workers[i].actor == actor)
			return workers->members[i].slot;
	return NULL;
}

/* Adds what one worker recorded; the first one's becomes the series itself. */
static int add_worker(struct series *s, bool first, struct slot *slot, uint32_t span)
{
	bool response = s->id.time == SPAN_RESPONSE;
	struct series of_worker;
	int r = series_from_recorder(&of_worker, slot_find_recorder(slot, span, response));

	if (r < 0)
		return r;
	of_worker.planned = slot->planned;
	of_worker.late = slot->late;
	of_worker.missed = slot->missed;
	for (size_t i = 0; i < WORKER_ERRORS && slot->worker.errors[span][i].count && r == 0; i++)
		r = series_add_errno(&of_worker, slot->worker.errors[span][i].errnum,
				     slot->worker.errors[span][i].count);
	if (r == 0 && first) {
		of_worker.id = s->id;
		*s = of_worker;
		return 0;
	}
	if (r == 0)
		r = series_merge(s, &of_worker);
	series_finish(&of_worker);
	return r;
}

/* Bands cannot be made of the workers' own, so these are merged as they were recorded. */
static int collect_parts(const struct workers *workers, uint32_t actor, uint32_t span,
			 struct series *s)
{
	_cleanup_free struct part_recorder *all = NULL;
	bool response = s->id.time == SPAN_RESPONSE;

	if (!slot_find_parts(first_slot(workers, actor), span, response))
		return 0;
	all = calloc(1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < workers->n_members; i++)
		if (workers->plan->workers[i].actor == actor)
			part_recorder_merge(
				all, slot_find_parts(workers->members[i].slot, span, response));
	return series_attribution_create(&s->attribution, all);
}

static int collect_series(const struct workers *workers, uint32_t actor, uint32_t span,
			  enum span_time time, struct trial_outcome *o)
{
	const struct workload *w = workers->plan->workload;
	const struct kind *kind = w->actors[actor].kind;
	struct series *s = array_grow(&o->series, &o->n_series, sizeof(*s));
	bool first = true;
	int r = 0;

	if (!s)
		return -ENOMEM;
	snprintf(s->id.actor, sizeof(s->id.actor), "%s", w->actors[actor].name);
	snprintf(s->id.span, sizeof(s->id.span), "%s", kind->spans[span].name);
	s->id.time = time;
	for (size_t i = 0; r == 0 && i < workers->n_members; i++) {
		if (workers->plan->workers[i].actor != actor)
			continue;
		r = add_worker(s, first, workers->members[i].slot, span);
		first = false;
	}
	snprintf(s->stressor, sizeof(s->stressor), "%s", kind->name);
	s->rate_per_s = (double)s->histogram.count / ((double)w->duration_ns / NS_PER_S);
	return r == 0 ? collect_parts(workers, actor, span, s) : r;
}

int trial_collect(const struct workers *workers, struct trial_outcome *o)
{
	const struct workload *w = workers->plan->workload;

	for (uint32_t actor = 0; actor < w->n_actors; actor++)
		for (uint32_t span = 0; span < w->actors[actor].kind->n_spans; span++)
			for (int time = 0; time < 2; time++) {
				struct slot *slot = first_slot(workers, actor);

				if (!slot_find_recorder(slot, span, time == SPAN_RESPONSE))
					continue;
				if (collect_series(workers, actor, span, (enum span_time)time, o) <
				    0)
					return -ENOMEM;
			}
	return 0;
}

void trial_outcome_finish(struct trial_outcome *o)
{
	for (size_t i = 0; i < o->n_series; i++)
		series_finish(&o->series[i]);
	free(o->series);
	free(o->stacks);
	free(o->skipped);
	free(o->enabled);
	*o = (struct trial_outcome){0};
}
