/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/data.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/escape.h"

static void finish_series_side(struct data_series_side *side)
{
	for (size_t i = 0; i < side->n_trials; i++)
		series_finish(&side->trials[i].series);
	series_finish(&side->all);
	free(side->trials);
}

static void finish_side(struct data_side *side)
{
	for (size_t i = 0; i < side->n_invocations; i++) {
		free(side->invocations[i].origin);
		free(side->invocations[i].boot_id);
	}
	free(side->invocations);
	free(side->units);
}

void data_finish(struct data *d)
{
	for (size_t i = 0; i < d->n_series; i++) {
		finish_series_side(&d->series[i].side[0]);
		finish_series_side(&d->series[i].side[1]);
	}
	for (size_t i = 0; i < d->n_workloads; i++)
		free(d->workloads[i].primaries);
	for (size_t i = 0; i < d->n_sources; i++)
		free(d->sources[i].origin);
	free(d->sources);
	finish_side(&d->side[0]);
	finish_side(&d->side[1]);
	facts_finish(&d->facts);
	free(d->workloads);
	free(d->series);
	*d = (struct data){0};
}

/* Series come in the same order in every trial, so the next one is tried first. */
static struct data_series *find_series(struct data *d, size_t workload, const struct series_id *id)
{
	for (size_t i = 0; i < d->n_series; i++) {
		size_t k = (d->next_series + i) % d->n_series;

		if (d->series[k].workload == workload && series_id_equal(&d->series[k].id, id)) {
			d->next_series = k + 1;
			return &d->series[k];
		}
	}
	return NULL;
}

static int find_or_add_series(struct data *d, size_t workload, const struct series *of,
			      struct data_series **ret, struct err *e)
{
	struct data_series *s = find_series(d, workload, &of->id);

	if (!s) {
		if (d->n_series == DATA_SERIES_MAX)
			return err_set(e, EXIT_USAGE, E2BIG,
				       "more than %d different series in all, which is more than a "
				       "comparison takes",
				       DATA_SERIES_MAX);
		s = array_grow(&d->series, &d->n_series, sizeof(*s));
		if (!s)
			return err_no_memory(e);
		s->workload = workload;
		s->id = of->id;
		strcpy(s->stressor, of->stressor);
	}
	*ret = s;
	return 0;
}

bool data_counts_instructions(const struct data *d)
{
	const struct fact *clock = facts_find(&d->facts, "clock.kind");

	for (int s = 0; clock && s < 2; s++)
		for (size_t i = 0; i < clock->n_values[s]; i++)
			if (strcmp(clock->values[s][i].text, "instructions") == 0)
				return true;
	return false;
}

double data_clock_step_ns(const struct data *d)
{
	const struct fact *step = facts_find(&d->facts, "clock.ns_per_instruction");
	double coarsest = 1; /* results hold whole nanoseconds */

	for (int s = 0; step && s < 2; s++)
		for (size_t i = 0; i < step->n_values[s]; i++)
			coarsest = fmax(coarsest, atof(step->values[s][i].text));
	return coarsest;
}

static int copy_series(struct series *to, const struct series *from)
{
	*to = *from;
	to->errors = NULL;
	to->intervals = NULL;
	to->attribution = NULL;
	to->n_errors = to->n_intervals = 0;
	to->histogram = (struct sparse_histogram){0};
	return sparse_histogram_merge(&to->histogram, &from->histogram);
}

static int add_series(struct data *d, int side, size_t workload, const struct series *series,
		      struct err *e)
{
	struct data_series *s = NULL;
	struct data_series_side *to;
	struct data_trial *trial;
	int r = find_or_add_series(d, workload, series, &s, e);

	if (r < 0)
		return r;
	to = &s->side[side];
	trial = array_grow(&to->trials, &to->n_trials, sizeof(*trial));
	if (!trial)
		return err_no_memory(e);
	trial->invocation = d->side[side].n_invocations - 1;
	if (copy_series(&trial->series, series) < 0 || series_merge(&to->all, series) < 0)
		return err_no_memory(e);
	/* Nothing outside of such a guest can make a start late. */
	if (data_counts_instructions(d))
		to->all.late = 0;
	return 0;
}

