/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bound says, and whether it holds. */
#include "compare/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "stats/order.h"

static int refuse(const char *text, struct err *e)
{
	return err_set(
		e, EXIT_USAGE, EINVAL,
		"--bound %.200s: allowed: ACTOR.SPAN[.service|.response].METRIC<VALUE, or >, "
		"with a METRIC such as p99, mean or rate "
		"(\"migrator.write.response.p99<1ms\")",
		text);
}

/* Takes the word before the first dot of `*at`, and moves behind it. */
static bool take_word(char **at, char *ret, size_t size)
{
	char *dot = strchr(*at, '.');

	if (!dot || dot == *at || (size_t)(dot - *at) >= size)
		return false;
	*dot = '\0';
	strcpy(ret, *at);
	*at = dot + 1;
	return true;
}

static void take_time(char **at, enum span_time *ret)
{
	for (int time = 0; time < 2; time++) {
		size_t length = strlen(span_time_names[time]);

		if (strncmp(*at, span_time_names[time], length) == 0 && (*at)[length] == '.') {
			*ret = time;
			*at += length + 1;
			return;
		}
	}
}

static int parse_value(const char *text, struct bound *b)
{
	uint64_t ns;
	int r;

	if (b->kind == METRIC_RATE)
		return num_parse_double(text, &b->value);
	r = num_parse_duration(text, &ns);
	if (r == 0)
		b->value = (double)ns;
	return r;
}

int bound_parse(const char *text, struct bound *ret, struct err *e)
{
	struct bound b = {0};
	uint64_t threshold;
	char copy[256];
	char *at = copy, *sign;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return refuse(text, e);
	sign = strpbrk(copy, "<>");
	if (!sign)
		return refuse(text, e);
	b.below = *sign == '<';
	*sign = '\0';
	if (!take_word(&at, b.id.actor, sizeof(b.id.actor)) ||
	    !take_word(&at, b.id.span, sizeof(b.id.span)))
		return refuse(text, e);
	take_time(&at, &b.id.time);
	b.kind = metric_parse(at, &b.percentile, &threshold);
	if (b.kind != METRIC_PERCENTILE && b.kind != METRIC_MEAN && b.kind != METRIC_RATE)
		return refuse(text, e);
	snprintf(b.metric, sizeof(b.metric), "%.31s", at);
	if (parse_value(sign + 1, &b) < 0 || b.value <= 0)
		return refuse(text, e);
	*ret = b;
	return 0;
}

double bound_metric(const struct bound *b, const struct series *s)
{
	return s && s->histogram.count ? metric_of_series(b->kind, b->percentile, 0, s) : NAN;
}

bool bound_holds(const struct bound *b, double metric)
{
	return b->below ? metric < b->value : metric > b->value;
}

/* More starts missed than this share: the rate asked for is not the rate there was. */
static const double missed_share_max = 0.01;

const char *const sweep_verdict_names[] = {"unknown", "holds", "breaks"};

/* Whether nothing but missed starts, in the words of run/judge.c, made a trial invalid. */
static bool only_missed_starts(const struct result_trial *t)
{
	for (size_t i = 0; i < t->n_reasons; i++)
		if (!strstr(t->reasons[i], " starts, more than its max_missed"))
			return false;
	return true;
}

enum trials { TRIALS_VALID, TRIALS_THAT_ONLY_MISSED, TRIALS_ALL };

/* Whether these trials together missed too many starts of the bound's series. */
static bool miss_starts(const struct sweep *s, const struct result_run *run, enum trials which)
{
	double planned = 0, missed = 0;

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *t = &run->trials[i];
		const struct series *series = series_find(t->series, t->n_series, &s->bound.id);

		if (!series || (which == TRIALS_VALID && !t->valid) ||
		    (which == TRIALS_THAT_ONLY_MISSED && !only_missed_starts(t)))
			continue;
		planned += (double)series->planned;
		missed += (double)series->missed;
	}
	return missed > missed_share_max * planned;
}

double sweep_metric_of_trial(const struct sweep *s, const struct result_run *run, size_t trial)
{
	const struct result_trial *t = &run->trials[trial];

	if (!pool_takes(run, t, SWEEP_TRIALS))
		return NAN;
	return bound_metric(&s->bound, series_find(t->series, t->n_series, &s->bound.id));
}

/* The metric of each trial in use into `row`, NaN elsewhere; returns how many there are. */
static size_t take_metrics(const struct sweep *s, const struct result_run *run, double *row,
			   size_t trials)
{
	size_t n = 0;

	for (size_t i = 0; i < trials; i++) {
		row[i] = i < run->n_trials ? sweep_metric_of_trial(s, run, i) : NAN;
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

static void find_verdict(const struct sweep *s, struct sweep_point *p)
{
	const struct result_run *run = &s->result->runs[p->run];
	bool valid = pool_has_valid(run);

	p->verdict = SWEEP_UNKNOWN;
	p->reason = NULL;
	if (run->failure)
		p->reason = run->failure;
	else if (!run->n_trials)
		p->reason = "no trial";
	else if (miss_starts(s, run, valid ? TRIALS_VALID : TRIALS_THAT_ONLY_MISSED)) {
		p->verdict = SWEEP_BREAKS;
		p->reason = "starts were missed: it cannot keep up";
	} else if (miss_starts(s, run, TRIALS_ALL))
		/* Valid are those that kept up: without the others they prove nothing. */
		p->reason = "invalid trials missed starts";
	else if (!valid)
		p->reason = "no trial is valid";
	else if (isnan(p->metric))
		p->reason = "too few samples for this metric";
	else
		p->verdict = bound_holds(&s->bound, p->metric) ? SWEEP_HOLDS : SWEEP_BREAKS;
}

/*
 * Whether the knee is sought through a point. An unknown one has no figure that counts, and the
 * latencies of one that missed starts are those of the starts that were made.
 */
static bool is_of_curve(const struct sweep *s, const struct sweep_point *p)
{
	return p->verdict != SWEEP_UNKNOWN &&
	       (p->verdict == SWEEP_HOLDS) == bound_holds(&s->bound, p->metric);
}

/* -ENOMEM. */
static int judge_point(const struct sweep *s, struct sweep_point *p, double *row, size_t trials,
		       double *room)
{
	const struct result_run *run = &s->result->runs[p->run];
	struct pooled_series counted;
	int r = pool_series(&counted, run, &s->bound.id, SWEEP_TRIALS);

	p->pooled = take_metrics(s, run, row, trials) == 0;
	p->metric =
		p->pooled ? bound_metric(&s->bound, &counted.all) : median_of(row, trials, room);
	/* The knee is sought through what there is: one value then. */
	if (p->pooled)
		row[0] = p->metric;
	find_verdict(s, p);
	for (size_t i = 0; i < trials && !is_of_curve(s, p); i++)
		row[i] = NAN;
	pooled_series_finish(&counted);
	return r;
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
	int r = 0;

	if (!y)
		return -ENOMEM;
	qsort(s->points, s->n, sizeof(*s->points), compare_points);
	s->has_edge = s->has_knee = false;
	if (!s->has_bound)
		return 0;
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		x[i] = s->points[i].number;
		r = judge_point(s, &s->points[i], y + i * trials, trials,
				y + AXIS_POINTS_MAX * trials);
	}
	if (r < 0)
		return r;
	find_edge(s);
	r = knee_find(x, y, s->n, trials, s->bound.value, s->result->seed, &s->knee);
	s->has_knee = r == 1;
	return r < 0 ? r : 0;
}
