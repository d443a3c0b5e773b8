/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of result_from_json(), private to this folder. */
#ifndef CGCHURN_RESULT_READ_H
#define CGCHURN_RESULT_READ_H

#include "json/cursor.h"
#include "result/result.h"

/* A line of a table of keys: where `key` goes in `type`. */
#define FIELD(key_, take_, type, member, ...)                                               \
	{                                                                                   \
		.key = key_, .take = take_, .offset = offsetof(type, member), ##__VA_ARGS__ \
	}

/* Takes one series into a zeroed struct; what it holds when it fails is the struct's to free. */
int read_series(struct json_cursor *c, struct result_series *ret);

/* "attribution" of a series; `to` is the struct result_series. */
int read_attribution(struct json_cursor *c, const struct json_field *field, void *to);

/* "looks" of a trial; `to` is the struct result_trial. */
int read_looks(struct json_cursor *c, const struct json_field *field, void *to);

/* "histogram": the buckets alone. */
int read_buckets_of(struct json_cursor *c, struct sparse_histogram *ret);

/* What cannot be true of a histogram by itself. */
int check_histogram(struct json_cursor *c, const char *start, const struct sparse_histogram *h);

/*
 * What cannot be true of a series: of its histogram, its schedule, its intervals, its thresholds.
 * `start` is where it begins in the text.
 */
int check_series(struct json_cursor *c, const char *start, const struct result_series *s);

/* A name: [a-z0-9][a-z0-9_-]*, at most `field->max` bytes, into a char[]. */
int read_name(struct json_cursor *c, const struct json_field *field, void *to);

#endif
