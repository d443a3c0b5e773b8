/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/escape.h"
#include "result/fields.h"
#include "result/hdr.h"

int take_stored_name(const struct json_at *at, const struct json_field *field, void *to)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *name;
	int r = json_get_string(at, field->max, &name);

	if (r < 0)
		return r;
	if (!name[0] || name[0] == '-' || name[0] == '_' || name[strspn(name, allowed)])
		return json_refuse(at, "a name of a-z, 0-9, \"-\" and \"_\"");
	strcpy((char *)to + field->offset, name);
	return 0;
}

/* "EAGAIN", "errno 4711": anything of that length that a terminal can show. */
static bool is_error_name(const char *name)
{
	if (!name[0] || strlen(name) >= sizeof(((struct series_error *)0)->name))
		return false;
	for (; *name; name++)
		if (*name < ' ' || *name > '~')
			return false;
	return true;
}

static int take_error(const struct json_at *at, void *to)
{
	struct series *s = to;
	struct series_error *error;

	if (!is_error_name(at->key) || s->n_errors == RESULT_ERRORS_MAX)
		return json_complain(
			at,
			"found this key, allowed: at most %d names of failures, 1 to %zu printable "
			"ASCII characters each",
			RESULT_ERRORS_MAX, sizeof(error->name) - 1);
	error = array_grow(&s->errors, &s->n_errors, sizeof(*s->errors));
	if (!error)
		return json_fail_memory(at);
	strcpy(error->name, at->key);
	return json_get_u64(at, 0, INT64_MAX / RESULT_ERRORS_MAX, &error->count);
}

static int take_errors(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, take_error, to);
}

/* Most errors come once or never, so the object stays in the file where it is empty. */
static void put_errors(struct json_build *b, struct json_object *to, const struct json_field *field,
		       const void *from)
{
	struct json_object *errors = json_put_object(b, to, field->key);
	const struct series *s = from;

	for (size_t i = 0; i < s->n_errors; i++)
		json_put_u64(b, errors, s->errors[i].name, s->errors[i].count);
}

static void put_mean(struct json_build *b, struct json_object *to, const struct json_field *field,
		     const void *from)
{
	const struct series *s = from;

	json_put_u64(b, to, field->key, (uint64_t)llround(sparse_histogram_mean(&s->histogram)));
}

