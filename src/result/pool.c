/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* A trial that ended early may lack series: the one that has most tells which there are. */
static const struct result_trial *fullest_trial(const struct result_run *run)
{
	const struct result_trial *fullest = NULL;

	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid &&
		    (!fullest || run->trials[i].n_series > fullest->n_series))
			fullest = &run->trials[i];
	return fullest;
}

static int add_error(struct pooled_series *to, const struct result_error_count *error)
{
	struct result_error_count *added;

	for (size_t i = 0; i < to->n_errors; i++)
		if (strcmp(to->errors[i].name, error->name) == 0) {
			to->errors[i].count += error->count;
			return 0;
		}
	added = array_grow(&to->errors, &to->n_errors, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = *error;
	return 0;
}

static void add_threshold(struct pooled_series *to, const struct result_threshold *threshold)
{
	for (size_t i = 0; i < to->n_thresholds; i++)
		if (to->thresholds[i].ns == threshold->ns) {
			to->thresholds[i].above += threshold->above;
			return;
		}
	if (to->n_thresholds < WORKLOAD_THRESHOLDS_MAX)
		to->thresholds[to->n_thresholds++] = *threshold;
}

static void add_median(struct pooled_series *to, const struct sparse_histogram *h)
{
	double p50;

	if (!sparse_histogram_percentile_supported(h, 50))
		return;
	p50 = sparse_histogram_percentile(h, 50);
	if (to->p50_high_ns <= 0 || p50 < to->p50_low_ns)
		to->p50_low_ns = p50;
	if (p50 > to->p50_high_ns)
		to->p50_high_ns = p50;
}

static int add_series(struct pooled_series *to, struct histogram *all,
		      const struct result_trial *trial, const struct result_series *s)
{
	int r = 0;

	sparse_histogram_add_to(&s->histogram, all);
	add_median(to, &s->histogram);
	to->planned += s->planned;
	to->late += s->late;
	to->missed += s->missed;
	to->window_s += (double)trial->duration_ns / (double)NS_PER_S;
	for (size_t i = 0; i < s->n_thresholds; i++)
		add_threshold(to, &s->thresholds[i]);
	for (size_t i = 0; r == 0 && i < s->n_errors; i++)
		r = add_error(to, &s->errors[i]);
	return r;
}

/* `all` is room for a histogram. */
static int pool_series(const struct result_run *run, struct pooled_series *to,
		       struct histogram *all)
{
	const struct result_series *first = to->first;
	int r = 0;

	memset(all, 0, sizeof(*all));
	for (size_t i = 0; r == 0 && i < run->n_trials; i++) {
		const struct result_trial *trial = &run->trials[i];
		const struct result_series *s =
			result_find_series(trial, first->actor, first->span, first->time);

		if (trial->valid && s)
			r = add_series(to, all, trial, s);
	}
	to->rate_per_s = to->window_s > 0 ? (double)all->count / to->window_s : 0;
	return r == 0 ? sparse_histogram_init_from(&to->histogram, all) : r;
}

int pool_init(struct pool *ret, const struct result_run *run)
{
	const struct result_trial *trial = fullest_trial(run);
	size_t n = trial ? trial->n_series : 0;
	_cleanup_free struct histogram *all = malloc(sizeof(*all));
	struct pool pool = {.run = run, .series = calloc(n + 1, sizeof(*pool.series)), .n = n};
	int r = all && pool.series ? 0 : -ENOMEM;

	for (size_t i = 0; i < run->n_trials; i++)
		*(run->trials[i].valid ? &pool.n_valid : &pool.n_invalid) += 1;
	for (size_t i = 0; r == 0 && i < n; i++) {
		pool.series[i].first = &trial->series[i];
		r = pool_series(run, &pool.series[i], all);
	}
	if (r == 0)
		*ret = pool;
	else
		pool_finish(&pool);
	return r;
}

void pool_finish(struct pool *p)
{
	for (size_t i = 0; p->series && i < p->n; i++) {
		sparse_histogram_finish(&p->series[i].histogram);
		free(p->series[i].errors);
	}
	free(p->series);
	*p = (struct pool){0};
}

uint64_t pooled_series_errors(const struct pooled_series *s)
{
	uint64_t errors = 0;

	for (size_t i = 0; i < s->n_errors; i++)
		errors += s->errors[i].count;
	return errors;
}
