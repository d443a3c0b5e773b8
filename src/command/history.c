/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "compare/inputs.h"
#include "compare/history.h"
#include "result/json.h"
#include "seccomp/reader.h"

struct history_options {
	const char *format;
	struct option_strings allowed;
	struct option_u64 seed;
};

static const char *const formats[] = {"text", "json", NULL};

static const struct command_option options[] = {
	{"format", 'f', OPTION_CHOICE, offsetof(struct history_options, format), "FORMAT",
	 "text (the default) or json.", formats},
	{"allow-different", 0, OPTION_STRINGS, offsetof(struct history_options, allowed), "NAME",
	 "Judge results together that differ in NAME: as for `cgchurn compare`, or \"host\".",
	 NULL},
	{"seed", 's', OPTION_U64, offsetof(struct history_options, seed), "N",
	 "Of the permutations that test a change. Default 1.", NULL},
};

static int add(struct history *h, struct input *input, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct result *result;
	size_t size;
	int r = input_read(input, &text, &size, e);

	if (r == 0)
		r = result_from_json(text, size, input->path, &result, e);
	if (r < 0)
		return r;
	r = history_add(h, input->path, result, e);
	result_destroy(result);
	return r;
}

/* Prints from a confined process: all that is left to do. */
static int print(const struct history_options *o, struct inputs *inputs, struct history *h,
		 struct err *e)
{
	int r = sandbox_confine_reader(e);

	for (size_t i = 0; r == 0 && i < inputs->n; i++)
		r = add(h, &inputs->items[i], e);
	for (size_t i = 0; r == 0 && i < o->allowed.n; i++)
		r = history_allow(h, o->allowed.items[i], e);
	if (r == 0)
		r = history_arrange(h, o->seed.given ? o->seed.value : 1, e);
	if (r < 0)
		return r;
	if (!o->format || strcmp(o->format, "text") == 0)
		history_print_text(h, stdout);
	else if (history_print_json(h, stdout) < 0)
		r = err_no_memory(e);
	return r;
}

static int history_main(const struct command_call *call, struct err *e)
{
	struct inputs inputs = {.repeats = true}; /* history_add() counts a result once */
	struct history h = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < call->n_arguments; i++)
		r = inputs_open(&inputs, call->arguments[i], e);
	inputs_print_skipped(&inputs, stderr);
	if (r == 0)
		r = print(call->options, &inputs, &h, e);
	history_finish(&h);
	inputs_finish(&inputs);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_history = {
	.name = "history",
	.summary = "tell how results went over time, and where they changed",
	.arguments = "DIR...",
	.help = "Takes results in the order of their time, and tells for each metric that a "
		"workload\n"
		"asks about where it changed, with what else changed there. Results that differ "
		"in\n"
		"what `cgchurn compare` refuses, or in the host or the regime of the lock, are "
		"not\n"
		"judged together. The chance of any false change is at most 5 %, also where\n"
		"neighbours correlate by 0.3 (E-divisive, Matteson and James 2014, on whitened\n"
		"values); fewer than some 10 results cannot show one. What one change is worth,\n"
		"`cgchurn compare` tells.\n\n"
		"  cgchurn history nightly/\n"
		"  cgchurn report --history nightly/ -o nightly.html",
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct history_options),
	.main = history_main,
};
