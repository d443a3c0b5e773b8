/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the workers' slots to an outcome. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

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
static struct slot *first_slot(const struct workers *workers, uint32_t actor)
{
	for (size_t i = 0; i < workers->n_members; i++)
		if (workers->plan->workers[i].actor == actor)
			return workers->members[i].slot;
	return NULL;
}

static int collect_series(const struct workers *workers, uint32_t actor, uint32_t span,
			  bool response, struct trial_outcome *o)
{
	struct trial_series *s = &o->series[o->n_series];
	const struct slot_orders *orders = NULL;

	*s = (struct trial_series){.actor = actor, .span = span, .response = response};
	s->recorder = calloc(1, sizeof(*s->recorder));
	if (!s->recorder)
		return -ENOMEM;
	o->n_series++;
	if (slot_find_parts(first_slot(workers, actor), span, response)) {
		s->parts = calloc(1, sizeof(*s->parts));
		if (!s->parts)
			return -ENOMEM;
	}
	for (size_t i = 0; i < workers->n_members; i++) {
		if (workers->plan->workers[i].actor != actor)
			continue;
		if (!orders) {
			orders = &workers->members[i].slot->orders;
			recorder_init(s->recorder, orders->window_ns, orders->thresholds_ns,
				      orders->n_thresholds);
		}
		merge_worker(s, workers->members[i].slot);
	}
	return 0;
}

int trial_collect(const struct workers *workers, struct trial_outcome *o)
{
	const struct workload *w = workers->plan->workload;

	o->series = calloc(w->n_actors * KIND_SPANS_MAX * 2, sizeof(*o->series));
	if (!o->series)
		return -ENOMEM;
	for (uint32_t actor = 0; actor < w->n_actors; actor++)
		for (uint32_t span = 0; span < w->actors[actor].kind->n_spans; span++)
			for (int response = 0; response < 2; response++) {
				struct slot *slot = first_slot(workers, actor);

				if (!slot_find_recorder(slot, span, response))
					continue;
				if (collect_series(workers, actor, span, response, o) < 0)
					return -ENOMEM;
			}
	return 0;
}

void trial_outcome_finish(struct trial_outcome *o)
{
	for (size_t i = 0; i < o->n_series; i++) {
		free(o->series[i].recorder);
		free(o->series[i].parts);
	}
	free(o->series);
	free(o->stacks);
	free(o->skipped);
	free(o->enabled);
	*o = (struct trial_outcome){0};
}
