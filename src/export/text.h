/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, figures and texts as several formats show them. */
#ifndef CGCHURN_EXPORT_TEXT_H
#define CGCHURN_EXPORT_TEXT_H

#include "result/pool.h"

/* Workload, actor, stressor and span names are short and of [a-z0-9_-] (result/json.h). */
#define EXPORT_NAME_SIZE 256

/* "migrate-under-fork/migrator/write/response" */
const char *export_name(const struct result_run *run, const struct series *s,
			char buf[EXPORT_NAME_SIZE]);

/*
 * What tells a result from others of one output: "node1 my label 2026-01-31T23:59:59Z", host and
 * label as far as there are any. The caller frees. NULL where memory ran out.
 */
char *export_tag(const struct result *r);

#define EXPORT_SUMMARY_SIZE 256

/* "20 000 samples, 4 000/s, p50 61.0 us, p99 122 us, max 230 us, 3 errors" */
const char *export_summary(const struct series *s, char buf[EXPORT_SUMMARY_SIZE]);

/* Why a workload has no figures, as a sentence; NULL where it has some. */
const char *export_why_none(const struct pool *p);

/*
 * Prints a text of strangers: what must not be shown (base/escape.h) as '?', and what the format
 * gives a meaning to as `own` says: entries of a character and what stands for it, up to NULL.
 */
void export_print(const char *text, const char *const *own, FILE *to);

#endif
