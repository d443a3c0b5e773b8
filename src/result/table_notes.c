/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/escape.h"
#include "result/table_rows.h"

enum { NOTE_INDENT = 2, NOTE_SIZE = 2048 };

/* Does no series before it have the actor (and span)? What belongs to the actor is printed once. */
static bool is_first(const struct pool *pool, size_t i, bool same_span)
{
	const struct series_id *id = &pool->series[i].all.id;

	while (i--) {
		const struct series_id *other = &pool->series[i].all.id;

		if (strcmp(other->actor, id->actor) == 0 &&
		    (!same_span || strcmp(other->span, id->span) == 0))
			return false;
	}
	return true;
}

/* Of a short window the planned rate is the better one: one start in 20 ms is not 50 a second. */
static double expected_rate(const struct result_run *run, const struct series *s,
			    const struct host *h)
{
	uint64_t cpus = h->cpu_count > 0 ? (uint64_t)h->cpu_count : 1;
	double planned = run->spec ? workload_planned_rate(run->spec, s->id.actor, cpus) : NAN;

	return fmin(planned, s->rate_per_s); /* NAN: not planned */
}

/* How long the windows would have to be together, for the actor's series that needs longest. */
static void note_p99(const struct pool *pool, size_t first, const struct host *h, FILE *to)
{
	const char *actor = pool->series[first].all.id.actor;
	uint64_t needed = histogram_samples_needed(99);
	const struct pooled_series *slowest = NULL;
	double expected;
	char count[NUM_TEXT_SIZE], window[TABLE_WINDOW_SIZE], here[TABLE_WINDOW_SIZE],
		rate[TABLE_WINDOW_SIZE];

	for (size_t i = first; i < pool->n; i++) {
		const struct series *s = &pool->series[i].all;

		if (strcmp(s->id.actor, actor) == 0 && s->histogram.count < needed &&
		    s->histogram.count > 0 && (!slowest || s->rate_per_s < slowest->all.rate_per_s))
			slowest = &pool->series[i];
	}
	if (!slowest)
		return;
	expected = expected_rate(pool->run, &slowest->all, h);
	if (!(expected > 0))
		return;
	text_printf_wrapped("", NOTE_INDENT, to,
			    "%s: a p99 needs %s samples: windows of %s together at %s/s (here %s).",
			    actor, num_format_count(needed, count),
			    table_format_window((double)needed / expected, window),
			    table_format_rate(expected, rate),
			    table_format_window(slowest->window_s, here));
}

static void note_schedule(const struct series *s, FILE *to)
{
	char late[NUM_TEXT_SIZE], missed[NUM_TEXT_SIZE], planned[NUM_TEXT_SIZE];

	if (!s->late && !s->missed)
		return;
	text_printf_wrapped("", NOTE_INDENT, to, "%s: of %s planned starts %s late, %s missed.",
			    s->id.actor, num_format_count(s->planned, planned),
			    num_format_count(s->late, late), num_format_count(s->missed, missed));
}

static void note_clipped(const struct series *s, FILE *to)
{
	char count[NUM_TEXT_SIZE], label[SERIES_LABEL_SIZE];

	if (s->histogram.clipped)
		text_printf_wrapped(
			"", NOTE_INDENT, to,
			"%s: %s samples above %.0f s, in the last bucket but exact in max.",
			series_label(&s->id, label), num_format_count(s->histogram.clipped, count),
			(double)HISTOGRAM_HIGHEST / 1e9);
}

static void note_errors(const struct series *s, FILE *to)
{
	char text[NOTE_SIZE] = "", failed[NUM_TEXT_SIZE], all[NUM_TEXT_SIZE];
	uint64_t errors = series_errors(s);

	if (!errors)
		return;
	for (size_t i = 0; i < s->n_errors; i++)
		if (s->errors[i].count)
			text_append(text, NOTE_SIZE, "%s%s %s", *text ? ", " : "",
				    num_format_count(s->errors[i].count, failed),
				    s->errors[i].name);
	text_printf_wrapped("", NOTE_INDENT, to, "%s %s: %s of %s failed: %s.", s->id.actor,
			    s->id.span, num_format_count(errors, failed),
			    num_format_count(errors + s->histogram.count, all), text);
}

static void note_trials(const struct result_run *run, FILE *to)
{
	bool any = false;

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *t = &run->trials[i];

		any |= t->valid;
		if (!t->valid && t->n_reasons == 0)
			text_printf_wrapped("", NOTE_INDENT, to, "Trial %llu is not valid.",
					    (unsigned long long)t->index + 1);
		for (size_t k = 0; !t->valid && k < t->n_reasons; k++)
			text_printf_wrapped("", NOTE_INDENT, to, "Trial %llu is not valid: %s.",
					    (unsigned long long)t->index + 1, t->reasons[k]);
	}
	if (run->n_trials && !any)
		text_print_wrapped("", NOTE_INDENT,
				   "No trial is valid: these figures show them all the same and "
				   "are fit for no comparison.",
				   to);
}

/* Least and most of the trials: the share of the CPU time used that was not the run's own. */
static void note_foreign(const struct result_run *run, FILE *to)
{
	double least = 1, most = -1;
	char low[16], high[16];

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial_env *env = &run->trials[i].env;
		double all = (double)env->own_cpu_ns + (double)env->foreign_cpu_ns, share;

		if (!env->has_cpu || all <= 0)
			continue;
		share = (double)env->foreign_cpu_ns / all;
		least = share < least ? share : least;
		most = share > most ? share : most;
	}
	if (most < 0)
		return;
	snprintf(low, sizeof(low), "%.0f", 100 * least);
	snprintf(high, sizeof(high), "%.0f", 100 * most);
	text_printf_wrapped(
		"", NOTE_INDENT, to,
		"Of the CPU time used meanwhile, others had %s%s%s %% (the kernel's own "
		"threads among them).",
		low, strcmp(low, high) == 0 ? "" : " to ", strcmp(low, high) == 0 ? "" : high);
}

static void note_dying(const struct result_run *run, FILE *to)
{
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *t = &run->trials[i];

		if (t->env.dying_groups)
			text_printf_wrapped("", NOTE_INDENT, to,
					    "After trial %llu the kernel kept %llu of its removed "
					    "groups for longer than was waited for.",
					    (unsigned long long)t->index + 1,
					    (unsigned long long)t->env.dying_groups);
	}
}

void table_print_notes(const struct pool *pool, const struct host *h, FILE *to)
{
	const struct result_run *run = pool->run;

	for (size_t i = 0; i < run->hierarchy.n_skipped; i++)
		text_printf_wrapped("", NOTE_INDENT, to, "Not enabled: %s.",
				    run->hierarchy.skipped[i]);
	note_foreign(run, to);
	note_trials(run, to);
	note_dying(run, to);
	for (size_t i = 0; i < pool->n; i++) {
		const struct series *s = &pool->series[i].all;

		if (is_first(pool, i, false)) {
			note_schedule(s, to);
			note_p99(pool, i, h, to);
		}
		if (is_first(pool, i, true))
			note_errors(s, to);
		note_clipped(s, to);
	}
}
