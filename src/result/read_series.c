/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "result/read.h"

static int fail_memory(struct json_cursor *c)
{
	return err_set(c->e, EXIT_FAULT, ENOMEM, "out of memory");
}

int read_name(struct json_cursor *c, const struct json_field *field, void *to)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *start = c->p;
	char *name = (char *)to + field->offset;
	int r = json_take_text(c, name, field->max + 1);

	if (r < 0)
		return r;
	if (name[0] && name[0] != '-' && name[0] != '_' && !name[strspn(name, allowed)])
		return 0;
	c->p = start;
	return json_cursor_refuse(c, "a name of a-z, 0-9, \"-\" and \"_\"");
}

static int read_time(struct json_cursor *c, const struct json_field *field, void *to)
{
	struct result_series *s = to;
	size_t index;
	int r = json_take_choice(c, span_time_names, 2, &index);

	if (r == 0)
		s->time = (enum span_time)index;
	return r;
}

/* "EAGAIN", "errno 4711": anything of that length that a terminal can show. */
static bool is_error_name(const char *name)
{
	if (!name[0] || strlen(name) >= sizeof(((struct result_error_count *)0)->name))
		return false;
	for (; *name; name++)
		if (*name < ' ' || *name > '~')
			return false;
	return true;
}

static int read_error(struct json_cursor *c, const char *key, void *to)
{
	struct result_series *s = to;
	struct result_error_count *error;

	if (!is_error_name(key) || s->n_errors == RESULT_ERRORS_MAX)
		return json_cursor_complain(
			c, c->p,
			"found this key, allowed: at most %d names of failures, 1 to %zu printable "
			"ASCII characters each",
			RESULT_ERRORS_MAX, sizeof(error->name) - 1);
	error = array_grow(&s->errors, &s->n_errors, sizeof(*s->errors));
	if (!error)
		return fail_memory(c);
	strcpy(error->name, key);
	return json_take_u64(c, 0, INT64_MAX / RESULT_ERRORS_MAX, &error->count);
}

static int read_errors(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_object(c, read_error, to);
}

/* How many arrays the value at the cursor holds at most. */
static size_t count_arrays(const struct json_cursor *c)
{
	struct json_cursor ahead = {.p = c->p, .end = c->end};
	const char *text;
	size_t size, n = 0;

	json_take_raw(&ahead, &text, &size);
	for (size_t i = 1; i < size; i++)
		n += text[i] == '[';
	return n;
}

struct buckets {
	struct sparse_histogram h; /* with room for `room` */
	size_t room;
};

static int read_bucket(struct json_cursor *c, const char *key, void *to)
{
	struct buckets *b = to;
	const char *start = c->p;
	uint64_t pair[2];
	size_t index;
	int r = json_take_pair(c, pair);

	if (r < 0)
		return r;
	index = histogram_index(pair[0]);
	if (pair[0] > HISTOGRAM_HIGHEST || histogram_lowest(index) != pair[0])
		return json_cursor_complain(c, start,
					    "found %llu, allowed: the lowest value of a bucket",
					    (unsigned long long)pair[0]);
	if (b->h.n && index <= b->h.indices[b->h.n - 1])
		return json_cursor_complain(c, start,
					    "found a bucket that does not lie above the "
					    "one before it");
	if (pair[1] == 0)
		return json_cursor_complain(c, start,
					    "found a count of 0, allowed: buckets that hold "
					    "something");
	b->h.indices[b->h.n] = (uint16_t)index;
	b->h.counts[b->h.n++] = pair[1];
	return 0;
}

static int read_buckets(struct json_cursor *c, const struct json_field *field, void *to)
{
	struct sparse_histogram *histogram = to;
	struct buckets b = {.room = count_arrays(c)};
	int r;

	if (b.room > HISTOGRAM_BUCKETS)
		return json_cursor_complain(c, c->p, "found more buckets, allowed: at most %d",
					    HISTOGRAM_BUCKETS);
	if (sparse_histogram_init(&b.h, b.room) < 0)
		return fail_memory(c);
	b.h.n = 0;
	r = json_take_array(c, b.room, read_bucket, &b);
	if (r < 0 || b.h.n == 0) {
		sparse_histogram_finish(&b.h);
		return r;
	}
	histogram->n = b.h.n;
	histogram->counts = b.h.counts;
	histogram->indices = b.h.indices;
	return 0;
}

static int read_sub_bucket_bits(struct json_cursor *c, const struct json_field *field, void *to)
{
	uint64_t bits;

	return json_take_u64(c, HISTOGRAM_SUB_BUCKET_BITS, HISTOGRAM_SUB_BUCKET_BITS, &bits);
}