/* Those that the samples support, and beside them why the others are absent. */
static void put_percentiles(struct json_build *b, struct json_object *to,
			    const struct json_field *field, const void *from)
{
	const struct sparse_histogram *h = &((const struct series *)from)->histogram;
	struct json_object *present = json_put_object(b, to, field->key);
	struct json_object *absent = json_put_object(b, to, "absent_percentiles");

	for (size_t i = 0; i < SERIES_PERCENTILES; i++) {
		double q = series_percentiles[i];
		char key[16], reason[96];

		snprintf(key, sizeof(key), "%g", q);
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

static int take_pair(const struct json_at *at, uint64_t ret[2])
{
	struct json_at first = json_element(at, 0), second = json_element(at, 1);

	first.e = second.e = NULL;
	if (!json_object_is_type(at->value, json_type_array))
		return json_refuse(at, "an array of two whole numbers");
	if (json_object_array_length(at->value) == 2 &&
	    json_get_u64(&first, 0, UINT64_MAX, &ret[0]) == 0 &&
	    json_get_u64(&second, 0, UINT64_MAX, &ret[1]) == 0)
		return 0;
	return json_complain(at, "found something else, allowed: an array of two whole numbers");
}

static int take_bucket(const struct json_at *at, void *to)
{
	struct sparse_histogram *h = to;
	uint64_t pair[2];
	size_t index;
	int r = take_pair(at, pair);

	if (r < 0)
		return r;
	index = histogram_index(pair[0]);
	if (pair[0] > HISTOGRAM_HIGHEST || histogram_lowest(index) != pair[0])
		return json_complain(at, "found %llu, allowed: the lowest value of a bucket",
				     (unsigned long long)pair[0]);
	if (h->n && index <= h->indices[h->n - 1])
		return json_complain(at, "found a bucket that does not lie above the "
					 "one before it");
	if (pair[1] == 0)
		return json_complain(at, "found a count of 0, allowed: buckets that hold "
					 "something");
	h->indices[h->n] = (uint16_t)index;
	h->wide[h->n++] = pair[1];
	return 0;
}

/* The figures of `to` stay. */
static void keep_buckets(struct sparse_histogram *to, const struct sparse_histogram *from)
{
	to->n = from->n;
	to->indices = from->indices;
	to->narrow = from->narrow;
	to->wide = from->wide;
}

/* What the struct sparse_histogram `to` holds when this fails is the caller's to free. */
static int take_buckets(const struct json_at *at, const struct json_field *field, void *to)
{
	struct sparse_histogram h = {0};
	size_t n = 0;
	int r = json_want_array(at, 0, HISTOGRAM_BUCKETS, &n);

	if (r < 0 || n == 0)
		return r;
	if (sparse_histogram_init(&h, n) < 0)
		return json_fail_memory(at);
	h.n = 0;
	r = json_each_element(at, n, take_bucket, &h);
	if (r == 0 && sparse_histogram_shrink(&h) < 0)
		r = json_fail_memory(at);
	keep_buckets(to, &h);
	return r;
}

static int take_sub_bucket_bits(const struct json_at *at, const struct json_field *field, void *to)
{
	uint64_t bits;

	return json_get_u64(at, HISTOGRAM_SUB_BUCKET_BITS, HISTOGRAM_SUB_BUCKET_BITS, &bits);
}

static int take_encoding(const struct json_at *at, const struct json_field *field, void *to)
{
	static const char *const encodings[] = {RESULT_HISTOGRAM_ENCODING};
	size_t index;

	return json_get_choice(at, encodings, 1, &index);
}

static int take_data(const struct json_at *at, const struct json_field *field, void *to)
{
	struct sparse_histogram h = {0};
	const char *text, *found = NULL;
	int r = json_get_string(at, HISTOGRAM_BUCKETS * 16, &text);

	if (r < 0)
		return r;
	r = hdr_decode(text, &h, &found);
	if (r == -ENOMEM)
		return json_fail_memory(at);
	if (r < 0)
		return json_complain(at,
				     "found %s, allowed: an HdrHistogram, V2 compressed, of "
				     "two significant figures",
				     found);
	keep_buckets(to, &h);
	return 0;
}

/* The buckets alone, of a struct sparse_histogram. */
static int take_histogram(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field encoded[] = {
		{.key = "encoding", .take = take_encoding, .required = true},
		{.key = "data", .take = take_data, .required = true},
	};
	/* of schema 1 */
	static const struct json_field pairs[] = {
		{.key = "sub_bucket_bits", .take = take_sub_bucket_bits, .required = true},
		{.key = "buckets", .take = take_buckets, .required = true},
	};

	return json_get_fields(at, json_member(at, "sub_bucket_bits").present ? pairs : encoded, 2,
			       (char *)to + field->offset);
}

static void put_histogram(struct json_build *b, struct json_object *to,
			  const struct json_field *field, const void *from)
{
	struct json_object *histogram = json_put_object(b, to, field->key);
	_cleanup_free char *data = hdr_encode((const void *)((const char *)from + field->offset));

	b->failed |= !data;
	json_put_string(b, histogram, "encoding", RESULT_HISTOGRAM_ENCODING);
	json_put_string(b, histogram, "data", data);
}

/* One member of each interval. The first column says how many there are. */
static int take_column(const struct json_at *at, const struct json_field *field, void *to)
{
	bool first = field->offset == offsetof(struct series_interval, count);
	struct series *s = to;
	size_t n;
	int r = json_want_array(at, 0, RESULT_INTERVALS_MAX, &n);

	if (r < 0)
		return r;
	if (first) {
		s->intervals = calloc(n + 1, sizeof(*s->intervals));
		if (!s->intervals)
			return json_fail_memory(at);
		s->n_intervals = n;
	} else if (n != s->n_intervals) {
		return json_complain(at, "found an array of %zu, allowed: of %zu, as \"counts\"", n,
				     s->n_intervals);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);

		r = json_get_u64(&element, 0, UINT64_MAX,
				 (uint64_t *)((char *)&s->intervals[i] + field->offset));
	}
	return r;
}

static void put_column(struct json_build *b, struct json_object *to, const struct json_field *field,
		       const void *from)
{
	struct json_object *column = json_put_array(b, to, field->key);
	const struct series *s = from;

	for (size_t i = 0; i < s->n_intervals && !b->failed; i++)
		json_put_u64(b, column, NULL,
			     *(const uint64_t *)((const char *)&s->intervals[i] + field->offset));
}

#define COLUMN(key, member) \
	FIELD(key, take_column, struct series_interval, member, .put = put_column, .required = true)

static const struct json_field interval_fields[] = {
	BOTH("interval_ns", u64, struct series, interval_ns, .min = 1, .max = UINT64_MAX,
	     .required = true),
	COLUMN("counts", count),
	COLUMN("sums_ns", sum_ns),
	COLUMN("max_ns", max_ns),
};
static const struct json_table interval_table = JSON_TABLE(struct series, interval_fields);

static const struct json_field threshold_fields[] = {
	BOTH("ns", u64, struct series_threshold, ns, .min = 1, .max = UINT64_MAX, .required = true),
	NUMBER("above", struct series_threshold, above, .required = true),
};
static const struct json_table threshold_table =
	JSON_TABLE(struct series_threshold, threshold_fields);

static int take_threshold(const struct json_at *at, void *to)
{
	struct series *s = to;
	int r = json_get_table(at, &threshold_table, &s->thresholds[s->n_thresholds]);

	s->n_thresholds += r == 0;
	return r;
}

static int take_thresholds(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, SERIES_THRESHOLDS_MAX, take_threshold, to);
}

