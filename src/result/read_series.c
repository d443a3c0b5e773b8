/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "result/hdr.h"
#include "result/read.h"

int read_name(const struct json_at *at, const struct json_field *field, void *to)
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

bool is_of_unknown_time(const struct json_at *series, char ret_word[32])
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

static int read_time(const struct json_at *at, const struct json_field *field, void *to)
{
	struct series *s = to;
	size_t index;
	int r = json_get_choice(at, span_time_names, 2, &index);

	if (r == 0)
		s->id.time = (enum span_time)index;
	return r;
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

static int read_error(const struct json_at *at, void *to)
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

static int read_errors(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, read_error, to);
}

static int read_pair(const struct json_at *at, uint64_t ret[2])
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

static int read_bucket(const struct json_at *at, void *to)
{
	struct sparse_histogram *h = to;
	uint64_t pair[2];
	size_t index;
	int r = read_pair(at, pair);

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
	h->counts[h->n++] = pair[1];
	return 0;
}

static int read_buckets(const struct json_at *at, const struct json_field *field, void *to)
{
	struct sparse_histogram *histogram = to, h = {0};
	size_t n = json_object_is_type(at->value, json_type_array)
			   ? json_object_array_length(at->value)
			   : 0;
	int r = sparse_histogram_init(&h, n < HISTOGRAM_BUCKETS ? n : HISTOGRAM_BUCKETS);

	if (r < 0)
		return json_fail_memory(at);
	h.n = 0;
	r = json_each_element(at, HISTOGRAM_BUCKETS, read_bucket, &h);
	if (r < 0 || n == 0) {
		sparse_histogram_finish(&h);
		return r;
	}
	histogram->n = h.n;
	histogram->counts = h.counts;
	histogram->indices = h.indices;
	return 0;
}

static int read_sub_bucket_bits(const struct json_at *at, const struct json_field *field, void *to)
{
	uint64_t bits;

	return json_get_u64(at, HISTOGRAM_SUB_BUCKET_BITS, HISTOGRAM_SUB_BUCKET_BITS, &bits);
}

static int read_encoding(const struct json_at *at, const struct json_field *field, void *to)
{
	static const char *const encodings[] = {RESULT_HISTOGRAM_ENCODING};
	size_t index;

	return json_get_choice(at, encodings, 1, &index);
}

static int read_data(const struct json_at *at, const struct json_field *field, void *to)
{
	struct sparse_histogram h = {0}, *histogram = to;
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
	histogram->n = h.n;
	histogram->counts = h.counts;
	histogram->indices = h.indices;
	return 0;
}

int read_buckets_of(const struct json_at *at, struct sparse_histogram *ret)
{
	static const struct json_field encoded[] = {
		{.key = "encoding", .take = read_encoding, .required = true},
		{.key = "data", .take = read_data, .required = true},
	};
	/* of schema 1 */
	static const struct json_field pairs[] = {
		{.key = "sub_bucket_bits", .take = read_sub_bucket_bits, .required = true},
		{.key = "buckets", .take = read_buckets, .required = true},
	};
	bool is_1 = json_object_is_type(at->value, json_type_object) &&
		    json_member(at, "sub_bucket_bits").present;

	return json_get_fields(at, is_1 ? pairs : encoded, 2, ret);
}

static int read_histogram(const struct json_at *at, const struct json_field *field, void *to)
{
	struct series *s = to;

	return read_buckets_of(at, &s->histogram);
}

/* Three arrays of the same length, in any order. */
struct intervals {
	uint64_t interval_ns;
	struct series_interval *items;
	size_t n, room; /* n: of the longest */
	size_t lengths[3];
};

struct intervals_column {
	struct intervals *intervals;
	size_t column;
};

static uint64_t *interval_cell(struct series_interval *interval, size_t column)
{
	return column == 0 ? &interval->count : column == 1 ? &interval->sum_ns : &interval->max_ns;
}

