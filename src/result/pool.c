/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

bool pool_has_valid(const struct result_run *run)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return true;
	return false;
}

bool pool_takes(const struct result_run *run, const struct result_trial *trial,
		enum pool_trials which)
{
	return trial->valid || which == POOL_ALL ||
	       (which == POOL_VALID_ELSE_ALL && !pool_has_valid(run));
}

static void add_median(struct pooled_series *to, const struct sparse_histogram *h)
{
	double p50;

	if (!sparse_histogram_percentile_supported(h, 50))
		return;
	p50 = sparse_histogram_percentile(h, 50);
	if (!to->n_p50 || p50 < to->p50_low_ns)
		to->p50_low_ns = p50;
	if (p50 > to->p50_high_ns)
		to->p50_high_ns = p50;
	to->n_p50++;
}

static int add_series(struct pooled_series *to, const struct result_trial *trial,
		      const struct series *s)
{
	if (!to->n_trials++)
		strcpy(to->all.stressor, s->stressor);
	add_median(to, &s->histogram);
	to->window_s += (double)trial->duration_ns / (double)NS_PER_S;
	return series_merge(&to->all, s);
}

int pool_series(struct pooled_series *ret, const struct result_run *run, const struct series_id *id,
		enum pool_trials which)
{
	struct pooled_series pooled = {.all.id = *id};
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->n_trials; i++) {
		const struct result_trial *trial = &run->trials[i];
		const struct series *s = series_find(trial->series, trial->n_series, id);

		if (s && pool_takes(run, trial, which))
			r = add_series(&pooled, trial, s);
	}
	if (pooled.window_s > 0)
		pooled.all.rate_per_s = (double)pooled.all.histogram.count / pooled.window_s;
	if (r < 0)
		pooled_series_finish(&pooled);
	*ret = pooled;
	return r;
}

void pooled_series_finish(struct pooled_series *s)
{
	series_finish(&s->all);
	*s = (struct pooled_series){0};
}

/* A trial that ended early may lack series: the one that has most tells which there are. */
static const struct result_trial *fullest_trial(const struct result_run *run,
						enum pool_trials which)
{
	const struct result_trial *fullest = NULL;

	for (size_t i = 0; i < run->n_trials; i++)
		if (pool_takes(run, &run->trials[i], which) &&
		    (!fullest || run->trials[i].n_series > fullest->n_series))
			fullest = &run->trials[i];
	return fullest;
}

int pool_init(struct pool *ret, const struct result_run *run, enum pool_trials which)
{
	const struct result_trial *trial = fullest_trial(run, which);
	size_t n = trial ? trial->n_series : 0;
	struct pool pool = {.run = run, .series = calloc(n + 1, sizeof(*pool.series))};
	int r = pool.series ? 0 : -ENOMEM;

	for (size_t i = 0; i < run->n_trials; i++)
		*(run->trials[i].valid ? &pool.n_valid : &pool.n_invalid) += 1;
	for (; r == 0 && pool.n < n; pool.n++)
		r = pool_series(&pool.series[pool.n], run, &trial->series[pool.n].id, which);
	if (r < 0)
		pool_finish(&pool);
	*ret = pool;
	return r;
}

void pool_finish(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		pooled_series_finish(&p->series[i]);
	free(p->series);
	*p = (struct pool){0};
}
