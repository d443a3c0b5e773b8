/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/replace.h"
#include "command/command.h"
#include "compare/inputs.h"
#include "export/export.h"
#include "result/json.h"
#include "seccomp/reader.h"

struct export_options {
	const char *to, *output, *origin, *build;
	bool timestamps;
};

#define EXPORTER(symbol, name, summary) name,
static const char *const formats[] = {
#include "export/list.h"
	NULL,
};
#undef EXPORTER

#define EXPORTER(symbol, name, summary) "\n" name ": " summary
static const char formats_help[] = "The format:"
#include "export/list.h"
	;
#undef EXPORTER

static const struct command_option options[] = {
	{"to", 't', OPTION_CHOICE, offsetof(struct export_options, to), "FORMAT", formats_help,
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
	{"timestamps", 0, OPTION_FLAG, offsetof(struct export_options, timestamps), NULL,
	 "openmetrics: give each sample the time its result began, to backfill a history\n"
	 "(`promtool tsdb create-blocks-from openmetrics`).",
	 NULL},
};

/* What the confined process is given. */
struct job {
	const struct exporter *exporter;
	const struct export_settings settings;
	struct inputs inputs;
	FILE *to;
};

static int add(struct export *x, struct input *input, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct result *result;
	size_t size;
	int r = input_read(input, &text, &size, e);

	if (r == 0)
		r = result_from_json(text, size, input->path, &result, e);
	if (r < 0)
		return r;
	r = export_add(x, input->path, result, e);
	result_destroy(result);
	return r;
}

static int export_inputs(void *data, struct err *e)
{
	struct job *job = data;
	_cleanup_(export_finish) struct export x = {0};
	int r = export_begin(&x, job->exporter, &job->settings, job->inputs.n, job->to, e);

	for (size_t i = 0; r == 0 && i < job->inputs.n; i++)
		r = add(&x, &job->inputs.items[i], e);
	return r == 0 ? export_end(&x, e) : r;
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

static int make(const struct export_options *o, struct job *job, struct err *e)
{
	_cleanup_free char *made = NULL;
	_cleanup_file FILE *to = confined_output(e);
	size_t size;
	int r;

	if (!to)
		return -EIO;
	job->to = to;
	r = confined_run(export_inputs, job, e);
	if (r == 0)
		r = confined_output_read(to, &made, &size, e);
	return r < 0 ? r : print(o->output, made, size, e);
}

static int export_main(const struct command_call *call, struct err *e)
{
	const struct export_options *o = call->options;
	struct job job = {
		.exporter = o->to ? exporter_find(o->to) : NULL,
		.settings = {.origin = o->origin, .build = o->build, .timestamps = o->timestamps},
	};
	int r = job.exporter ? 0 : refuse_none(e);

	for (size_t i = 0; r == 0 && i < call->n_arguments; i++)
		r = inputs_open(&job.inputs, call->arguments[i], e);
	if (r == 0)
		r = export_check(job.exporter, &job.settings, job.inputs.n, e);
	inputs_print_skipped(&job.inputs, stderr);
	if (r == 0)
		r = make(o, &job, e);
	inputs_finish(&job.inputs);
	return r;
}

const struct command command_export = {
	.name = "export",
	.summary = "give results to CI systems, databases and dashboards",
	.arguments = "RESULT...",
	.help = "Writes results, files or folders of them, in a format that another program "
		"reads.\n"
		"Figures are those of valid trials; a percentile that the samples do not support "
		"is\n"
		"absent, never zero.\n\n"
		"  cgchurn export --to prometheus -o "
		"/var/lib/prometheus/node-exporter/cgchurn.prom "
		"new.json\n"
		"  cgchurn export --to csv nightly/ > nightly.csv\n"
		"  cgchurn export --to openmetrics --timestamps nightly/ > nightly.om",
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct export_options),
	.main = export_main,
};