static void put_thresholds(struct json_build *b, struct json_object *to,
			   const struct json_field *field, const void *from)
{
	struct json_object *thresholds = json_put_array(b, to, field->key);
	const struct series *s = from;

	for (size_t i = 0; i < s->n_thresholds; i++)
		json_put_table(b, json_put_object(b, thresholds, NULL), &threshold_table,
			       &s->thresholds[i]);
}

/* The figures of a histogram, at `path` in `type`. */
#define CLIPPED(type, path) NUMBER("clipped", type, path clipped, .required = true)
#define EXTREMES(type, path)                                           \
	NUMBER("min_ns", type, path min_ns, .required = true),         \
		NUMBER("max_ns", type, path max_ns, .required = true), \
		NUMBER("sum_ns", type, path sum_ns, .required = true)

static int check_part(const struct json_at *at, void *to)
{
	struct sparse_histogram *h = to;

	for (size_t i = 0; i < h->n; i++)
		h->count += sparse_histogram_bucket(h, i);
	return check_histogram(at, h);
}

static const struct json_field part_fields[] = {
	CLIPPED(struct sparse_histogram, ),
	EXTREMES(struct sparse_histogram, ),
	{.key = "histogram", .take = take_histogram, .put = put_histogram, .required = true},
};
static const struct json_table part_table =
	JSON_TABLE(struct sparse_histogram, part_fields, .check = check_part);

/* Sums by part, in a struct. */
#define PARTS_OF(key, type, member)                                           \
	BOTH(key, named, type, member, .names = part_names, .n_names = PARTS, \
	     .max = UINT64_MAX / PARTS, .sparse = true, .required = true)

static const struct json_field band_fields[] = {
	NUMBER("count", struct part_band, count, .required = true),
	PARTS_OF("parts_ns", struct part_band, part_ns),
};
static const struct json_table band_table = JSON_TABLE(struct part_band, band_fields);

static const struct json_field plain_fields[] = {
	NUMBER("count", struct series_attribution, plain_count, .required = true),
	BOTH("p50_ns", double, struct series_attribution, plain_p50_ns, .required = true),
	BOTH("rate_per_s", double, struct series_attribution, plain_rate_per_s, .required = true),
};
static const struct json_table plain_table = JSON_TABLE(struct series_attribution, plain_fields);

static const struct json_field attribution_fields[] = {
	NUMBER("count", struct series_attribution, count, .required = true),
	NUMBER("lost", struct series_attribution, lost, .required = true),
	NESTED("plain", &plain_table, .nonzero = offsetof(struct series_attribution, plain_count),
	       .nullable = true),
	BOTH("bands", named, struct series_attribution, bands, .names = attribution_band_names,
	     .n_names = BANDS, .of = &band_table, .required = true),
	BOTH("parts", named, struct series_attribution, parts, .names = part_names,
	     .n_names = PARTS, .of = &part_table, .sparse = true, .required = true),
};

