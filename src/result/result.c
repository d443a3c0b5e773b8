/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

struct result *result_create(void)
{
	struct result *r = calloc(1, sizeof(*r));

	if (r)
		host_init(&r->host);
	return r;
}

static void finish_trial(struct result_trial *trial)
{
	for (size_t i = 0; i < trial->n_series; i++)
		series_finish(&trial->series[i]);
	free(trial->series);
	free(trial->stack_samples);
	array_free_texts(trial->reasons, trial->n_reasons);
}

static void finish_run(struct result_run *run)
{
	for (size_t i = 0; i < run->n_trials; i++)
		finish_trial(&run->trials[i]);
	free(run->trials);
	free(run->spec);
	workload_outline_finish(&run->outline);
	free(run->failure);
	array_free_texts(run->hierarchy.controllers, run->hierarchy.n_controllers);
	array_free_texts(run->hierarchy.skipped, run->hierarchy.n_skipped);
}

void result_destroy(struct result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_runs; i++)
		finish_run(&r->runs[i]);
	free(r->runs);
	host_finish(&r->host);
	free(r->tool_name);
	free(r->tool_version);
	free(r->label);
	free(r);
}

struct result_run *result_add_run(struct result *r)
{
	return array_grow(&r->runs, &r->n_runs, sizeof(*r->runs));
}

struct result_trial *result_add_trial(struct result_run *run)
{
	return array_grow(&run->trials, &run->n_trials, sizeof(*run->trials));
}

struct series *result_add_series(struct result_trial *trial)
{
	return array_grow(&trial->series, &trial->n_series, sizeof(*trial->series));
}

struct result_stack_samples *result_add_stack_samples(struct result_trial *trial)
{
	return array_grow(&trial->stack_samples, &trial->n_stack_samples,
			  sizeof(*trial->stack_samples));
}

int result_run_fail(struct result_run *run, const char *sentence)
{
	char *copy = strdup(sentence);

	if (!copy)
		return -ENOMEM;
	free(run->failure);
	run->failure = copy;
	return 0;
}

int result_trial_invalidate(struct result_trial *trial, const char *format, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	trial->valid = false;
	return array_add_text(&trial->reasons, &trial->n_reasons, "%s", reason);
}

size_t result_unknown_series(const struct result *r, const char **ret_word)
{
	size_t n = 0;

	*ret_word = NULL;
	for (size_t i = 0; i < r->n_runs; i++)
		for (size_t k = 0; k < r->runs[i].n_trials; k++) {
			const struct result_trial *t = &r->runs[i].trials[k];

			n += t->unknown_series;
			if (t->unknown_series && !*ret_word)
				*ret_word = t->unknown_time;
		}
	return n;
}