static int read_interval(const struct json_at *at, void *to)
{
	const struct intervals_column *column = to;
	struct intervals *in = column->intervals;
	size_t index = in->lengths[column->column];

	if (index == in->n) {
		if (!array_grow(&in->items, &in->n, sizeof(*in->items)))
			return json_fail_memory(at);
	}
	in->lengths[column->column]++;
	return json_get_u64(at, 0, UINT64_MAX, interval_cell(&in->items[index], column->column));
}

/* `field->min` is the column. */
static int read_column(const struct json_at *at, const struct json_field *field, void *to)
{
	struct intervals_column column = {to, field->min};

	return json_each_element(at, RESULT_INTERVALS_MAX, read_interval, &column);
}

static int read_intervals(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("interval_ns", json_field_u64, struct intervals, interval_ns, .min = 1,
		      .max = UINT64_MAX, .required = true),
		{.key = "counts", .take = read_column, .min = 0, .required = true},
		{.key = "sums_ns", .take = read_column, .min = 1, .required = true},
		{.key = "max_ns", .take = read_column, .min = 2, .required = true},
	};
	struct series *s = to;
	struct intervals in = {0};
	int r = json_get_fields(at, fields, 4, &in);

	s->intervals = in.items;
	s->n_intervals = in.n;
	s->interval_ns = in.interval_ns;
	if (r < 0)
		return r;
	if (in.lengths[0] != in.n || in.lengths[1] != in.n || in.lengths[2] != in.n)
		return json_complain(
			at, "found arrays of %zu, %zu and %zu, allowed: of the same length",
			in.lengths[0], in.lengths[1], in.lengths[2]);
	return 0;
}

static int read_threshold(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		FIELD("ns", json_field_u64, struct series_threshold, ns, .min = 1,
		      .max = UINT64_MAX, .required = true),
		FIELD("above", json_field_u64, struct series_threshold, above, .max = UINT64_MAX,
		      .required = true),
	};
	struct series *s = to;
	int r = json_get_fields(at, fields, 2, &s->thresholds[s->n_thresholds]);

	if (r == 0)
		s->n_thresholds++;
	return r;
}

static int read_thresholds(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, SERIES_THRESHOLDS_MAX, read_threshold, to);
}

#define SERIES(key_, take_, member, ...) FIELD(key_, take_, struct series, member, ##__VA_ARGS__)
#define NUMBER(key_, member, ...) \
	SERIES(key_, json_field_u64, member, .max = UINT64_MAX, ##__VA_ARGS__)

int read_series(const struct json_at *at, struct series *ret)
{
	static const struct json_field fields[] = {
		SERIES("actor", read_name, id.actor, .max = WORKLOAD_NAME_SIZE - 1,
		       .required = true),
		SERIES("stressor", read_name, stressor, .max = WORKLOAD_NAME_SIZE - 1,
		       .required = true),
		SERIES("span", read_name, id.span, .max = sizeof(ret->id.span) - 1,
		       .required = true),
		{.key = "time", .take = read_time, .required = true},
		NUMBER("count", histogram.count, .required = true),
		{.key = "errors", .take = read_errors, .required = true},
		NUMBER("clipped", histogram.clipped, .required = true),
		NUMBER("planned", planned),
		NUMBER("late", late),
		NUMBER("missed", missed),
		SERIES("rate_per_s", json_field_double, rate_per_s, .required = true,
		       .nullable = true),
		NUMBER("min_ns", histogram.min_ns, .required = true),
		NUMBER("max_ns", histogram.max_ns, .required = true),
		NUMBER("sum_ns", histogram.sum_ns, .required = true),
		{.key = "thresholds", .take = read_thresholds},
		{.key = "histogram", .take = read_histogram, .required = true},
		{.key = "intervals", .take = read_intervals},
		{.key = "attribution", .take = read_attribution},
	};
	int r = json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), ret);

	return r < 0 ? r : check_series(at, ret);
}
