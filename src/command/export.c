/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "command/results.h"
#include "compare/inputs.h"
#include "export/export.h"

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

/* clang-format off */
#define AT(member) offsetof(struct export_options, member)
static const struct command_option options[] = {
	{.name = "to", .letter = 't', .argument = "FORMAT", .type = OPTION_CHOICE, .offset = AT(to),
	 .choices = formats, .help = formats_help},
	{.name = "output", .letter = 'o', .argument = "FILE", .type = OPTION_STRING,
	 .offset = AT(output),
	 .help = "Write to FILE, replaced atomically. Default: standard output."},
	{.name = "origin", .argument = "NAME", .type = OPTION_STRING, .offset = AT(origin),
	 .help = "kcidb: the CI system that submits, of a-z, 0-9 and _ (default: cgchurn)."},
	{.name = "build", .argument = "ID", .type = OPTION_STRING, .offset = AT(build),
	 .help = "kcidb: ID of the tested build, ORIGIN:ID. Default: made from the kernel's release\n"
		 "and configuration; KCIDB then cannot link it to a submitted build."},
	{.name = "timestamps", .type = OPTION_FLAG, .offset = AT(timestamps),
	 .help = "openmetrics: give each sample its result's start time, to backfill a history\n"
		 "(`promtool tsdb create-blocks-from openmetrics`)."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Writes results (files or directories of them) in a format that another program reads.\n"
	"Figures are those of valid trials. A percentile that the samples do not support is\n"
	"absent, never zero.\n\n"
	"  cgchurn export --to csv nightly/ > nightly.csv\n"
	"  cgchurn export --to openmetrics --timestamps nightly/ > nightly.om\n"
	"  cgchurn export --to prometheus new.json \\\n"
	"      -o /var/lib/prometheus/node-exporter/cgchurn.prom";

/* What the confined process is given. */
struct job {
	const struct exporter *exporter;
	const struct export_settings settings;
	struct inputs inputs;
};

static int export_inputs(void *data, FILE *to, struct err *e)
{
	struct job *job = data;
	_cleanup_(export_finish) struct export x = {0};
	int r = export_begin(&x, job->exporter, &job->settings, job->inputs.n, to, e);

	for (size_t i = 0; r == 0 && i < job->inputs.n; i++) {
		_cleanup_(cleanup_result) struct result *result = NULL;

		r = load_result(&job->inputs.items[i], &result, e);
		if (r == 0)
			r = export_add(&x, job->inputs.items[i].path, result, e);
	}
	return r == 0 ? export_end(&x, e) : r;
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
		.settings = {.origin = o->origin, .build = o->build, .timestamps = o->timestamps},
	};
	int r = job.exporter ? 0 : refuse_none(e);

	if (r == 0)
		r = results_open(&job.inputs, call->arguments, call->n_arguments, e);
	if (r == 0)
		r = export_check(job.exporter, &job.settings, job.inputs.n, e);
	if (r == 0)
		r = results_make(export_inputs, &job, o->output, e);
	inputs_finish(&job.inputs);
	return r;
}

const struct command command_export = {
	.name = "export",
	.summary = "convert results for CI systems, databases and dashboards",
	.arguments = "RESULT...",
	.help = help,
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.options_size = sizeof(struct export_options),
	.main = export_main,
};
