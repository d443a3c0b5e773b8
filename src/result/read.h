/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of result_from_json(), private to this folder. */
#ifndef CGCHURN_RESULT_READ_H
#define CGCHURN_RESULT_READ_H

#include "json/read.h"
#include "result/result.h"

/*
 * Whether a series times what only a later version knows, as neither service nor response time is
 * it. Nothing else in it is looked at then. The word is escaped.
 */
bool is_of_unknown_time(const struct json_at *series, char ret_word[32]);

/* Takes one series into a zeroed struct; what it holds when it fails is the struct's to free. */
int read_series(const struct json_at *at, struct series *ret);

/* "attribution" of a series; `to` is the struct series. */
int read_attribution(const struct json_at *at, const struct json_field *field, void *to);

/* "looks" of a trial; `to` is the struct result_trial. */
int read_stack_samples(const struct json_at *at, const struct json_field *field, void *to);

/* "histogram": the buckets alone. */
int read_buckets_of(const struct json_at *at, struct sparse_histogram *ret);

/* What cannot be true of a histogram by itself. */
int check_histogram(const struct json_at *at, const struct sparse_histogram *h);

/* What cannot be true of a series: of its histogram, its schedule, its intervals, its thresholds.
 */
int check_series(const struct json_at *at, const struct series *s);

/* A name: [a-z0-9][a-z0-9_-]*, at most `field->max` bytes, into a char[]. */
int read_name(const struct json_at *at, const struct json_field *field, void *to);

#endif
