/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A series of all trials of a point together, for the table and the file; inside this folder. */
#ifndef CGCHURN_COMPARE_SWEEP_POOLED_H
#define CGCHURN_COMPARE_SWEEP_POOLED_H

#include <stdlib.h>

#include "compare/sweep.h"

struct pooled {
	struct histogram histogram;
	uint64_t errors, late, missed, planned;
	double rate_per_s; /* mean of the trials */
	size_t trials;
};

/* NULL where memory ran out; the caller frees. */
static inline struct pooled *pool(const struct result_run *run, const char *actor, const char *span,
				  enum span_time time)
{
	struct pooled *p = calloc(1, sizeof(*p));

	for (size_t i = 0; p && i < run->n_trials; i++) {
		const struct result_series *s =
			result_find_series(&run->trials[i], actor, span, time);

		if (!s || !sweep_uses(run, &run->trials[i]))
			continue;
		sparse_histogram_add_to(&s->histogram, &p->histogram);
		p->errors += result_series_errors(s);
		p->planned += s->planned;
		p->late += s->late;
		p->missed += s->missed;
		p->rate_per_s += s->rate_per_s;
		p->trials++;
	}
	if (p && p->trials)
		p->rate_per_s /= (double)p->trials;
	return p;
}

/* A series that the sweep looks at: the bound's, and those of the workload's primaries. */
struct watched {
	const char *actor, *span;
	enum span_time time;
};
#define WATCHED_MAX (WORKLOAD_PRIMARIES_MAX + 1)

/* Each once, the bound's first. */
size_t sweep_watched(const struct sweep *s, struct watched ret[WATCHED_MAX]);

#endif
