/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A series: one span of one actor by one time, and all that was recorded of it. The same struct
 * from the collection of a trial through the result file to the comparison of two sides.
 */
#ifndef CGCHURN_RECORD_SERIES_H
#define CGCHURN_RECORD_SERIES_H

#include "record/sparse.h"
#include "record/wait_causes.h"

#define SERIES_NAME_SIZE 64 /* names: [a-z0-9][a-z0-9-]*, at most 63 bytes */
#define SERIES_SPAN_SIZE 32
#define SERIES_THRESHOLDS_MAX 8

/* Service time runs from the actual start, response time from the intended one. */
enum span_time { SPAN_SERVICE, SPAN_RESPONSE };
extern const char *const span_time_names[2]; /* "service", "response" */

struct series_id {
	char actor[SERIES_NAME_SIZE];
	char span[SERIES_SPAN_SIZE];
	enum span_time time;
};

/* For people: "storm cycle", "migrator write response"; service times are not named. */
#define SERIES_LABEL_SIZE (SERIES_NAME_SIZE + SERIES_SPAN_SIZE + 12)
const char *series_label(const struct series_id *id, char buf[SERIES_LABEL_SIZE]);

bool series_id_equal(const struct series_id *a, const struct series_id *b);

struct series_error {
	char name[32]; /* "EAGAIN"; "errno 4711" for one without a name */
	uint64_t count;
};

/* What started in [index * interval_ns, (index + 1) * interval_ns) of the window. */
struct series_interval {
	uint64_t count, sum_ns, max_ns;
};

struct series_threshold {
	uint64_t ns;
	uint64_t above; /* samples above it, exact */
};

/* What the time of a series went to, as a result holds it. */
/* Samples by where they lie among those of their series. */
enum attribution_band { BAND_ALL, BAND_MIDDLE, BAND_SLOWEST, BANDS };
extern const char *const attribution_band_names[BANDS]; /* "all", "middle", "slowest" */

struct series_attribution {
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
int series_attribution_create(struct series_attribution **ret, const struct part_recorder *from);
void series_attribution_destroy(struct series_attribution *a); /* NULL is fine */

/* Adds another trial's of the same series, except its plain counterpart. 0 or -ENOMEM. */
int series_attribution_merge(struct series_attribution *to, const struct series_attribution *from);

/* All parts that exclude each other together: the time of a band's samples. */
uint64_t part_band_total(const struct part_band *band);

/* Zeroed memory is a valid empty one. */
struct series {
	struct series_id id;
	char stressor[SERIES_NAME_SIZE];

	struct series_error *errors; /* each name once */
	size_t n_errors;
	uint64_t planned;  /* starts that the schedule held; 0 for a closed loop */
	uint64_t late;     /* of these, begun more than one late_bound_ns after they were due */
	uint64_t missed;   /* of these, not begun before the trial's end */
	double rate_per_s; /* samples per second of the window */

	/* count, clipped, sum, min, max and buckets; what the percentiles are computed from */
	struct sparse_histogram histogram;

	uint64_t interval_ns; /* 0: no intervals */
	struct series_interval *intervals;
	size_t n_intervals;

	struct series_threshold thresholds[SERIES_THRESHOLDS_MAX];
	size_t n_thresholds;

	struct series_attribution *attribution; /* NULL: not attributed */
};

struct recorder;

/* What a recorder holds, without a name. -ENOMEM; `ret` is then untouched. */
int series_from_recorder(struct series *ret, const struct recorder *from);
void series_finish(struct series *s);

/* Counts failures by name or errno. 0 or -ENOMEM. */
int series_add_error(struct series *s, const char *name, uint64_t count);
int series_add_errno(struct series *s, int errnum, uint64_t count);

/* All failures together. */
uint64_t series_errors(const struct series *s);

/*
 * Adds to `to` the samples and counts of `from` (sums stay at UINT64_MAX): another worker's in the
 * same window, or those of another trial. Intervals are added where both have the same ones, and
 * dropped otherwise.
 * rate_per_s is the caller's to set, who knows the window. 0 or -ENOMEM, and `to` then holds a part.
 */
int series_merge(struct series *to, const struct series *from);

/* The series of this identity, or NULL. */
const struct series *series_find(const struct series *list, size_t n, const struct series_id *id);

/* The percentiles that are written, where the samples support them. */
#define SERIES_PERCENTILES 10
extern const double series_percentiles[SERIES_PERCENTILES];
/* Of these, the few that tables for people show. */
#define SERIES_SHOWN 4
extern const double series_shown_percentiles[SERIES_SHOWN];

/* The percentile; NAN where the samples do not support it. */
double series_percentile(const struct series *s, double q);

/* The share of samples above a threshold; NAN where the series does not count it or is empty. */
double series_share_above(const struct series *s, uint64_t threshold_ns);

#endif
