/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/replace.h"
#include "command/command.h"
#include "compare/inputs.h"
#include "report/report.h"
#include "report/sweep_view.h"
#include "result/json.h"
#include "seccomp/reader.h"

struct report_options {
	const char *output, *title, *history;
	struct option_double tolerance;
	struct option_strings allowed;
	bool paired, no_pictures;
};

static const struct command_option options[] = {
	{"output", 'o', OPTION_STRING, offsetof(struct report_options, output), "FILE",
	 "Write the page there, replaced whole; else to standard output.", NULL},
	{"title", 't', OPTION_STRING, offsetof(struct report_options, title), "TEXT",
	 "Of the page.", NULL},
	{"history", 0, OPTION_STRING, offsetof(struct report_options, history), "DIR",
	 "Add how the results in DIR went over time, as `cgchurn history` finds it. RESULT may\n"
	 "then be left out.",
	 NULL},
	{"allow-different", 0, OPTION_STRINGS, offsetof(struct report_options, allowed), "NAME",
	 "As for `cgchurn compare`.", NULL},
	{"tolerance", 0, OPTION_DOUBLE, offsetof(struct report_options, tolerance), "P",
	 "As for `cgchurn compare`.", NULL},
	{"paired", 0, OPTION_FLAG, offsetof(struct report_options, paired), NULL,
	 "As for `cgchurn compare`.", NULL},
	{"no-pictures", 0, OPTION_FLAG, offsetof(struct report_options, no_pictures), NULL,
	 "Words and tables only.", NULL},
};

/* What the confined process is given: open files, and one in memory to print to. */
struct job {
	struct report_settings settings;
	struct inputs *arguments; /* one an argument */
	size_t n_arguments;
	struct inputs history;
	FILE *page;
};

static int read_result(struct input *input, struct result **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = input_read(input, &text, &size, e);

	return r < 0 ? r : result_from_json(text, size, input->path, ret, e);
}

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
		struct result *result;

		r = read_result(&inputs->items[i], &result, e);
		if (r < 0)
			break;
		r = report_add_history(report, inputs->items[i].path, result, e);
		result_destroy(result);
	}
	return r;
}

static int print_report(void *data, struct err *e)
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
		r = report_print(report, job->page, e);
	report_destroy(report);
	return r;
}

static int write_page(const char *output, const char *text, size_t size, struct err *e)
{
	int r = output ? io_replace_file(output, text, size)
		       : io_write_all(STDOUT_FILENO, text, size);

	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "%s", output ? output : "standard output") : 0;
}

static int open_inputs(const struct command_call *call, struct job *job, struct err *e)
{
	const struct report_options *o = call->options;
	int r = 0;

	for (; r == 0 && job->n_arguments < call->n_arguments; job->n_arguments++)
		r = inputs_open(&job->arguments[job->n_arguments],
				call->arguments[job->n_arguments], e);
	if (r == 0 && o->history)
		r = inputs_open(&job->history, o->history, e);
	for (size_t i = 0; i < job->n_arguments; i++)
		inputs_print_skipped(&job->arguments[i], stderr);
	inputs_print_skipped(&job->history, stderr);
	return r;
}

static int make(const struct command_call *call, struct job *job, struct err *e)
{
	const struct report_options *o = call->options;
	_cleanup_free char *text = NULL;
	size_t size;
	int r = open_inputs(call, job, e);

	if (r == 0)
		r = confined_run(print_report, job, e);
	if (r == 0)
		r = confined_output_read(job->page, &text, &size, e);
	return r == 0 ? write_page(o->output, text, size, e) : r;
}

static int report_main(const struct command_call *call, struct err *e)
{
	const struct report_options *o = call->options;
	struct job job = {
		.settings = {.title = o->title,
			     .allowed = o->allowed.items,
			     .n_allowed = o->allowed.n,
			     .tolerance = o->tolerance.given ? o->tolerance.value / 100 : 0,
			     .paired = o->paired,
			     .pictures = !o->no_pictures},
		.history = {.repeats = true}, /* report_add_history() counts a result once */
		.arguments = calloc(call->n_arguments + 1, sizeof(*job.arguments)),
	};
	int r;

	if (!call->n_arguments && !o->history) {
		free(job.arguments);
		return err_set(e, EXIT_USAGE, EINVAL,
			       "report: found no RESULT, needed: at least one, or --history DIR");
	}
	if (o->tolerance.given && !(o->tolerance.value > 0 && o->tolerance.value <= 100)) {
		free(job.arguments);
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--tolerance: found %g, allowed: percent above 0 and at most 100",
			       o->tolerance.value);
	}
	job.page = confined_output(e);
	r = job.page && job.arguments ? make(call, &job, e) : -ENOMEM;
	for (size_t i = 0; job.arguments && i < job.n_arguments; i++)
		inputs_finish(&job.arguments[i]);
	free(job.arguments);
	inputs_finish(&job.history);
	cleanup_file(&job.page);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_report = {
	.name = "report",
	.summary = "make one page with pictures of results",
	.arguments = "[RESULT...]",
	.help = "Makes one HTML file that needs no network: what was asked and found in words, "
		"then\n"
		"figures and pictures, then the machines. RESULT is a file or a folder of results; "
		"of\n"
		"two kinds (argument, label, kernel, regime of the lock) the first is the base, "
		"and\n"
		"the page holds what `cgchurn compare` says. RESULT may also be a file of "
		"`cgchurn\n"
		"sweep`.\n\n"
		"  cgchurn report new.json -o new.html\n"
		"  cgchurn report before/ after/ -o change.html\n"
		"  cgchurn report --history nightly/ -o nightly.html",
	.min_arguments = 0,
	.max_arguments = 1000,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct report_options),
	.main = report_main,
};
