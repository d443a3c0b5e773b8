/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "command/results.h"
#include "compare/history.h"
#include "compare/inputs.h"
#include "seccomp/reader.h"

struct history_options {
	const char *format;
	struct option_strings allowed;
	struct option_u64 seed;
};

static const char *const formats[] = {"text", "json", NULL};

/* clang-format off */
#define AT(member) offsetof(struct history_options, member)
static const struct command_option options[] = {
	{.name = "format", .letter = 'f', .argument = "FORMAT", .type = OPTION_CHOICE,
	 .offset = AT(format), .choices = formats, .help = "text (the default) or json."},
	{.name = "allow-different", .argument = "NAME", .type = OPTION_STRINGS, .offset = AT(allowed),
	 .help = "Put results in one series although NAME differs. NAME is as for\n"
		 "`cgchurn compare`, or \"host\". May be repeated."},
	{.name = "seed", .letter = 's', .argument = "N", .type = OPTION_U64, .offset = AT(seed),
	 .fallback = 1, .help = "Random seed of the permutation tests. Default 1."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Sorts results by time and prints, for each primary metric, where it changed and what\n"
	"else changed there. Results form separate series if they are of different hosts or\n"
	"lock regimes, or if `cgchurn compare` would refuse to compare them. Results of one boot\n"
	"within 12 h are one point. Fewer than about 10 points cannot show a change. To measure\n"
	"how large a change is, use `cgchurn compare`.\n\n"
	"The probability that a series without a change shows one is at most 5 %, also if\n"
	"successive points correlate by up to 0.3. Method: this correlation is removed, then\n"
	"E-divisive (Matteson and James 2014) finds the changes.\n\n"
	"  cgchurn history nightly/\n"
	"  cgchurn report --history nightly/ -o nightly.html";

/* Prints from a confined process: all that is left to do. */
static int print(const struct history_options *o, struct inputs *inputs, struct history *h,
		 struct err *e)
{
	int r = sandbox_confine_reader(e);

	for (size_t i = 0; r == 0 && i < inputs->n; i++) {
		_cleanup_(cleanup_result) struct result *result = NULL;

		r = load_result(&inputs->items[i], &result, e);
		if (r == 0)
			r = history_add(h, inputs->items[i].path, result, e);
	}
	for (size_t i = 0; r == 0 && i < o->allowed.n; i++)
		r = history_allow(h, o->allowed.items[i], e);
	if (r == 0)
		r = history_arrange(h, o->seed.value, e);
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
	int r = results_open(&inputs, call->arguments, call->n_arguments, e);

	if (r == 0)
		r = print(call->options, &inputs, &h, e);
	history_finish(&h);
	inputs_finish(&inputs);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_history = {
	.name = "history",
	.summary = "show results over time and where they changed",
	.arguments = "DIR...",
	.help = help,
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.options_size = sizeof(struct history_options),
	.main = history_main,
};
