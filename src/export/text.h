/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, figures and texts as several formats show them. */
#ifndef CGCHURN_EXPORT_TEXT_H
#define CGCHURN_EXPORT_TEXT_H

#include "base/num.h"
#include "result/pool.h"

/* Workload, actor, stressor and span names are short and of [a-z0-9_-] (result/json.h). */
#define EXPORT_NAME_SIZE 256

/* "migrate-under-fork/migrator/write/response" */
const char *export_name(const struct result_run *run, const struct series *s,
			char buf[EXPORT_NAME_SIZE]);

/*
 * Distinguishes the results of one output: "node1 my label 2026-01-31T23:59:59Z", without host or
 * label where there is none. The caller frees. NULL: out of memory.
 */
char *export_tag(const struct result *r);

#define EXPORT_SUMMARY_SIZE 256

/* "20 000 samples, 4 000/s, p50 61.0 us, p99 122 us, max 230 us, 3 errors" */
const char *export_summary(const struct series *s, char buf[EXPORT_SUMMARY_SIZE]);

/* A percentile that the samples support, and its name: "99.9". */
struct export_percentile {
	double q, ns;
	char name[NUM_TEXT_SIZE];
};

/* Those of series_percentiles, or the `few` series_shown_percentiles. Returns how many. */
size_t export_percentiles(const struct series *s, bool few,
			  struct export_percentile ret[SERIES_PERCENTILES]);

/* Why a workload has no figures, as a sentence; NULL where it has some. */
const char *export_why_none(const struct pool *p);

/*
 * Prints untrusted text. Characters that must not be shown (base/escape.h) become '?'. `own` holds
 * the escapes of the format, each a character and its replacement, and ends in NULL.
 */
void export_print(const char *text, const char *const *own, FILE *to);

#endif
