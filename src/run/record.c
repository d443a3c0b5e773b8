/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int record_run(struct result *r, const struct workload *w)
{
	struct result_run *run = result_add_run(r);

	if (!run)
		return -ENOMEM;
	snprintf(run->workload, sizeof(run->workload), "%s", w->name);
	snprintf(run->sha256, sizeof(run->sha256), "%s", w->sha256);
	run->spec = strdup(w->spec);
	if (!run->spec)
		return -ENOMEM;
	memcpy(run->primaries, w->primaries, sizeof(run->primaries));
	run->n_primaries = w->n_primaries;
	run->trials_planned = w->trials;
	return 0;
}

/* Adds each word or line of a list. */
static int add_each(char ***strings, size_t *n, const char *list, const char *separators)
{
	_cleanup_free char *copy = strdup(list ? list : "");
	char *save = NULL;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *word = strtok_r(copy, separators, &save); word && r == 0;
	     word = strtok_r(NULL, separators, &save))
		r = result_add_string(strings, n, "%s", word);
	return r;
}

/* The same in each trial of a run; the first one tells. */
static int record_hierarchy(struct result_run *run, const struct trial_outcome *o)
{
	struct result_hierarchy *h = &run->hierarchy;
	int r;

	if (run->n_trials)
		return 0;
	h->groups = o->n_groups;
	r = add_each(&h->controllers, &h->n_controllers, o->enabled, " ");
	return r == 0 ? add_each(&h->skipped, &h->n_skipped, o->skipped, "\n") : r;
}

static void record_env(struct result_trial_env *to, const struct env *before,
		       const struct env *after)
{
	snprintf(to->clock_source, sizeof(to->clock_source), "%s", after->clock_source);
	to->load1 = before->load1;
	to->steal_ns = env_stolen_ns(before, after);
	to->has_psi = before->has_psi && after->has_psi;
	to->psi_cpu_ns = to->has_psi ? after->psi_cpu_ns - before->psi_cpu_ns : 0;
	to->has_throttled = before->has_throttled && after->has_throttled;
	to->throttled_ns = to->has_throttled ? after->throttled_ns - before->throttled_ns : 0;
	to->has_cpu = before->has_used && after->has_used;
	if (to->has_cpu) {
		uint64_t busy = after->busy_ns - before->busy_ns;

		/* The total counts in ticks, so it can be the smaller one. */
		to->own_cpu_ns = after->used_ns - before->used_ns;
		to->foreign_cpu_ns = busy > to->own_cpu_ns ? busy - to->own_cpu_ns : 0;
	}
	to->taint = after->taint;
}

static int record_intervals(struct result_series *to, const struct recorder *from)
{
	to->interval_ns = from->interval_ns;
	to->intervals = calloc(RECORDER_INTERVALS, sizeof(*to->intervals));
	if (!to->intervals)
		return -ENOMEM;
	to->n_intervals = RECORDER_INTERVALS;
	for (size_t i = 0; i < RECORDER_INTERVALS; i++)
		to->intervals[i] = (struct result_interval){.count = from->intervals[i].count,
							    .sum_ns = from->intervals[i].sum_ns,
							    .max_ns = from->intervals[i].max_ns};
	return 0;
}

static int record_errors(struct result_series *to, const struct worker_errors *from)
{
	int r = 0;

	for (size_t i = 0; i < WORKER_ERRORS && from[i].count && r == 0; i++)
		r = result_series_add_error(to, from[i].errnum, from[i].count);
	return r;
}

/* The same series of the trial without tracing, if that one counts. */
static const struct trial_series *find_plain(const struct trial_outcome *plain,
					     const struct trial_series *traced)
{
	for (size_t i = 0; plain && plain->n_reasons == 0 && i < plain->n_series; i++) {
		const struct trial_series *s = &plain->series[i];

		if (s->actor == traced->actor && s->span == traced->span &&
		    s->response == traced->response)
			return s;
	}
	return NULL;
}

static int record_attribution(struct result_series *to, const struct trial_series *from,
			      const struct trial_outcome *plain, double window_s)
{
	const struct trial_series *s = find_plain(plain, from);
	int r;

	if (!from->parts)
		return 0;
	r = result_attribution_create(&to->attribution, from->parts);
	if (r < 0 || !s)
		return r;
	to->attribution->plain_count = s->recorder->histogram.count;
	to->attribution->plain_p50_ns = histogram_percentile(&s->recorder->histogram, 50);
	to->attribution->plain_rate_per_s = (double)s->recorder->histogram.count / window_s;
	return 0;
}

static int record_series(struct result_trial *trial, const struct workload *w,
			 const struct trial_series *from, const struct trial_outcome *plain)
{
	double window_s = (double)trial->duration_ns / NS_PER_S;
	const struct workload_actor *actor = &w->actors[from->actor];
	struct result_series *to = result_add_series(trial);
	int r;

	if (!to)
		return -ENOMEM;
	snprintf(to->actor, sizeof(to->actor), "%s", actor->name);
	snprintf(to->stressor, sizeof(to->stressor), "%s", actor->kind->name);
	snprintf(to->span, sizeof(to->span), "%s", actor->kind->spans[from->span].name);
	to->time = from->response ? SPAN_RESPONSE : SPAN_SERVICE;
	to->planned = from->planned;
	to->late = from->late;
	to->missed = from->missed;
	to->rate_per_s = (double)from->recorder->histogram.count / window_s;
	to->n_thresholds = from->recorder->n_thresholds;
	for (size_t i = 0; i < to->n_thresholds; i++)
		to->thresholds[i] = (struct result_threshold){
			.ns = from->recorder->thresholds_ns[i], .above = from->recorder->above[i]};
	r = result_series_set_histogram(to, &from->recorder->histogram);
	if (r == 0)
		r = record_intervals(to, from->recorder);
	if (r == 0)
		r = record_attribution(to, from, plain, window_s);
	return r == 0 ? record_errors(to, from->errors) : r;
}

static int fill_trial(struct result_trial *trial, const struct plan *plan,
		      const struct trial_outcome *o, const struct trial_outcome *plain)
{
	int r = 0;

	for (size_t i = 0; i < o->n_reasons && r == 0; i++)
		r = result_trial_invalidate(trial, "%s", o->reasons[i]);
	for (size_t i = 0; i < o->n_series && r == 0; i++)
		r = record_series(trial, plan->workload, &o->series[i], plain);
	return r;
}

int record_trial(struct result_run *run, const struct plan *plan, uint64_t index,
		 const struct trial_outcome *o, const struct trial_outcome *plain)
{
	struct result_trial *trial;
	int r = record_hierarchy(run, o);

	if (r < 0)
		return r;
	trial = result_add_trial(run);
	if (!trial)
		return -ENOMEM;
	trial->index = index;
	snprintf(trial->started_at, sizeof(trial->started_at), "%s", o->started_at);
	trial->duration_ns = plan->workload->duration_ns;
	trial->setup_ns = o->setup_ns;
	trial->teardown_ns = o->teardown_ns;
	trial->valid = true;
	record_env(&trial->env, &o->before, &o->after);
	trial->env.dying_groups = o->dying > 0 ? (uint64_t)o->dying : 0;
	r = fill_trial(trial, plan, o, plain);
	if (r < 0)
		trial->valid = false;
	return r;
}
