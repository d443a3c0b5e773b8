/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "result/read.h"

/* The index of a word; n where it is none of them, as later versions may have more. */
static size_t index_of(const char *key, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], key) != 0)
		i++;
	return i;
}

static int read_part_histogram(const struct json_at *at, const struct json_field *field, void *to)
{
	return read_buckets_of(at, to);
}

static int read_part(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		FIELD("clipped", json_field_u64, struct sparse_histogram, clipped,
		      .max = UINT64_MAX, .required = true),
		FIELD("min_ns", json_field_u64, struct sparse_histogram, min_ns, .max = UINT64_MAX,
		      .required = true),
		FIELD("max_ns", json_field_u64, struct sparse_histogram, max_ns, .max = UINT64_MAX,
		      .required = true),
		FIELD("sum_ns", json_field_u64, struct sparse_histogram, sum_ns, .max = UINT64_MAX,
		      .required = true),
		{.key = "histogram", .take = read_part_histogram, .required = true},
	};
	struct series_attribution *a = to;
	size_t part = index_of(at->key, part_names, PARTS);
	struct sparse_histogram *h;
	int r;

	if (part == PARTS)
		return 0;
	h = &a->parts[part];
	r = json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), h);
	for (size_t i = 0; i < h->n; i++)
		h->count += h->counts[i];
	return r < 0 ? r : check_histogram(at, h);
}

static int read_parts(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, read_part, to);
}

static int read_band_part(const struct json_at *at, void *to)
{
	struct part_band *band = to;
	size_t part = index_of(at->key, part_names, PARTS);

	return part == PARTS ? 0 : json_get_u64(at, 0, UINT64_MAX / PARTS, &band->part_ns[part]);
}

static int read_band_parts(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, read_band_part, to);
}

static int read_band(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		FIELD("count", json_field_u64, struct part_band, count, .max = UINT64_MAX,
		      .required = true),
		{.key = "parts_ns", .take = read_band_parts, .required = true},
	};
	struct series_attribution *a = to;
	size_t band = index_of(at->key, attribution_band_names, BANDS);

	return band == BANDS ? 0 : json_get_fields(at, fields, 2, &a->bands[band]);
}

static int read_bands(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, read_band, to);
}

static int read_plain(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("count", json_field_u64, struct series_attribution, plain_count,
		      .max = UINT64_MAX, .required = true),
		FIELD("p50_ns", json_field_double, struct series_attribution, plain_p50_ns,
		      .required = true),
		FIELD("rate_per_s", json_field_double, struct series_attribution, plain_rate_per_s,
		      .required = true),
	};

	return !at->value ? 0 : json_get_fields(at, fields, 3, to);
}

/* No part and no band holds more samples than were taken apart. */
static int check_counts(const struct json_at *at, const struct series_attribution *a)
{
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

int read_attribution(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("count", json_field_u64, struct series_attribution, count, .max = UINT64_MAX,
		      .required = true),
		FIELD("lost", json_field_u64, struct series_attribution, lost, .max = UINT64_MAX,
		      .required = true),
		{.key = "plain", .take = read_plain},
		{.key = "bands", .take = read_bands, .required = true},
		{.key = "parts", .take = read_parts, .required = true},
	};
	struct series *s = to;
	int r;

	s->attribution = calloc(1, sizeof(*s->attribution));
	if (!s->attribution)
		return json_fail_memory(at);
	r = json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), s->attribution);
	return r < 0 ? r : check_counts(at, s->attribution);
}

static int read_look_part(const struct json_at *at, void *to)
{
	struct result_stack_samples *stack_samples = to;
	size_t part = index_of(at->key, part_names, PARTS);

	return part == PARTS ? 0
			     : json_get_u64(at, 0, UINT64_MAX / PARTS, &stack_samples->parts[part]);
}

static int read_look_parts(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_member(at, read_look_part, to);
}

static int read_stack_samples_of_one(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		FIELD("actor", read_name, struct result_stack_samples, actor,
		      .max = WORKLOAD_NAME_SIZE - 1, .required = true),
		{.key = "parts", .take = read_look_parts, .required = true},
	};
	struct result_stack_samples *stack_samples = result_add_stack_samples(to);

	if (!stack_samples)
		return json_fail_memory(at);
	return json_get_fields(at, fields, 2, stack_samples);
}

int read_stack_samples(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, RESULT_SERIES_MAX, read_stack_samples_of_one, to);
}
