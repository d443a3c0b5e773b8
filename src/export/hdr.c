/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HdrHistogram log, version 1.3: a row a series and valid trial, tagged with the series' name.
 * https://github.com/HdrHistogram/HdrHistogram, HistogramLogWriter
 */
#include <errno.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "export/export.h"
#include "export/hdr_encode.h"
#include "export/name.h"

static int print_row(const struct export_source *source, FILE *to, const struct result_run *run,
		     const struct result_trial *trial, const struct result_series *s)
{
	_cleanup_free char *encoded = hdr_encode(&s->histogram);
	char name[EXPORT_NAME_SIZE];
	int64_t began_s = 0;

	if (!encoded)
		return -ENOMEM;
	clock_parse_rfc3339(trial->started_at, &began_s);
	fprintf(to, "Tag=%s,%" PRId64 ".000,%.3f,%.3f,%s\n", export_name(run, s, name),
		began_s - source->started_at_s, (double)trial->duration_ns / 1e9,
		(double)s->histogram.max_ns / 1e6, encoded);
	return 0;
}

static int print_trial(const struct export_source *source, FILE *to, const struct result_run *run,
		       const struct result_trial *trial)
{
	int r = 0;

	for (size_t i = 0; r == 0 && trial->valid && i < trial->n_series; i++)
		r = print_row(source, to, run, trial, &trial->series[i]);
	return r;
}

static int write_hdr(const struct export_source *source, FILE *to)
{
	const struct result *result = source->result;
	int r = 0;

	fprintf(to,
		"#[Logged with cgchurn, values in nanoseconds, maxima in milliseconds]\n"
		"#[Histogram log format version 1.3]\n"
		"#[StartTime: %" PRId64 ".000 (seconds since epoch), %s]\n"
		"#[BaseTime: %" PRId64 ".000 (seconds since epoch)]\n"
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
		"\"Interval_Compressed_Histogram\"\n",
		source->started_at_s, result->started_at, source->started_at_s);
	for (size_t i = 0; i < result->n_runs; i++)
		for (size_t k = 0; r == 0 && k < result->runs[i].n_trials; k++)
			r = print_trial(source, to, &result->runs[i], &result->runs[i].trials[k]);
	return r;
}

const struct exporter exporter_hdr = {
	"hdr",
	write_hdr,
};
