/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of results, before it is arranged. */
#include "compare/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "compare/history_identity.h"
#include "compare/history_value.h"

static struct history_metric *find_metric(struct history *h, const char *workload,
					  const struct workload_primary *p)
{
	struct history_metric *m;

	for (size_t i = 0; i < h->n_metrics; i++)
		if (strcmp(h->metrics[i].workload, workload) == 0 &&
		    primary_same(&h->metrics[i].primary, p))
			return &h->metrics[i];
	m = array_grow(&h->metrics, &h->n_metrics, sizeof(*m));
	if (m) {
		strcpy(m->workload, workload);
		m->primary = *p;
	}
	return m;
}

static int add_run(struct history *h, const struct result *result, const struct result_run *run)
{
	for (size_t i = 0; i < run->n_primaries; i++) {
		struct history_metric *m = find_metric(h, run->workload, &run->primaries[i]);
		struct history_point *point =
			m ? array_grow(&h->seen, &h->n_seen, sizeof(*point)) : NULL;
		int r;

		if (!point)
			return -ENOMEM;
		point->metric = (size_t)(m - h->metrics);
		point->result = h->n_results - 1;
		point->n = 1;
		r = value_of_run(result, run, &run->primaries[i], &point->value, &point->missing);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

static int add_copy(struct history *h, const char *origin, const char *of)
{
	struct history_copy *added = array_grow(&h->copies, &h->n_copies, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = (struct history_copy){copy(origin), copy(of)};
	return added->origin && added->of ? 0 : -ENOMEM;
}

static int add_result(struct history *h, const char *origin, const struct result *result,
		      int64_t started_at_s)
{
	struct history_result *kept = array_grow(&h->results, &h->n_results, sizeof(*kept));
	int r;

	if (!kept)
		return -ENOMEM;
	*kept = (struct history_result){
		.started_at_s = started_at_s,
		.order = h->n_results - 1,
		.origin = copy(origin),
		.id = copy(result->id),
		.label = copy(result->label),
		.boot = copy(result->host.boot_id),
		.complete = result->complete,
	};
	if (!kept->origin || !kept->id || !kept->label || !kept->boot)
		return -ENOMEM;
	r = identity_take(h, kept, origin, result);
	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = add_run(h, result, &result->runs[i]);
	return r;
}

int history_add(struct history *h, const char *origin, const struct result *result, struct err *e)
{
	const char *of = NULL;
	int64_t started_at_s;
	int r;

	if (clock_parse_rfc3339(result->started_at, &started_at_s) < 0)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "%s: $.started_at: found \"%s\", allowed: a time like "
			       "2026-01-31T23:59:59Z",
			       origin, result->started_at);
	for (size_t i = 0; !of && i < h->n_results; i++)
		if (strcmp(h->results[i].id, result->id) == 0)
			of = h->results[i].origin;
	r = of ? add_copy(h, origin, of) : add_result(h, origin, result, started_at_s);
	return r < 0 ? err_no_memory(e) : 0;
}

static void free_points(struct history_point *points, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(points[i].missing);
	free(points);
}

static void finish_result(struct history_result *r)
{
	free(r->origin);
	free(r->id);
	free(r->label);
	free(r->boot);
	free(r->facts);
}

static void finish_fact(struct history_fact *fact)
{
	for (size_t i = 0; i < fact->n_values; i++)
		free(fact->values[i]);
	free(fact->values);
}

static void finish_series(struct history_series *s)
{
	free_points(s->points, s->n);
	free_points(s->missing, s->n_missing);
	free(s->segments);
}

void history_finish(struct history *h)
{
	for (size_t i = 0; i < h->n_facts; i++)
		finish_fact(&h->facts[i]);
	for (size_t i = 0; i < h->n_results; i++)
		finish_result(&h->results[i]);
	for (size_t i = 0; i < h->n_copies; i++) {
		free(h->copies[i].origin);
		free(h->copies[i].of);
	}
	for (size_t i = 0; i < h->n_series; i++)
		finish_series(&h->series[i]);
	free_points(h->seen, h->n_seen);
	free(h->facts);
	free(h->results);
	free(h->copies);
	free(h->metrics);
	free(h->series);
	*h = (struct history){0};
}
