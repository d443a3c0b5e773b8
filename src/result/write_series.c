/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "base/cleanup.h"
#include "result/hdr.h"
#include "result/write.h"

const char *percentile_key(double q, char buf[PERCENTILE_KEY_SIZE])
{
	snprintf(buf, PERCENTILE_KEY_SIZE, "%g", q);
	return buf;
}

/* Most errors come once or never, so the object stays in the file where it is empty. */
static void write_errors(struct json_build *b, struct json_object *to, const struct series *s)
{
	struct json_object *errors = json_put_object(b, to, "errors");

	for (size_t i = 0; i < s->n_errors; i++)
		json_put_u64(b, errors, s->errors[i].name, s->errors[i].count);
}

static void write_percentiles(struct json_build *b, struct json_object *to,
			      const struct sparse_histogram *h)
{
	struct json_object *present = json_put_object(b, to, "percentiles_ns");
	struct json_object *absent = json_put_object(b, to, "absent_percentiles");

	for (size_t i = 0; i < SERIES_PERCENTILES; i++) {
		double q = series_percentiles[i];
		char key[PERCENTILE_KEY_SIZE], reason[96];

		percentile_key(q, key);
		if (sparse_histogram_percentile_supported(h, q)) {
			json_put_u64(b, present, key,
				     (uint64_t)llround(sparse_histogram_percentile(h, q)));
			continue;
		}
		snprintf(reason, sizeof(reason), "needs %llu samples, there are %llu",
			 (unsigned long long)histogram_samples_needed(q),
			 (unsigned long long)h->count);
		json_put_string(b, absent, key, reason);
	}
}

void write_histogram(struct json_build *b, struct json_object *to, const struct sparse_histogram *h)
{
	struct json_object *histogram = json_put_object(b, to, "histogram");
	_cleanup_free char *data = hdr_encode(h);

	b->failed |= !data;
	json_put_string(b, histogram, "encoding", RESULT_HISTOGRAM_ENCODING);
	json_put_string(b, histogram, "data", data);
}

static void write_intervals(struct json_build *b, struct json_object *to, const struct series *s)
{
	struct json_object *intervals, *counts, *sums, *maxima;

	if (!s->interval_ns)
		return;
	intervals = json_put_object(b, to, "intervals");
	json_put_u64(b, intervals, "interval_ns", s->interval_ns);
	counts = json_put_array(b, intervals, "counts");
	sums = json_put_array(b, intervals, "sums_ns");
	maxima = json_put_array(b, intervals, "max_ns");
	for (size_t i = 0; i < s->n_intervals && !b->failed; i++) {
		json_put_u64(b, counts, NULL, s->intervals[i].count);
		json_put_u64(b, sums, NULL, s->intervals[i].sum_ns);
		json_put_u64(b, maxima, NULL, s->intervals[i].max_ns);
	}
}

static void write_thresholds(struct json_build *b, struct json_object *to, const struct series *s)
{
	struct json_object *thresholds = json_put_array(b, to, "thresholds");

	for (size_t i = 0; i < s->n_thresholds; i++) {
		struct json_object *threshold = json_put_object(b, thresholds, NULL);

		json_put_u64(b, threshold, "ns", s->thresholds[i].ns);
		json_put_u64(b, threshold, "above", s->thresholds[i].above);
	}
}

void write_series(struct json_build *b, struct json_object *array, const struct series *s)
{
	struct json_object *to = json_put_object(b, array, NULL);
	const struct sparse_histogram *h = &s->histogram;

	json_put_string(b, to, "actor", s->id.actor);
	json_put_string(b, to, "stressor", s->stressor);
	json_put_string(b, to, "span", s->id.span);
	json_put_string(b, to, "time", span_time_names[s->id.time]);
	json_put_u64(b, to, "count", h->count);
	write_errors(b, to, s);
	json_put_u64(b, to, "clipped", h->clipped);
	json_put_u64(b, to, "planned", s->planned);
	json_put_u64(b, to, "late", s->late);
	json_put_u64(b, to, "missed", s->missed);
	json_put_double(b, to, "rate_per_s", s->rate_per_s);
	json_put_u64(b, to, "min_ns", h->min_ns);
	json_put_u64(b, to, "max_ns", h->max_ns);
	json_put_u64(b, to, "sum_ns", h->sum_ns);
	json_put_u64(b, to, "mean_ns", (uint64_t)llround(sparse_histogram_mean(h)));
	write_percentiles(b, to, h);
	write_thresholds(b, to, s);
	write_histogram(b, to, h);
	write_intervals(b, to, s);
	if (s->attribution)
		write_attribution(b, to, s->attribution);
}
