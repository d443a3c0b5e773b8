/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HdrHistogram log, version 1.3: a row a series and valid trial, tagged with the series' name.
 * https://github.com/HdrHistogram/HdrHistogram, HistogramLogWriter
 *
 * Readers take a row's time as seconds since StartTime and leave out what lies before it. Where the
 * clock was stepped back, or where there are several results, a trial may be older than its result:
 * StartTime is that of the oldest trial, and is known when all rows are.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/escape.h"
#include "export/export.h"
#include "result/hdr.h"
#include "export/text.h"

struct row {
	int64_t began_s;
	char *tag, *rest; /* before and behind the time */
};

struct log {
	struct row *rows;
	size_t n;
};

/* Tags end at a comma, and no reader takes a blank. */
static void mend_tag(char *tag)
{
	escape_mask(tag);
	for (; *tag; tag++)
		if (*tag == ' ' || *tag == ',')
			*tag = '_';
}

static int fill_row(struct row *row, const char *host, const struct result_run *run,
		    const struct result_trial *trial, const struct series *s)
{
	_cleanup_free char *encoded = hdr_encode(&s->histogram);
	char name[EXPORT_NAME_SIZE];

	if (!encoded)
		return -ENOMEM;
	clock_parse_rfc3339(trial->started_at, &row->began_s);
	row->tag =
		text_create("%s%s%s", host ? host : "", host ? "/" : "", export_name(run, s, name));
	row->rest = text_create("%.3f,%.3f,%s", (double)trial->duration_ns / 1e9,
				(double)s->histogram.max_ns / 1e6, encoded);
	if (!row->tag || !row->rest)
		return -ENOMEM;
	mend_tag(row->tag);
	return 0;
}

static int add_trial(struct export *x, const struct result *result, const struct result_run *run,
		     const struct result_trial *trial)
{
	const char *host = x->n_results > 1 ? result->host.name : NULL;
	struct log *log = x->state;
	int r = 0;

	for (size_t i = 0; r == 0 && trial->valid && i < trial->n_series; i++) {
		struct row *row = array_grow(&log->rows, &log->n, sizeof(*row));

		r = row ? fill_row(row, host, run, trial, &trial->series[i]) : -ENOMEM;
	}
	return r;
}

static int begin(struct export *x)
{
	x->state = calloc(1, sizeof(struct log));
	return x->state ? 0 : -ENOMEM;
}

static int end(struct export *x)
{
	const struct log *log = x->state;
	int64_t first_s = log->n ? log->rows[0].began_s : 0;
	char text[CLOCK_RFC3339_SIZE];

	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].began_s < first_s)
			first_s = log->rows[i].began_s;
	fprintf(x->to,
		"#[Logged with cgchurn, values in nanoseconds, maxima in milliseconds]\n"
		"#[Histogram log format version 1.3]\n"
		"#[StartTime: %" PRId64 ".000 (seconds since epoch), %s]\n"
		"#[BaseTime: %" PRId64 ".000 (seconds since epoch)]\n"
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
		"\"Interval_Compressed_Histogram\"\n",
		first_s, clock_format_rfc3339(first_s, text), first_s);
	for (size_t i = 0; i < log->n; i++)
		fprintf(x->to, "Tag=%s,%" PRId64 ".000,%s\n", log->rows[i].tag,
			log->rows[i].began_s - first_s, log->rows[i].rest);
	return 0;
}

static void finish(struct export *x)
{
	struct log *log = x->state;

	for (size_t i = 0; i < log->n; i++) {
		free(log->rows[i].tag);
		free(log->rows[i].rest);
	}
	free(log->rows);
}

const struct exporter exporter_hdr = {
	.name = "hdr",
	.begin = begin,
	.trial = add_trial,
	.end = end,
	.finish = finish,
};
