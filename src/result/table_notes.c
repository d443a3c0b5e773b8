/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/escape.h"
#include "result/table_rows.h"

enum { NOTE_INDENT = 2, NOTE_SIZE = 2048 };

/* Is there a row above with the same actor (and span)? What belongs to the actor is told once. */
static bool is_first(const struct table_row *rows, size_t i, bool same_span)
{
	const struct result_series *s = rows[i].series;

	while (i--)
		if (strcmp(rows[i].series->actor, s->actor) == 0 &&
		    (!same_span || strcmp(rows[i].series->span, s->span) == 0))
			return false;
	return true;
}

static double samples_needed(void)
{
	return (double)histogram_samples_needed(99);
}

/* How long the windows would have to be together, for the row of the actor that needs longest. */
static void note_p99(const struct table_row *rows, size_t n, size_t first, FILE *to)
{
	const struct table_row *slowest = NULL;
	char needed[NUM_TEXT_SIZE], window[TABLE_WINDOW_SIZE], here[TABLE_WINDOW_SIZE],
		rate[TABLE_WINDOW_SIZE];

	for (size_t i = first; i < n; i++)
		if (strcmp(rows[i].series->actor, rows[first].series->actor) == 0 &&
		    (double)rows[i].count < samples_needed() && rows[i].count > 0 &&
		    (!slowest || rows[i].rate_per_s < slowest->rate_per_s))
			slowest = &rows[i];
	if (!slowest || slowest->rate_per_s <= 0)
		return;
	text_printf_wrapped("", NOTE_INDENT, to,
			    "%s: a p99 needs %s samples: windows of %s together at %s/s (here %s).",
			    slowest->series->actor,
			    num_format_count(histogram_samples_needed(99), needed),
			    table_format_window(samples_needed() / slowest->rate_per_s, window),
			    table_format_rate(slowest->rate_per_s, rate),
			    table_format_window(slowest->window_s, here));
}

static void note_schedule(const struct table_row *row, FILE *to)
{
	char late[NUM_TEXT_SIZE], missed[NUM_TEXT_SIZE], planned[NUM_TEXT_SIZE];

	if (!row->late && !row->missed)
		return;
	text_printf_wrapped("", NOTE_INDENT, to, "%s: of %s planned starts %s late, %s missed.",
			    row->series->actor, num_format_count(row->planned, planned),
			    num_format_count(row->late, late),
			    num_format_count(row->missed, missed));
}

static void note_clipped(const struct table_row *row, FILE *to)
{
	char count[NUM_TEXT_SIZE];

	if (row->clipped)
		text_printf_wrapped(
			"", NOTE_INDENT, to,
			"%s %s (%s): %s samples above %.0f s, in the last bucket but exact in max.",
			row->series->actor, row->series->span, span_time_names[row->series->time],
			num_format_count(row->clipped, count), (double)HISTOGRAM_HIGHEST / 1e9);
}

/* What one trial's series counts of an error, so that the trials can be added up. */
static uint64_t count_of(const struct result_series *s, const char *name)
{
	for (size_t i = 0; s && i < s->n_errors; i++)
		if (strcmp(s->errors[i].name, name) == 0)
			return s->errors[i].count;
	return 0;
}

static const struct result_series *series_of(const struct result_run *run, size_t trial,
					     const struct table_row *row)
{
	const struct result_trial *t = &run->trials[trial];

	return table_uses(run, t) ? result_find_series(t, row->series->actor, row->series->span,
						       row->series->time)
				  : NULL;
}

/* Appends "3 EAGAIN" for an error that no trial before this one had. */
static size_t append_error(const struct result_run *run, const struct table_row *row, size_t trial,
			   const char *name, char *text, size_t used)
{
	char number[NUM_TEXT_SIZE];
	uint64_t sum = 0;

	for (size_t i = 0; i < run->n_trials; i++) {
		uint64_t count = count_of(series_of(run, i, row), name);

		if (i < trial && count)
			return used;
		sum += count;
	}
	if (sum && used < NOTE_SIZE)
		used += (size_t)snprintf(text + used, NOTE_SIZE - used, "%s%s %s", used ? ", " : "",
					 num_format_count(sum, number), name);
	return used;
}

static void note_errors(const struct result_run *run, const struct table_row *row, FILE *to)
{
	char text[NOTE_SIZE] = "", failed[NUM_TEXT_SIZE], all[NUM_TEXT_SIZE];
	size_t used = 0;

	if (!row->errors)
		return;
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *s = series_of(run, i, row);

		for (size_t k = 0; s && k < s->n_errors; k++)
			used = append_error(run, row, i, s->errors[k].name, text, used);
	}
	text_printf_wrapped("", NOTE_INDENT, to, "%s %s: %s of %s failed: %s.", row->series->actor,
			    row->series->span, num_format_count(row->errors, failed),
			    num_format_count(row->errors + row->count, all), text);
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

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial_env *env = &run->trials[i].env;
		double all = (double)env->own_cpu_ns + (double)env->foreign_cpu_ns, share;

		if (!env->has_cpu || all <= 0)
			continue;
		share = (double)env->foreign_cpu_ns / all;
		least = share < least ? share : least;
		most = share > most ? share : most;
	}
	if (most >= 0)
		text_printf_wrapped(
			"", NOTE_INDENT, to,
			"Of the CPU time used meanwhile, others had %.0f to %.0f %% (the "
			"kernel's own threads among them).",
			100 * least, 100 * most);
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

void table_print_notes(const struct result_run *run, const struct table_row *rows, size_t n,
		       FILE *to)
{
	for (size_t i = 0; i < run->hierarchy.n_skipped; i++)
		text_printf_wrapped("", NOTE_INDENT, to, "Not enabled: %s.",
				    run->hierarchy.skipped[i]);
	note_foreign(run, to);
	note_trials(run, to);
	note_dying(run, to);
	for (size_t i = 0; i < n; i++) {
		if (is_first(rows, i, false)) {
			note_schedule(&rows[i], to);
			note_p99(rows, n, i, to);
		}
		if (is_first(rows, i, true))
			note_errors(run, &rows[i], to);
		note_clipped(&rows[i], to);
	}
}
