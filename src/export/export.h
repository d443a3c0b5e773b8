/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A result in the formats that other programs read. An exporter is one const struct in one file and
 * one line in the table in export.c.
 *
 * Figures are those of valid trials. Where a format knows no trials, a workload's valid trials are
 * pooled, as the table of `cgchurn run` does. A percentile that the samples do not support is
 * absent, never zero.
 */
#ifndef CGCHURN_EXPORT_EXPORT_H
#define CGCHURN_EXPORT_EXPORT_H

#include <stdio.h>

#include "base/err.h"
#include "result/pool.h"
#include "result/result.h"

/* What the command line can say; NULL where it said nothing. */
struct export_settings {
	const char *origin; /* KCIDB's name of whoever submits: [a-z0-9_]+ */
	const char *build;  /* KCIDB's id of the build that was tested */
};

/* What an exporter is given. */
struct export_source {
	const struct result *result;
	const struct pool *pools; /* one a run, in their order */
	struct export_settings settings;
	int64_t started_at_s; /* since 1970 */
};

struct exporter {
	const char *name;                                           /* as in --to */
	int (*write)(const struct export_source *source, FILE *to); /* 0, -ENOMEM or -EINVAL */
};

/* NULL ends it. */
extern const struct exporter *const exporters[];

/* NULL where there is no such format. */
const struct exporter *exporter_find(const char *name);

/*
 * Writes a result in a format. EXIT_USAGE in `e` where a time in the result is none, or where the
 * settings are not what the format allows.
 */
int export_write(const struct exporter *exporter, const struct result *result,
		 const struct export_settings *settings, FILE *to, struct err *e);

extern const struct exporter exporter_prometheus, exporter_openmetrics, exporter_influx,
	exporter_bmf, exporter_gh_benchmark, exporter_gh_benchmark_rate, exporter_kcidb,
	exporter_junit, exporter_ktap, exporter_csv, exporter_hdr;

#endif
