/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of result_to_json(), private to this folder. */
#ifndef CGCHURN_RESULT_WRITE_H
#define CGCHURN_RESULT_WRITE_H

#include "json/write.h"
#include "result/result.h"

/* Appends a series to an array of them. */
void write_series(struct json_build *b, struct json_object *array, const struct series *s);

/* Adds what a series' time went to, where it was attributed. */
void write_attribution(struct json_build *b, struct json_object *series,
		       const struct series_attribution *a);

/* Adds "looks" to a trial that has them. */
void write_stack_samples(struct json_build *b, struct json_object *trial,
			 const struct result_trial *t);

/* Adds "histogram". */
void write_histogram(struct json_build *b, struct json_object *to,
		     const struct sparse_histogram *h);

/* The key of a percentile: "50", "99.9". */
#define PERCENTILE_KEY_SIZE 16
const char *percentile_key(double q, char buf[PERCENTILE_KEY_SIZE]);

#endif
