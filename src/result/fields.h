/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form of a result as JSON, read and written by the same tables; private to this folder. */
#ifndef CGCHURN_RESULT_FIELDS_H
#define CGCHURN_RESULT_FIELDS_H

#include "json/fields.h"
#include "result/result.h"

/* A uint64_t, whatever its value. */
#define NUMBER(key, type, member, ...) \
	BOTH(key, u64, type, member, .max = UINT64_MAX, ##__VA_ARGS__)
/* A char[] of that size. */
#define NAME(key, type, member)                                                            \
	FIELD(key, take_stored_name, type, member, .max = sizeof(((type *)0)->member) - 1, \
	      .required = true, .put = json_put_field_text)

/* [a-z0-9][a-z0-9_-]*, at most `field->max` bytes, into a char[]. */
int take_stored_name(const struct json_at *at, const struct json_field *field, void *to);

/* "series" of a trial. One of a time that only a later version knows is counted and left out. */
int take_series(const struct json_at *at, const struct json_field *field, void *to);
extern const struct json_table series_table;

/* "looks" of a trial. */
extern const struct json_table stack_samples_table;

/* What cannot be true of a histogram by itself. */
int check_histogram(const struct json_at *at, const struct sparse_histogram *h);

/* What cannot be true of a struct series: of its histogram, schedule, intervals, thresholds. */
int check_series(const struct json_at *at, void *series);

#endif