/* No part and no band holds more samples than were taken apart. */
static int check_attribution(const struct json_at *at, void *to)
{
	const struct series_attribution *a = to;

	for (unsigned i = 0; i < PARTS; i++)
		if (a->parts[i].count && a->parts[i].count != a->count)
			return json_complain(at, "found %llu samples in %s, allowed: count, %llu",
					     (unsigned long long)a->parts[i].count, part_names[i],
					     (unsigned long long)a->count);
	for (unsigned i = 0; i < BANDS; i++)
		if (a->bands[i].count > a->count)
			return json_complain(
				at, "found %llu samples in %s, allowed: at most count, %llu",
				(unsigned long long)a->bands[i].count, attribution_band_names[i],
				(unsigned long long)a->count);
	return 0;
}

static const struct json_table attribution_table =
	JSON_TABLE(struct series_attribution, attribution_fields, .check = check_attribution);

static int take_attribution(const struct json_at *at, const struct json_field *field, void *to)
{
	struct series *s = to;

	s->attribution = calloc(1, sizeof(*s->attribution));
	return s->attribution ? json_get_table(at, &attribution_table, s->attribution)
			      : json_fail_memory(at);
}

static void put_attribution(struct json_build *b, struct json_object *to,
			    const struct json_field *field, const void *from)
{
	const struct series *s = from;

	if (s->attribution)
		json_put_table(b, json_put_object(b, to, field->key), &attribution_table,
			       s->attribution);
}

static const struct json_field stack_samples_fields[] = {
	NAME("actor", struct result_stack_samples, actor),
	PARTS_OF("parts", struct result_stack_samples, parts),
};
const struct json_table stack_samples_table =
	JSON_TABLE(struct result_stack_samples, stack_samples_fields);

static const struct json_field series_fields[] = {
	NAME("actor", struct series, id.actor),
	NAME("stressor", struct series, stressor),
	NAME("span", struct series, id.span),
	BOTH("time", choice, struct series, id.time, .names = span_time_names, .n_names = 2,
	     .required = true),
	NUMBER("count", struct series, histogram.count, .required = true),
	{.key = "errors", .take = take_errors, .put = put_errors, .required = true},
	CLIPPED(struct series, histogram.),
	NUMBER("planned", struct series, planned),
	NUMBER("late", struct series, late),
	NUMBER("missed", struct series, missed),
	BOTH("rate_per_s", double, struct series, rate_per_s, .required = true, .nullable = true),
	EXTREMES(struct series, histogram.),
	{.key = "mean_ns", .put = put_mean},
	{.key = "percentiles_ns", .put = put_percentiles},
	{.key = "thresholds", .take = take_thresholds, .put = put_thresholds},
	FIELD("histogram", take_histogram, struct series, histogram, .put = put_histogram,
	      .required = true),
	NESTED("intervals", &interval_table, .nonzero = offsetof(struct series, interval_ns)),
	{.key = "attribution", .take = take_attribution, .put = put_attribution},
};
const struct json_table series_table =
	JSON_TABLE(struct series, series_fields, .check = check_series);

/* Whether a series times what only a later version knows; nothing else in it is looked at then. */
static bool is_of_unknown_time(const struct json_at *series, char ret_word[32])
{
	struct json_at time = json_member(series, "time");
	const char *word = json_is_string(&time) ? json_object_get_string(time.value) : "";
	size_t index;

	time.e = NULL;
	if (!*word || json_get_choice(&time, span_time_names, 2, &index) == 0)
		return false;
	escape_copy(ret_word, 32, word);
	return true;
}

static int take_one_series(const struct json_at *at, void *to)
{
	struct result_trial *trial = to;
	char word[sizeof(trial->unknown_time)];
	struct series *s;
	int r;

	if (is_of_unknown_time(at, word)) {
		if (!trial->unknown_series++)
			strcpy(trial->unknown_time, word);
		return 0;
	}
	s = result_add_series(trial);
	r = s ? json_get_table(at, &series_table, s) : json_fail_memory(at);
	if (r == 0 && series_find(trial->series, trial->n_series, &s->id) != s)
		r = json_complain(at, "found the series %s, %s, %s again, allowed: each once",
				  s->id.actor, s->id.span, span_time_names[s->id.time]);
	return r;
}

int take_series(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, RESULT_SERIES_MAX, take_one_series, to);
}
