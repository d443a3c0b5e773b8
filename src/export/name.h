/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a series is called where a format has one name for it. */
#ifndef CGCHURN_EXPORT_NAME_H
#define CGCHURN_EXPORT_NAME_H

#include "result/result.h"

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

/*
 * Prints a text of strangers: what must not be shown (base/escape.h) as '?', and what the format
 * gives a meaning to as `own` says: entries of a character and what stands for it, up to NULL.
 */
void export_print(const char *text, const char *const *own, FILE *to);

#endif
