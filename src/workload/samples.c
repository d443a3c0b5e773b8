/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many samples a plan holds for a primary metric, and how many that needs. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "record/histogram.h"
#include "workload/workload.h"

uint64_t workload_count_workers(const struct workload_workers *w, uint64_t cpus)
{
	int64_t n = (int64_t)(w->per_cpu * cpus) + w->add;

	return n < 1 ? 1 : (uint64_t)n;
}

/* Steps of one worker in a window. */
static double worker_steps(const struct workload_arrival *a, uint64_t duration_ns)
{
	if (a->kind != WORKLOAD_CLOSED)
		return a->per_second * (double)duration_ns / (double)NS_PER_S;
	return a->pause_ns ? 1 + (double)(duration_ns / a->pause_ns) : INFINITY;
}

static const struct workload_actor *find_actor(const struct workload *w, const char *name)
{
	for (size_t i = 0; i < w->n_actors; i++)
		if (strcmp(w->actors[i].name, name) == 0)
			return &w->actors[i];
	return NULL;
}

double workload_trial_samples(const struct workload *w, const struct workload_primary *p,
			      uint64_t cpus)
{
	const struct workload_actor *actor = find_actor(w, p->actor);
	unsigned steps = actor->kind->spans[kind_span_index(actor->kind, p->span)].steps;

	return floor((double)workload_count_workers(&actor->workers, cpus) *
			     worker_steps(&actor->arrival, w->duration_ns) / (steps ? steps : 1) +
		     1e-6);
}

double workload_planned_samples(const struct workload *w, const struct workload_primary *p,
				uint64_t cpus)
{
	double trial = workload_trial_samples(w, p, cpus);

	return p->from == PRIMARY_FROM_POOLED ? trial * (double)w->trials : trial;
}

uint64_t primary_samples_needed(const struct workload_primary *p)
{
	double percentile;
	uint64_t ns;

	if (metric_parse(p->metric, &percentile, &ns) != METRIC_PERCENTILE)
		return 0;
	return histogram_samples_needed(percentile);
}