static int find_or_add_workload(struct data *d, const struct result_run *run, size_t *ret,
				struct err *e)
{
	struct data_workload *w;

	for (size_t i = 0; i < d->n_workloads; i++)
		if (strcmp(d->workloads[i].name, run->workload) == 0) {
			*ret = i;
			return 0;
		}
	if (d->n_workloads == DATA_WORKLOADS_MAX)
		return err_set(e, EXIT_USAGE, E2BIG, "more than %d workloads", DATA_WORKLOADS_MAX);
	w = array_grow(&d->workloads, &d->n_workloads, sizeof(*w));
	if (!w)
		return err_no_memory(e);
	escape_copy(w->name, sizeof(w->name), run->workload);
	*ret = d->n_workloads - 1;
	return 0;
}

static struct workload_primary *find_primary(const struct data_workload *w,
					     const struct workload_primary *p)
{
	for (size_t i = 0; i < w->n_primaries; i++)
		if (primary_same(&w->primaries[i], p))
			return &w->primaries[i];
	return NULL;
}

/* Those of all results: to leave some out after the fact would be to choose by what was found. */
static int add_primaries(struct data_workload *w, const struct result_run *run, struct err *e)
{
	bool first = !w->seen[0] && !w->seen[1];

	w->primaries_differ |= !first && run->n_primaries != w->n_primaries;
	for (size_t i = 0; i < run->n_primaries; i++) {
		const struct workload_primary *p = &run->primaries[i];
		struct workload_primary *known = find_primary(w, p);

		if (known) {
			w->primaries_differ |= known->tolerance != p->tolerance ||
					       known->direction != p->direction ||
					       known->from != p->from;
			known->unreachable |= p->unreachable;
			continue;
		}
		w->primaries_differ |= !first;
		if (w->n_primaries == DATA_PRIMARIES_MAX)
			return err_set(e, EXIT_USAGE, E2BIG,
				       "more than %d different primary metrics of %s",
				       DATA_PRIMARIES_MAX, w->name);
		known = array_grow(&w->primaries, &w->n_primaries, sizeof(*known));
		if (!known)
			return err_no_memory(e);
		*known = *p;
		escape_mask(known->id.actor);
		escape_mask(known->id.span);
	}
	return 0;
}

static void count_trial(struct data_workload *w, int side, const struct result_trial *trial,
			double warmup_s)
{
	double s = warmup_s +
		   (double)(trial->setup_ns + trial->duration_ns + trial->teardown_ns) / 1e9;

	if (s > w->trial_s)
		w->trial_s = s;
	if (trial->unknown_series && !w->unknown_time[0])
		strcpy(w->unknown_time, trial->unknown_time);
	w->unknown_series[side] += trial->unknown_series;
	if (trial->valid) {
		w->valid[side]++;
		return;
	}
	w->invalid[side]++;
	if (!w->invalid_reason[side][0] && trial->n_reasons)
		escape_copy(w->invalid_reason[side], sizeof(w->invalid_reason[side]),
			    trial->reasons[0]);
}

static int add_trial(struct data *d, int side, size_t workload, const struct result_trial *trial,
		     struct err *e)
{
	int r = 0;

	if (!trial->valid)
		return 0;
	if (trial->env.has_cpu) {
		d->side[side].foreign_ns += (double)trial->env.foreign_cpu_ns;
		d->side[side].foreign_window_ns += (double)trial->duration_ns;
	}
	for (size_t i = 0; r == 0 && i < trial->n_series; i++)
		r = add_series(d, side, workload, &trial->series[i], e);
	return r;
}

static bool has_valid_trial(const struct result_run *run)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return true;
	return false;
}

