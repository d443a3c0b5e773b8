/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/series.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "record/recorder.h"

const char *const span_time_names[2] = {"service", "response"};

const double series_percentiles[SERIES_PERCENTILES] = {1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99};
const double series_shown_percentiles[SERIES_SHOWN] = {50, 90, 99, 99.9};

const char *const attribution_band_names[BANDS] = {
	[BAND_ALL] = "all", [BAND_MIDDLE] = "middle", [BAND_SLOWEST] = "slowest"};

static const struct {
	double low, high;
} limits[BANDS] = {[BAND_ALL] = {0, 100}, [BAND_MIDDLE] = {45, 55}, [BAND_SLOWEST] = {99, 100}};

int series_attribution_create(struct series_attribution **ret, const struct part_recorder *from)
{
	struct series_attribution *a = calloc(1, sizeof(*a));
	int r = a ? 0 : -ENOMEM;

	for (unsigned i = 0; i < PARTS && r == 0; i++)
		if (from->parts[i].max_ns)
			r = sparse_histogram_init_from(&a->parts[i], &from->parts[i]);
	if (r < 0) {
		series_attribution_destroy(a);
		return r;
	}
	a->count = from->parts[0].count;
	a->lost = from->lost;
	for (unsigned i = 0; i < BANDS; i++)
		part_recorder_band(from, limits[i].low, limits[i].high, &a->bands[i]);
	*ret = a;
	return 0;
}

void series_attribution_destroy(struct series_attribution *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < PARTS; i++)
		sparse_histogram_finish(&a->parts[i]);
	free(a);
}

/* `n` samples on either side; where a histogram is empty they are all 0 ns. */
static int merge_part(struct sparse_histogram *to, uint64_t n_to,
		      const struct sparse_histogram *from, uint64_t n_from)
{
	uint16_t index = 0;
	struct sparse_histogram zeros = {.n = 1, .indices = &index};
	bool missing = !to->count, more = !from->count;
	int r = 0;

	if (missing && more)
		return 0;
	zeros.count = missing ? n_to : n_from;
	zeros.wide = &zeros.count;
	if (!more)
		r = sparse_histogram_merge(to, from);
	return r == 0 && (missing || more) ? sparse_histogram_merge(to, &zeros) : r;
}

int series_attribution_merge(struct series_attribution *to, const struct series_attribution *from)
{
	int r = 0;

	for (unsigned i = 0; i < PARTS && r == 0; i++)
		r = merge_part(&to->parts[i], to->count, &from->parts[i], from->count);
	for (unsigned i = 0; i < BANDS; i++)
		part_band_add(&to->bands[i], from->bands[i].count, from->bands[i].part_ns);
	to->count += from->count;
	to->lost += from->lost;
	return r;
}

uint64_t part_band_total(const struct part_band *band)
{
	uint64_t sum = band->part_ns[PART_RUNNING] + band->part_ns[PART_LATE];

	for (unsigned i = 0; i < PART_TRACED; i++)
		sum += band->part_ns[i];
	return sum;
}

const char *series_label(const struct series_id *id, char buf[SERIES_LABEL_SIZE])
{
	snprintf(buf, SERIES_LABEL_SIZE, "%s %s%s", id->actor, id->span,
		 id->time == SPAN_RESPONSE ? " response" : "");
	return buf;
}

bool series_id_equal(const struct series_id *a, const struct series_id *b)
{
	return a->time == b->time && strcmp(a->span, b->span) == 0 &&
	       strcmp(a->actor, b->actor) == 0;
}

int series_from_recorder(struct series *ret, const struct recorder *r)
{
	struct series s = {
		.interval_ns = r->interval_ns,
		.n_intervals = RECORDER_INTERVALS,
		.n_thresholds = r->n_thresholds,
	};

	s.intervals = malloc(sizeof(r->intervals));
	if (!s.intervals || sparse_histogram_init_from(&s.histogram, &r->histogram) < 0) {
		series_finish(&s);
		return -ENOMEM;
	}
	memcpy(s.intervals, r->intervals, sizeof(r->intervals));
	for (uint32_t i = 0; i < r->n_thresholds; i++)
		s.thresholds[i] = (struct series_threshold){r->thresholds_ns[i], r->above[i]};
	*ret = s;
	return 0;
}