int read_buckets_of(struct json_cursor *c, struct sparse_histogram *ret)
{
	static const struct json_field fields[] = {
		{.key = "sub_bucket_bits", .take = read_sub_bucket_bits, .required = true},
		{.key = "buckets", .take = read_buckets, .required = true},
	};

	return json_take_fields(c, fields, 2, ret);
}

static int read_histogram(struct json_cursor *c, const struct json_field *field, void *to)
{
	struct result_series *s = to;

	return read_buckets_of(c, &s->histogram);
}

/* Three arrays of the same length, in any order. */
struct intervals {
	uint64_t interval_ns;
	struct result_interval *items;
	size_t n, room; /* n: of the longest */
	size_t lengths[3];
};

struct intervals_column {
	struct intervals *intervals;
	size_t column;
};

static uint64_t *interval_cell(struct result_interval *interval, size_t column)
{
	return column == 0 ? &interval->count : column == 1 ? &interval->sum_ns : &interval->max_ns;
}

static int read_interval(struct json_cursor *c, const char *key, void *to)
{
	const struct intervals_column *column = to;
	struct intervals *in = column->intervals;
	size_t index = in->lengths[column->column];

	if (index == in->n) {
		if (!array_grow(&in->items, &in->n, sizeof(*in->items)))
			return fail_memory(c);
	}
	in->lengths[column->column]++;
	return json_take_u64(c, 0, UINT64_MAX, interval_cell(&in->items[index], column->column));
}

/* `field->min` is the column. */
static int read_column(struct json_cursor *c, const struct json_field *field, void *to)
{
	struct intervals_column column = {to, field->min};

	return json_take_array(c, RESULT_INTERVALS_MAX, read_interval, &column);
}

static int read_intervals(struct json_cursor *c, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("interval_ns", json_field_u64, struct intervals, interval_ns, .min = 1,
		      .max = UINT64_MAX, .required = true),
		{.key = "counts", .take = read_column, .min = 0, .required = true},
		{.key = "sums_ns", .take = read_column, .min = 1, .required = true},
		{.key = "max_ns", .take = read_column, .min = 2, .required = true},
	};
	struct result_series *s = to;
	struct intervals in = {0};
	const char *start = c->p;
	int r = json_take_fields(c, fields, 4, &in);

	s->intervals = in.items;
	s->n_intervals = in.n;
	s->interval_ns = in.interval_ns;
	if (r < 0)
		return r;
	if (in.lengths[0] != in.n || in.lengths[1] != in.n || in.lengths[2] != in.n)
		return json_cursor_complain(
			c, start, "found arrays of %zu, %zu and %zu, allowed: of the same length",
			in.lengths[0], in.lengths[1], in.lengths[2]);
	return 0;
}

static int read_threshold(struct json_cursor *c, const char *key, void *to)
{
	static const struct json_field fields[] = {
		FIELD("ns", json_field_u64, struct result_threshold, ns, .min = 1,
		      .max = UINT64_MAX, .required = true),
		FIELD("above", json_field_u64, struct result_threshold, above, .max = UINT64_MAX,
		      .required = true),
	};
	struct result_series *s = to;
	int r = json_take_fields(c, fields, 2, &s->thresholds[s->n_thresholds]);

	if (r == 0)
		s->n_thresholds++;
	return r;
}

static int read_thresholds(struct json_cursor *c, const struct json_field *field, void *to)
{
	return json_take_array(c, WORKLOAD_THRESHOLDS_MAX, read_threshold, to);
}

#define SERIES(key_, take_, member, ...) \
	FIELD(key_, take_, struct result_series, member, ##__VA_ARGS__)
#define NUMBER(key_, member, ...) \
	SERIES(key_, json_field_u64, member, .max = UINT64_MAX, ##__VA_ARGS__)

int read_series(struct json_cursor *c, struct result_series *ret)
{
	static const struct json_field fields[] = {
		SERIES("actor", read_name, actor, .max = WORKLOAD_NAME_SIZE - 1, .required = true),
		SERIES("stressor", read_name, stressor, .max = WORKLOAD_NAME_SIZE - 1,
		       .required = true),
		SERIES("span", read_name, span, .max = sizeof(ret->span) - 1, .required = true),
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
	const char *start = c->p;
	int r = json_take_fields(c, fields, sizeof(fields) / sizeof(fields[0]), ret);

	return r < 0 ? r : check_series(c, start, ret);
}
