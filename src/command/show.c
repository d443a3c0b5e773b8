/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "command/command.h"
#include "command/overrides.h"
#include "host/host.h"
#include "run/list.h"

enum { INDENT = 12 };

struct show_options {
	struct override_options overrides;
	bool json;
};

static const struct command_option options[] = {
	OVERRIDE_OPTIONS(struct show_options, overrides),
	{"json", 0, OPTION_FLAG, offsetof(struct show_options, json), NULL,
	 "The workload's text instead, as it would be run and kept in the result.", NULL},
};

/* What the workload's questions ask of this machine, and it does not show. */
static int print_expectation(struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct host h;

	if (root < 0)
		return err_sys(e, EXIT_CANNOT, errno, "/");
	host_init(&h);
	if (host_read_grace_periods(root, &h) < 0)
		return err_no_memory(e);
	if (lock_expectation(&h)) {
		putchar('\n');
		text_print_wrapped("RCU", INDENT, lock_expectation(&h), stdout);
	}
	host_finish(&h);
	return 0;
}

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
	if (r == 0 && !o->json)
		r = print_expectation(e);
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
