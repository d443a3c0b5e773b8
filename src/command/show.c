/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "command/command.h"
#include "command/overrides.h"
#include "invocation/list.h"

struct show_options {
	struct override_options overrides;
	bool json;
};

static const struct command_option options[] = {
	OVERRIDE_OPTIONS(struct show_options, overrides),
	{"json", 0, OPTION_FLAG, offsetof(struct show_options, json), NULL,
	 "The workload's text instead, as it would be run and kept in the result.", NULL},
};

static int show_main(const struct command_call *call, struct err *e)
{
	const struct show_options *o = call->options;
	struct workload_overrides overrides = overrides_from_options(&o->overrides);
	struct plan_settings settings = {0};
	struct run_list list = {0};
	int r = run_list_add(&list, (const char *const *)call->arguments, call->n_arguments,
			     &overrides, e);

	if (r == 0 && !o->json)
		r = run_list_plan(&list, &settings, e);
	for (size_t i = 0; i < list.n && r == 0; i++) {
		if (o->json)
			puts(list.items[i].workload->spec);
		else
			plan_print(&list.items[i].plan, stdout);
		if (!o->json && i + 1 < list.n)
			putchar('\n');
	}
	run_list_finish(&list);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_show = {
	.name = "show",
	.summary = "show what a workload comes to on this machine",
	.arguments = "WORKLOAD...",
	.help = "Prints the plan of a workload: its groups, how many workers of which stressor on "
		"which CPU and\nin which group, what is timed, what decides a comparison, how long "
		"it "
		"takes. Starts nothing.\n\n"
		"  cgchurn show migrate-under-fork\n"
		"  cgchurn show migrate-under-fork --set storm.workers=8",
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct show_options),
	.main = show_main,
};
