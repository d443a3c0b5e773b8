/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/escape.h"
#include "host/host.h"
#include "compare/print.h"
#include "compare/sweep.h"

static void watch(struct series_id *list, size_t *n, const struct series_id *id)
{
	for (size_t i = 0; i < *n; i++)
		if (series_id_equal(&list[i], id))
			return;
	list[(*n)++] = *id;
}

size_t sweep_watched(const struct sweep *s, struct series_id ret[SWEEP_WATCHED_MAX])
{
	const struct result_run *run = s->n ? &s->result->runs[s->points[0].run] : NULL;
	size_t n = 0;

	if (s->has_bound)
		watch(ret, &n, &s->bound.id);
	for (size_t i = 0; run && i < run->n_primaries; i++)
		watch(ret, &n, &run->primaries[i].id);
	return n;
}

static void print_percentile(const struct series *s, double q, FILE *to)
{
	double ns = series_percentile(s, q);
	char buf[NUM_TEXT_SIZE];

	fprintf(to, "  %9s", isnan(ns) ? "-" : num_format_ns(ns, buf));
}

static void print_row(const struct sweep *s, const struct sweep_point *p,
		      const struct series_id *id, bool judged, FILE *to)
{
	const struct result_run *run = &s->result->runs[p->run];
	char value[AXIS_TEXT_SIZE], count[NUM_TEXT_SIZE], metric[PRINT_CELL_SIZE];
	struct pooled_series pooled;
	const struct series *all = &pooled.all;

	if (pool_series(&pooled, run, id, SWEEP_TRIALS) < 0)
		return;
	fprintf(to, "  %12s  %10s  %8.4g", axis_format(&s->axis, p->number, value),
		num_format_count(all->histogram.count, count), all->rate_per_s);
	print_percentile(all, 50, to);
	print_percentile(all, 90, to);
	print_percentile(all, 99, to);
	if (judged)
		fprintf(to, "  %11s  %s%s", print_value(s->bound.kind, p->metric, metric),
			sweep_verdict_names[p->verdict], p->pooled ? " (pooled)" : "");
	fputc('\n', to);
	if (judged && p->reason)
		text_print_wrapped("", 16, p->reason, to);
	if (series_errors(all))
		fprintf(to, "%16s%llu failures\n", "", (unsigned long long)series_errors(all));
	pooled_series_finish(&pooled);
}

static void print_series(const struct sweep *s, const struct series_id *id, bool judged, FILE *to)
{
	fprintf(to, "\n%s/%s, %s time\n  %12s  %10s  %8s  %9s  %9s  %9s", id->actor, id->span,
		span_time_names[id->time], s->axis.key, "count", "rate/s", "p50", "p90", "p99");
	if (judged)
		fprintf(to, "  %11s  bound", s->bound.metric);
	fputc('\n', to);
	for (size_t i = 0; i < s->n; i++)
		print_row(s, &s->points[i], id, judged, to);
}

static void print_knee(const struct sweep *s, FILE *to)
{
	const struct knee *k = &s->knee;
	char a[AXIS_TEXT_SIZE], b[AXIS_TEXT_SIZE], c[AXIS_TEXT_SIZE];

	if (!s->has_knee) {
		text_printf_wrapped("knee", 8, to, "The curve does not cross the bound here.");
		return;
	}
	axis_format(&s->axis, k->at, a);
	if (!k->has_interval) {
		text_printf_wrapped("knee", 8, to,
				    "%s; how sure that is, two trials or more on either side would "
				    "tell.",
				    a);
		return;
	}
	text_printf_wrapped("knee", 8, to,
			    "%s, 95 %% interval %s to %s, from the spread of the trials of this "
			    "boot.",
			    a, axis_format(&s->axis, k->low, b), axis_format(&s->axis, k->high, c));
	if (k->undecided > 0.025)
		text_printf_wrapped("", 8, to,
				    "In %.0f %% of the resamples it lies beyond an end of the "
				    "axis.",
				    100 * k->undecided);
}

static void print_edge(const struct sweep *s, FILE *to)
{
	char a[AXIS_TEXT_SIZE], b[AXIS_TEXT_SIZE];
	bool holds = false;

	for (size_t i = 0; i < s->n; i++)
		holds |= s->points[i].verdict == SWEEP_HOLDS;
	fputc('\n', to);
	if (s->has_edge)
		text_printf_wrapped("bound", 8, to, "%s: holds up to %s.%s %s, breaks at %s.",
				    s->bound_text, s->axis.actor, s->axis.key,
				    axis_format(&s->axis, s->edge_holds, a),
				    axis_format(&s->axis, s->edge_breaks, b));
	else
		text_printf_wrapped("bound", 8, to, "%s: %s", s->bound_text,
				    holds ? "no edge between points that hold and one that breaks."
					  : "holds at no point.");
}

void sweep_print(const struct sweep *s, FILE *to)
{
	const struct host *h = &s->result->host;
	struct series_id list[SWEEP_WATCHED_MAX];
	size_t n = sweep_watched(s, list);

	fprintf(to, "%s by %s.%s; kernel %s, lock %s\n", s->workload, s->axis.actor, s->axis.key,
		h->kernel_release ? h->kernel_release : "unknown", host_regime_word(h));
	if (lock_expectation(h))
		text_print_wrapped("RCU", 8, lock_expectation(h), to);
	for (size_t i = 0; i < n; i++)
		print_series(s, &list[i], s->has_bound && i == 0, to);
	if (!s->has_bound)
		return;
	print_edge(s, to);
	print_knee(s, to);
}
