/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "command/command.h"
#include "export/export.h"
#include "json/doc.h"
#include "result/json.h"
#include "sandbox/confined.h"

struct export_options {
	const char *to, *output, *origin, *build;
};

static const char *const formats[] = {
	"prometheus", "openmetrics", "influx", "bmf", "gh-benchmark", "gh-benchmark-rate",
	"kcidb",      "junit",       "ktap",   "csv", "hdr",          NULL,
};

static const struct command_option options[] = {
	{"to", 't', OPTION_CHOICE, offsetof(struct export_options, to), "FORMAT",
	 "prometheus         Prometheus, through node_exporter's textfile collector\n"
	 "openmetrics        whatever scrapes OpenMetrics 1.0\n"
	 "influx             InfluxDB and others: line protocol, in nanoseconds\n"
	 "bmf                Bencher\n"
	 "gh-benchmark       github-action-benchmark, customSmallerIsBetter: latencies\n"
	 "gh-benchmark-rate  the same, customBiggerIsBetter: rates\n"
	 "kcidb              KCIDB, the database of the kernel's CI systems\n"
	 "junit              JUnit XML\n"
	 "ktap               KTAP version 1\n"
	 "csv                spreadsheets: a line a series and trial\n"
	 "hdr                an HdrHistogram log, every bucket",
	 formats},
	{"output", 'o', OPTION_STRING, offsetof(struct export_options, output), "FILE",
	 "Write there, replaced whole, so that a collector never reads half; else to standard\n"
	 "output.",
	 NULL},
	{"origin", 0, OPTION_STRING, offsetof(struct export_options, origin), "NAME",
	 "kcidb: the CI system that submits, of a-z, 0-9 and _ (default: cgchurn).", NULL},
	{"build", 0, OPTION_STRING, offsetof(struct export_options, build), "ID",
	 "kcidb: the build that was tested, ORIGIN:ID; by default one made from the kernel's\n"
	 "release and configuration, which KCIDB will not know.",
	 NULL},
};

/* What the confined process is given. */
struct job {
	const struct exporter *exporter;
	const struct export_settings settings;
	const char *path, *text;
	size_t size;
	FILE *to;
};

static int export_text(void *data, struct err *e)
{
	const struct job *job = data;
	struct result *result;
	int r = result_from_json(job->text, job->size, job->path, &result, e);

	if (r < 0)
		return r;
	r = export_write(job->exporter, result, &job->settings, job->to, e);
	result_destroy(result);
	return r;
}

static int print(const char *output, const char *text, size_t size, struct err *e)
{
	int r = output ? io_replace_file(output, text, size)
		       : io_write_all(STDOUT_FILENO, text, size);

	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "%s", output ? output : "standard output") : 0;
}

static int refuse_none(struct err *e)
{
	err_set(e, EXIT_USAGE, EINVAL, "export: --to FORMAT is needed");
	err_hint(e, "`cgchurn export --help` lists them.");
	return -EINVAL;
}

static int export_main(const struct command_call *call, struct err *e)
{
	const struct export_options *o = call->options;
	struct job job = {
		.exporter = o->to ? exporter_find(o->to) : NULL,
		.settings = {.origin = o->origin, .build = o->build},
		.path = call->arguments[0],
	};
	_cleanup_free char *text = NULL, *made = NULL;
	_cleanup_file FILE *to = NULL;
	size_t size;
	int r;

	if (!job.exporter)
		return refuse_none(e);
	r = json_read_file(job.path, RESULT_FILE_SIZE_MAX, &text, &job.size, e);
	if (r < 0)
		return r;
	job.text = text;
	job.to = to = confined_output(e);
	if (!to)
		return -EIO;
	r = confined_run(export_text, &job, e);
	if (r == 0)
		r = confined_output_read(to, &made, &size, e);
	return r < 0 ? r : print(o->output, made, size, e);
}

const struct command command_export = {
	.name = "export",
	.summary = "give a result to CI systems, databases and dashboards",
	.arguments = "RESULT",
	.help = "Writes a result in a format that another program reads. Figures are those of "
		"valid trials;\na percentile that the samples do not support is absent, never "
		"zero.\n\n"
		"  cgchurn export --to prometheus -o "
		"/var/lib/prometheus/node-exporter/cgchurn.prom "
		"new.json\n"
		"  cgchurn export --to csv new.json > new.csv",
	.min_arguments = 1,
	.max_arguments = 1,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct export_options),
	.main = export_main,
};
