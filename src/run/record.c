/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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
		r = array_add_text(strings, n, "%s", word);
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

/* Beside what was attributed, the same series without tracing, if that trial counts. */
static void record_plain(struct series *s, const struct trial_outcome *plain)
{
	const struct series *like = plain && plain->n_reasons == 0
					    ? series_find(plain->series, plain->n_series, &s->id)
					    : NULL;

	if (!s->attribution || !like)
		return;
	s->attribution->plain_count = like->histogram.count;
	s->attribution->plain_p50_ns = sparse_histogram_percentile(&like->histogram, 50);
	s->attribution->plain_rate_per_s = like->rate_per_s;
}

static int fill_trial(struct result_trial *trial, struct trial_outcome *o,
		      const struct trial_outcome *plain)
{
	int r = 0;

	trial->n_series = o->n_series;
	trial->series = steal_ptr(o->series);
	o->n_series = 0;
	for (size_t i = 0; i < trial->n_series; i++)
		record_plain(&trial->series[i], plain);
	for (size_t i = 0; i < o->n_reasons && r == 0; i++)
		r = result_trial_invalidate(trial, "%s", o->reasons[i]);
	return r;
}

int record_trial(struct result_run *run, const struct plan *plan, uint64_t index,
		 struct trial_outcome *o, const struct trial_outcome *plain)
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
	r = fill_trial(trial, o, plain);
	if (r < 0)
		trial->valid = false;
	return r;
}
