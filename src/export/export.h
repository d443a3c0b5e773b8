/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results in the formats that other programs read. An exporter is one const struct in one file and
 * one line in meson.build.
 *
 * Figures are those of valid trials. Where a format knows no trials, a workload's valid trials are
 * pooled, as the table of `cgchurn run` does. A percentile that the samples do not support is
 * absent, never zero.
 *
 * Results come one after the other, so that a year of nights need not be in memory at once.
 */
#ifndef CGCHURN_EXPORT_EXPORT_H
#define CGCHURN_EXPORT_EXPORT_H

#include <stdio.h>

#include "base/err.h"
#include "json/write.h"
#include "result/pool.h"
#include "result/result.h"

/* What the command line can say; NULL where it said nothing. */
struct export_settings {
	const char *origin; /* KCIDB's name of whoever submits: [a-z0-9_]+ */
	const char *build;  /* KCIDB's id of the build that was tested */
	bool timestamps;    /* OpenMetrics: each sample at its result's start, for backfilling */
};

/* One result, as an exporter is given it. */
struct export_source {
	const struct result *result;
	const struct pool *pools; /* one a run, in their order */
	size_t index;             /* of the result */
	int64_t started_at_s;     /* since 1970 */
};

struct exporter;

/* One output while it is written. Zeroed memory is none yet. */
struct export
{
	const struct exporter *exporter;
	struct export_settings settings;
	FILE *to;
	size_t n_results; /* that there will be */
	char **paths;     /* of those that came, for messages */
	char **ids;
	size_t n_paths, n_ids;
	void *state; /* the exporter's own; freed with free() at the end */
	struct json_build json;
	struct json_object
		*root; /* of a format that is JSON: begin() makes it; printed at the end */
	struct err *e; /* of the call under way */
};

/*
 * All return 0, -ENOMEM, -EINVAL for settings that the format does not allow, or another negative
 * errno with the sentence in `e`. NULL: nothing to do.
 */
struct exporter {
	const char *name; /* as in --to */
	bool single;      /* holds one result */
	bool timestamps;  /* takes that setting */
	int (*begin)(struct export *x);
	/* Each result, then each trial and each pooled series of each of its runs. */
	int (*add)(struct export *x, const struct export_source *source);
	int (*trial)(struct export *x, const struct result *r, const struct result_run *run,
		     const struct result_trial *trial);
	void (*series)(struct export *x, const struct result *r, const struct pool *p,
		       const struct pooled_series *s);
	int (*end)(struct export *x);
	void (*finish)(struct export *x); /* what `state` points to; also after a failure */
};

/* NULL where there is no such format. */
const struct exporter *exporter_find(const char *name);

/*
 * Whether the format can hold that many results and knows these settings; else EXIT_USAGE in `e`.
 */
int export_check(const struct exporter *exporter, const struct export_settings *settings,
		 size_t n_results, struct err *e);

/*
 * Begins an output of `n_results` results, adds one, and ends it. EXIT_USAGE in `e` where a time in
 * a result is none, where a result came already, where two results have series that the format
 * could not tell apart, or where the settings are not what it allows. export_finish() is called in
 * any case.
 */
int export_begin(struct export *x, const struct exporter *exporter,
		 const struct export_settings *settings, size_t n_results, FILE *to, struct err *e);
int export_add(struct export *x, const char *path, const struct result *result, struct err *e);
int export_end(struct export *x, struct err *e);
void export_finish(struct export *x);

#endif
