/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "stats/order.h"
#include "compare/sweep.h"

/* More starts missed than this share: the rate asked for is not the rate there was. */
static const double missed_share_max = 0.01;

const char *const sweep_verdict_names[] = {"unknown", "holds", "breaks"};

static bool has_valid_trial(const struct result_run *run)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return true;
	return false;
}

bool sweep_uses(const struct result_run *run, const struct result_trial *trial)
{
	return trial->valid || !has_valid_trial(run);
}

static bool misses_starts(const struct bound *b, const struct result_run *run)
{
	uint64_t planned = 0, missed = 0;

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *series =
			result_find_series(&run->trials[i], b->actor, b->span, b->time);

		if (series) {
			planned += series->planned;
			missed += series->missed;
		}
	}
	return (double)missed > missed_share_max * (double)planned;
}

/* The metric of each trial in use into `row`, NaN elsewhere; returns how many there are. */
static size_t take_metrics(const struct sweep *s, const struct result_run *run, double *row,
			   size_t trials)
{
	size_t n = 0;

	for (size_t i = 0; i < trials; i++) {
		bool used = i < run->n_trials && sweep_uses(run, &run->trials[i]);

		row[i] = used ? bound_metric(&s->bound, &run->trials[i]) : NAN;
		n += !isnan(row[i]);
	}
	return n;
}

static double median_of(const double *row, size_t trials, double *room)
{
	size_t n = 0;

	for (size_t i = 0; i < trials; i++)
		if (!isnan(row[i]))
			room[n++] = row[i];
	return order_median(room, n);
}

static void judge_point(const struct sweep *s, struct sweep_point *p, double *row, size_t trials,
			double *room)
{
	const struct result_run *run = &s->result->runs[p->run];

	p->pooled = take_metrics(s, run, row, trials) == 0;
	p->metric = p->pooled ? bound_metric_pooled(&s->bound, run) : median_of(row, trials, room);
	/* The knee is sought through what there is: one value then. */
	if (p->pooled)
		row[0] = p->metric;
	p->verdict = SWEEP_UNKNOWN;
	if (run->failure)
		p->reason = run->failure;
	else if (!run->n_trials)
		p->reason = "no trial";
	else if (misses_starts(&s->bound, run)) {
		p->verdict = SWEEP_BREAKS;
		p->reason = "starts were missed: it cannot keep up";
	} else if (!has_valid_trial(run))
		p->reason = "no trial is valid";
	else if (isnan(p->metric))
		p->reason = "too few samples for this metric";
	else
		p->verdict = bound_holds(&s->bound, p->metric) ? SWEEP_HOLDS : SWEEP_BREAKS;
}

static int compare_points(const void *a, const void *b)
{
	double x = ((const struct sweep_point *)a)->number;
	double y = ((const struct sweep_point *)b)->number;

	return (x > y) - (x < y);
}

/* From the end at which it holds, as far as it holds without a gap. */
static void find_edge(struct sweep *s)
{
	bool up = s->n > 0 && s->points[0].verdict == SWEEP_HOLDS;
	size_t i = 0;

	if (s->n == 0 || (!up && s->points[s->n - 1].verdict != SWEEP_HOLDS))
		return;
	while (i < s->n && s->points[up ? i : s->n - 1 - i].verdict == SWEEP_HOLDS)
		i++;
	if (i == s->n || s->points[up ? i : s->n - 1 - i].verdict != SWEEP_BREAKS)
		return;
	s->has_edge = true;
	s->edge_holds = s->points[up ? i - 1 : s->n - i].number;
	s->edge_breaks = s->points[up ? i : s->n - 1 - i].number;
}

static size_t most_trials(const struct sweep *s)
{
	size_t most = 1;

	for (size_t i = 0; i < s->n; i++)
		if (s->result->runs[s->points[i].run].n_trials > most)
			most = s->result->runs[s->points[i].run].n_trials;
	return most;
}

int sweep_judge(struct sweep *s)
{
	size_t trials = most_trials(s);
	_cleanup_free double *y = calloc(AXIS_POINTS_MAX * trials + trials, sizeof(*y));
	double x[AXIS_POINTS_MAX];
	int r;

	if (!y)
		return -ENOMEM;
	qsort(s->points, s->n, sizeof(*s->points), compare_points);
	s->has_edge = s->has_knee = false;
	if (!s->has_bound)
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		x[i] = s->points[i].number;
		judge_point(s, &s->points[i], y + i * trials, trials, y + AXIS_POINTS_MAX * trials);
	}
	find_edge(s);
	r = knee_find(x, y, s->n, trials, s->bound.value, s->result->seed, &s->knee);
	s->has_knee = r == 1;
	return r < 0 ? r : 0;
}