/* A result lists what was planned: an interrupted one, of a kernel that died maybe, lost the rest. */
static void count_run(struct data_workload *w, int side, const struct result *r,
		      const struct result_run *run)
{
	bool lost = run->failure || ((run->n_trials || !r->complete) && !has_valid_trial(run));

	w->runs[side] += lost || run->n_trials;
	w->lost[side] += lost;
	w->given_up[side] += run->failure != NULL;
	if (run->failure && !w->failure[side][0])
		escape_copy(w->failure[side], sizeof(w->failure[side]), run->failure);
}

static double share(size_t part, size_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

bool data_is_selection(const struct data_workload *w)
{
	return w->given_up[0] * w->runs[1] != w->given_up[1] * w->runs[0] ||
	       fabs(share(w->lost[0], w->runs[0]) - share(w->lost[1], w->runs[1])) >
		       DATA_LOST_APART;
}

static int add_run(struct data *d, int side, const struct result *result,
		   const struct result_run *run, struct err *e)
{
	size_t workload = 0;
	double warmup_s;
	int r = find_or_add_workload(d, run, &workload, e);

	if (r < 0)
		return r;
	r = add_primaries(&d->workloads[workload], run, e);
	if (r < 0)
		return r;
	d->workloads[workload].seen[side] = true;
	count_run(&d->workloads[workload], side, result, run);
	warmup_s = (double)run->outline.warmup_ns / 1e9;
	for (size_t i = 0; r == 0 && i < run->n_trials; i++) {
		count_trial(&d->workloads[workload], side, &run->trials[i], warmup_s);
		r = add_trial(d, side, workload, &run->trials[i], e);
	}
	return r;
}

/* Refuses a result that was added before. */
static int add_source(struct data *d, const char *origin, const struct result *r, struct err *e)
{
	struct data_source *s;

	for (size_t i = 0; i < d->n_sources; i++)
		if (strcmp(d->sources[i].id, r->id) == 0)
			return err_set(e, EXIT_USAGE, EINVAL, "%s: the same result as %s (id %s)",
				       origin, d->sources[i].origin, d->sources[i].id);
	s = array_grow(&d->sources, &d->n_sources, sizeof(*s));
	if (!s)
		return err_no_memory(e);
	escape_copy(s->id, sizeof(s->id), r->id);
	s->origin = escape_dup(origin);
	return s->origin ? 0 : err_no_memory(e);
}

static int add_invocation(struct data_side *side, const char *origin, const struct result *r)
{
	struct data_invocation *i =
		array_grow(&side->invocations, &side->n_invocations, sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->origin = escape_dup(origin);
	i->boot_id = escape_dup(r->host.boot_id);
	if (clock_parse_rfc3339(r->started_at, &i->started_at_s) < 0)
		i->started_at_s = DATA_START_UNKNOWN;
	i->has_block = r->has_sequence;
	i->block = r->sequence_block;
	side->incomplete += !r->complete;
	return i->origin && (i->boot_id || !r->host.boot_id) ? 0 : -ENOMEM;
}

static bool has_trials(const struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_runs; i++)
		n += r->runs[i].n_trials;
	return n > 0;
}

/* The runs of a result without a trial that say something: they were given up, or interrupted. */
static int add_lost(struct data *d, int side, const struct result *r, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < r->n_runs; i++)
		if (r->runs[i].failure || !r->complete)
			ret = add_run(d, side, r, &r->runs[i], e);
	return ret;
}

int data_add(struct data *d, int side, const char *origin, const struct result *r, struct err *e)
{
	int ret = add_source(d, origin, r, e);

	if (ret < 0)
		return ret;
	if (!has_trials(r)) {
		d->side[side].empty++;
		return add_lost(d, side, r, e);
	}
	if (add_invocation(&d->side[side], origin, r) < 0 ||
	    facts_add(&d->facts, side, origin, r) < 0)
		return err_no_memory(e);
	for (size_t i = 0; ret == 0 && i < r->n_runs; i++)
		ret = add_run(d, side, r, &r->runs[i], e);
	return ret;
}
