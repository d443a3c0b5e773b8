/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cgroup/root.h"
#include "command/command.h"
#include "command/measure.h"
#include "compare/print.h"
#include "host/host.h"
#include "run/list.h"

enum { INDENT = 12 };

struct show_options {
	struct override_options overrides;
	const char *cgroup_root;
	struct option_u64 boots;
	bool json;
};

/* clang-format off */
#define AT(member) offsetof(struct show_options, member)
static const struct command_option options[] = {
	{.group = override_options, .offset = AT(overrides)},
	{.name = "cgroup-root", .argument = "DIR", .type = OPTION_STRING, .offset = AT(cgroup_root),
	 .help = "Plan for this directory of a cgroup v2 mount: with the CPUs that its cpuset allows.\n"
		 "Default: the CPUs of this process."},
	{.name = "json", .type = OPTION_FLAG, .offset = AT(json),
	 .help = "Print the workload's JSON instead, as it would be run and kept in the result."},
	{.name = "boots", .argument = "N", .type = OPTION_U64, .offset = AT(boots),
	 .help = "Print only whether N boots per side can decide all primary metrics."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Prints the plan of a workload on this machine: groups, workers, stressors, CPUs, what is\n"
	"timed, what decides a comparison, and the duration. Starts nothing.\n\n"
	"  cgchurn show migrate-under-fork\n"
	"  cgchurn show migrate-under-fork --set storm.workers=8";

/* A property of this machine that hides what the workloads ask about. */
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

static int plan(const struct show_options *o, struct run_list *list, struct err *e)
{
	struct plan_settings settings = {0};
	struct cgroup_root root;
	int r = o->cgroup_root ? cgroup_root_find(o->cgroup_root, &root, e) : 0;

	if (r < 0)
		return r;
	settings.allowed = o->cgroup_root ? &root.cpus : NULL;
	r = run_list_plan(list, &settings, e);
	if (o->cgroup_root)
		cgroup_root_finish(&root);
	return r;
}

static void print_boots(const struct run_list *list, uint64_t boots)
{
	const size_t n[2] = {boots, boots};
	char text[PRINT_CLAUSE_SIZE];
	size_t metrics = 0;

	for (size_t i = 0; i < list->n; i++)
		metrics += list->items[i].workload->n_primaries;
	if (!metrics)
		puts("No primary metric: nothing would be decided.");
	else if (print_reach(n, false, metrics, "boots", text))
		puts(text);
	else
		printf("%zu + %zu boots can decide %zu primary metric%s.\n", n[0], n[1], metrics,
		       metrics == 1 ? "" : "s");
}

/* As text, without a plan for this machine. */
static void print_texts(const struct show_options *o, const struct run_list *list)
{
	if (o->boots.given)
		print_boots(list, o->boots.value);
	for (size_t i = 0; o->json && i < list->n; i++)
		puts(list->items[i].workload->spec);
}

static int print_plans(const struct show_options *o, struct run_list *list, struct err *e)
{
	int r = plan(o, list, e);

	for (size_t i = 0; i < list->n && r == 0; i++) {
		plan_print(&list->items[i].plan, stdout);
		if (i + 1 < list->n)
			putchar('\n');
	}
	return r < 0 ? r : print_expectation(e);
}

static int show_main(const struct command_call *call, struct err *e)
{
	const struct show_options *o = call->options;
	struct workload_overrides overrides = overrides_from_options(&o->overrides);
	struct run_list list = {0};
	int r = run_list_add(&list, (const char *const *)call->arguments, call->n_arguments,
			     &overrides, e);

	if (r == 0 && o->boots.given && (o->boots.value < 1 || o->boots.value > 999))
		r = err_set(e, EXIT_USAGE, EINVAL, "--boots: found %" PRIu64 ", allowed: 1 to 999",
			    o->boots.value);
	if (r == 0 && (o->json || o->boots.given))
		print_texts(o, &list);
	else if (r == 0)
		r = print_plans(o, &list, e);
	run_list_finish(&list);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_show = {
	.name = "show",
	.summary = "show the plan of a workload: workers, CPUs, groups, duration",
	.arguments = "WORKLOAD...",
	.help = help,
	.min_arguments = 1,
	.max_arguments = 1000,
	.options = options,
	.options_size = sizeof(struct show_options),
	.main = show_main,
};
