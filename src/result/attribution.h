/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a series' time went to, as a result holds it (record/wait_causes.h): of attributed trials only.
 */
#ifndef CGCHURN_RESULT_ATTRIBUTION_H
#define CGCHURN_RESULT_ATTRIBUTION_H

#include "record/wait_causes.h"
#include "record/sparse.h"

/* Samples by where they lie among those of their series. */
enum attribution_band { BAND_ALL, BAND_MIDDLE, BAND_SLOWEST, BANDS };
extern const char *const attribution_band_names[BANDS]; /* "all", "middle", "slowest" */

struct result_attribution {
	uint64_t count; /* samples taken apart */
	uint64_t lost;  /* samples that could not be; in none of the below */
	/* Each with all `count` samples, many of them 0 ns; empty where all are. */
	struct sparse_histogram parts[PARTS];
	struct part_band bands[BANDS]; /* percentiles 0-100, 45-55, 99-100 */

	/* The same series in a trial without tracing, just before or after; count 0: none. */
	uint64_t plain_count;
	double plain_p50_ns, plain_rate_per_s;
};

/* What a trial recorded. -ENOMEM. */
int result_attribution_create(struct result_attribution **ret, const struct part_recorder *from);
void result_attribution_destroy(struct result_attribution *a); /* NULL is fine */

/* All parts that exclude each other together: the time of a band's samples. */
uint64_t part_band_total(const struct part_band *band);

#endif
