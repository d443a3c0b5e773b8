/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "command/results.h"
#include "compare/inputs.h"
#include "report/report.h"
#include "report/sweep_view.h"
#include "result/json.h"

struct report_options {
	const char *output, *title, *history;
	double tolerance;
	struct option_u64 max_boots;
	struct option_strings allowed;
	bool paired, no_pictures;
};

/* clang-format off */
#define AT(member) offsetof(struct report_options, member)
static const struct command_option options[] = {
	{.name = "output", .letter = 'o', .argument = "FILE", .type = OPTION_STRING,
	 .offset = AT(output), .help = "Write to FILE, replaced atomically. Default: standard output."},
	{.name = "title", .letter = 't', .argument = "TEXT", .type = OPTION_STRING, .offset = AT(title),
	 .help = "Title of the page."},
	{.name = "history", .argument = "DIR", .type = OPTION_STRING, .offset = AT(history),
	 .help = "Add what `cgchurn history DIR` finds. RESULT is then optional."},
	{.name = "allow-different", .argument = "NAME", .type = OPTION_STRINGS, .offset = AT(allowed),
	 .help = "As for `cgchurn compare`."},
	{.name = "tolerance", .argument = "P", .type = OPTION_PERCENT, .offset = AT(tolerance),
	 .help = "As for `cgchurn compare`."},
	{.name = "paired", .type = OPTION_FLAG, .offset = AT(paired),
	 .help = "As for `cgchurn compare`."},
	{.name = "max-boots", .argument = "N", .type = OPTION_U64, .offset = AT(max_boots),
	 .help = "As for `cgchurn compare`."},
	{.name = "no-pictures", .type = OPTION_FLAG, .offset = AT(no_pictures),
	 .help = "Write text and tables only, no charts."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Writes one HTML file that needs no network: the findings in words, then figures and\n"
	"charts, then the machines. RESULT is a result file or a directory of them, or a file\n"
	"of `cgchurn sweep`. Results are grouped by argument, label, kernel and lock regime. If\n"
	"there are two groups, the first is the base, and the page has the verdicts of\n"
	"`cgchurn compare`.\n\n"
	"  cgchurn report new.json -o new.html\n"
	"  cgchurn report before/ after/ -o change.html\n"
	"  cgchurn report --history nightly/ -o nightly.html";

/* What the confined process is given. */
struct job {
	struct report_settings settings;
	struct inputs *arguments; /* one an argument */
	size_t n_arguments;
	struct inputs history;
};

static int add_file(struct report *report, size_t number, struct input *input, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct result *result;
	size_t size;
	int r = input_read(input, &text, &size, e);

	if (r < 0)
		return r;
	if (sweep_view_likely(text, size))
		return report_add_sweep(report, input->path, text, size, e);
	r = result_from_json(text, size, input->path, &result, e);
	return r == 0 ? report_add(report, number, input->path, result, e) : r;
}

static int add_argument(struct report *report, size_t number, struct inputs *inputs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inputs->n; i++)
		r = add_file(report, number, &inputs->items[i], e);
	return r;
}

static int add_history(struct report *report, struct inputs *inputs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inputs->n; i++) {
		_cleanup_(cleanup_result) struct result *result = NULL;

		r = load_result(&inputs->items[i], &result, e);
		if (r == 0)
			r = report_add_history(report, inputs->items[i].path, result, e);
	}
	return r;
}

static int print_report(void *data, FILE *to, struct err *e)
{
	struct job *job = data;
	struct report *report;
	int r = report_create(&job->settings, &report);

	if (r < 0)
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < job->n_arguments; i++)
		r = add_argument(report, i, &job->arguments[i], e);
	if (r == 0)
		r = add_history(report, &job->history, e);
	if (r == 0)
		r = report_print(report, to, e);
	report_destroy(report);
	return r;
}

static int open_inputs(const struct command_call *call, struct job *job, struct err *e)
{
	const struct report_options *o = call->options;
	int r = 0;

	for (; r == 0 && job->n_arguments < call->n_arguments; job->n_arguments++)
		r = results_open(&job->arguments[job->n_arguments],
				 &call->arguments[job->n_arguments], 1, e);
	if (r == 0 && o->history)
		r = results_open(&job->history, (char *const *)&o->history, 1, e);
	return r;
}

static int report_main(const struct command_call *call, struct err *e)
{
	const struct report_options *o = call->options;
	_cleanup_free struct inputs *arguments = calloc(call->n_arguments + 1, sizeof(*arguments));
	struct job job = {
		.settings = {.title = o->title,
			     .allowed = o->allowed.items,
			     .n_allowed = o->allowed.n,
			     .tolerance = o->tolerance,
			     .paired = o->paired,
			     .max_blocks = o->max_boots.value,
			     .pictures = !o->no_pictures},
		.history = {.repeats = true}, /* report_add_history() counts a result once */
		.arguments = arguments,
	};
	int r = results_check_max_boots(&o->max_boots, o->paired, e);

	if (r < 0)
		return r;
	if (!call->n_arguments && !o->history)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "report: found no RESULT, needed: at least one, or --history DIR");
	if (!o->output && isatty(STDOUT_FILENO)) {
		err_set(e, EXIT_USAGE, EINVAL, "report: HTML is not printed on a terminal");
		err_hint(e, "Name a file (-o report.html), or redirect standard output.");
		return -EINVAL;
	}
	if (!arguments)
		return err_no_memory(e);
	r = open_inputs(call, &job, e);
	if (r == 0)
		r = results_make(print_report, &job, o->output, e);
	for (size_t i = 0; i < job.n_arguments; i++)
		inputs_finish(&job.arguments[i]);
	inputs_finish(&job.history);
	return r;
}

const struct command command_report = {
	.name = "report",
	.summary = "write one HTML page about results",
	.arguments = "[RESULT...]",
	.help = help,
	.max_arguments = 1000,
	.options = options,
	.options_size = sizeof(struct report_options),
	.main = report_main,
};