void series_finish(struct series *s)
{
	free(s->errors);
	free(s->intervals);
	sparse_histogram_finish(&s->histogram);
	series_attribution_destroy(s->attribution);
	*s = (struct series){0};
}

int series_add_error(struct series *s, const char *name, uint64_t count)
{
	struct series_error *added;

	for (size_t i = 0; i < s->n_errors; i++)
		if (strcmp(s->errors[i].name, name) == 0) {
			s->errors[i].count = histogram_sum(s->errors[i].count, count);
			return 0;
		}
	added = array_grow(&s->errors, &s->n_errors, sizeof(*added));
	if (!added)
		return -ENOMEM;
	snprintf(added->name, sizeof(added->name), "%s", name);
	added->count = count;
	return 0;
}

int series_add_errno(struct series *s, int errnum, uint64_t count)
{
	const char *known = strerrorname_np(errnum);
	char name[32];

	snprintf(name, sizeof(name), "errno %d", errnum);
	return series_add_error(s, known ? known : name, count);
}

uint64_t series_errors(const struct series *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_errors; i++)
		sum = histogram_sum(sum, s->errors[i].count);
	return sum;
}

static void merge_intervals(struct series *to, const struct series *from)
{
	if (to->interval_ns != from->interval_ns || to->n_intervals != from->n_intervals) {
		free(to->intervals);
		to->intervals = NULL;
		to->n_intervals = 0;
		to->interval_ns = 0;
	}
	for (size_t i = 0; i < to->n_intervals; i++) {
		struct series_interval *in = &to->intervals[i];

		in->count = histogram_sum(in->count, from->intervals[i].count);
		in->sum_ns = histogram_sum(in->sum_ns, from->intervals[i].sum_ns);
		if (from->intervals[i].max_ns > in->max_ns)
			in->max_ns = from->intervals[i].max_ns;
	}
}

static void merge_threshold(struct series *to, const struct series_threshold *from)
{
	for (size_t i = 0; i < to->n_thresholds; i++)
		if (to->thresholds[i].ns == from->ns) {
			to->thresholds[i].above =
				histogram_sum(to->thresholds[i].above, from->above);
			return;
		}
	if (to->n_thresholds < SERIES_THRESHOLDS_MAX)
		to->thresholds[to->n_thresholds++] = *from;
}

static int merge_attribution(struct series *to, const struct series *from)
{
	if (!from->attribution)
		return 0;
	if (!to->attribution)
		to->attribution = calloc(1, sizeof(*to->attribution));
	return to->attribution ? series_attribution_merge(to->attribution, from->attribution)
			       : -ENOMEM;
}

int series_merge(struct series *to, const struct series *from)
{
	int r = sparse_histogram_merge(&to->histogram, &from->histogram);

	to->planned = histogram_sum(to->planned, from->planned);
	to->late = histogram_sum(to->late, from->late);
	to->missed = histogram_sum(to->missed, from->missed);
	merge_intervals(to, from);
	for (size_t i = 0; i < from->n_thresholds; i++)
		merge_threshold(to, &from->thresholds[i]);
	for (size_t i = 0; r == 0 && i < from->n_errors; i++)
		r = series_add_error(to, from->errors[i].name, from->errors[i].count);
	return r < 0 ? r : merge_attribution(to, from);
}

const struct series *series_find(const struct series *list, size_t n, const struct series_id *id)
{
	for (size_t i = 0; i < n; i++)
		if (series_id_equal(&list[i].id, id))
			return &list[i];
	return NULL;
}

double series_percentile(const struct series *s, double q)
{
	return sparse_histogram_percentile_supported(&s->histogram, q)
		       ? sparse_histogram_percentile(&s->histogram, q)
		       : NAN;
}

double series_share_above(const struct series *s, uint64_t threshold_ns)
{
	for (size_t i = 0; i < s->n_thresholds; i++)
		if (s->thresholds[i].ns == threshold_ns && s->histogram.count)
			return (double)s->thresholds[i].above / (double)s->histogram.count;
	return NAN;
}
