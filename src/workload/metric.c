/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What metrics are called, how many samples a plan holds for one, and how many it needs. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "record/histogram.h"
#include "workload/workload.h"

/* One spelling for one percentile: "50", "99.9", not "050", "50.0", "5e1". */
static bool percentile_from_text(const char *text, double *ret)
{
	size_t whole = strspn(text, "0123456789");
	size_t length = strlen(text);
	double q;

	if (whole == 0 || (text[0] == '0' && whole > 1))
		return false;
	if (text[whole] == '.') {
		size_t fraction = strspn(text + whole + 1, "0123456789");

		if (fraction == 0 || whole + 1 + fraction != length || text[length - 1] == '0')
			return false;
	} else if (whole != length) {
		return false;
	}
	if (num_parse_double(text, &q) < 0 || !(q > 0 && q < 100))
		return false;
	*ret = q;
	return true;
}

static bool threshold_from_text(const char *text, uint64_t *ret_ns)
{
	size_t length = strlen(text);
	uint64_t ns;

	/* with its unit, so that the metric's name can be read */
	if (length == 0 || !isalpha((unsigned char)text[length - 1]) ||
	    num_parse_duration(text, &ns) < 0)
		return false;
	*ret_ns = ns;
	return true;
}

enum metric_kind metric_parse(const char *metric, double *ret_percentile,
			      uint64_t *ret_threshold_ns)
{
	static const char share[] = "share>";

	if (strcmp(metric, "mean") == 0)
		return METRIC_MEAN;
	if (strcmp(metric, "rate") == 0)
		return METRIC_RATE;
	if (metric[0] == 'p' && percentile_from_text(metric + 1, ret_percentile))
		return METRIC_PERCENTILE;
	if (strncmp(metric, share, strlen(share)) == 0 &&
	    threshold_from_text(metric + strlen(share), ret_threshold_ns))
		return METRIC_SHARE_ABOVE;
	return METRIC_INVALID;
}

double metric_of_series(enum metric_kind kind, double percentile, uint64_t threshold_ns,
			const struct series *s)
{
	switch (kind) {
	case METRIC_PERCENTILE:
		return series_percentile(s, percentile);
	case METRIC_MEAN:
		return s->histogram.count ? sparse_histogram_mean(&s->histogram) : NAN;
	case METRIC_RATE:
		return s->rate_per_s;
	case METRIC_SHARE_ABOVE:
		return series_share_above(s, threshold_ns);
	case METRIC_INVALID:
		break;
	}
	return NAN;
}

enum metric_direction metric_default_direction(enum metric_kind kind)
{
	return kind == METRIC_RATE ? METRIC_HIGHER_IS_BETTER : METRIC_LOWER_IS_BETTER;
}

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
	const struct workload_actor *actor = find_actor(w, p->id.actor);
	unsigned steps = actor->kind->spans[kind_span_index(actor->kind, p->id.span)].steps;

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
