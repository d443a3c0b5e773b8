/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/replace.h"
#include "command/command.h"
#include "command/measure.h"
#include "host/host.h"
#include "host/noise.h"
#include "run/invocation.h"
#include "run/session.h"
#include "run/raw.h"
#include "run/regime.h"
#include "result/json.h"
#include "result/table.h"
#include "trace/attribute.h"
#include "trace/kernel_files.h"

struct run_options {
	struct measure_options measure;
	const char *suite, *output, *raw, *sequence, *favordynmods;
	bool allow_one_way, attribute;
};

/* In the order of enum regime_wish. */
static const char *const regime_wishes[] = {"keep", "on", "off", NULL};

/* clang-format off */
#define AT(member) offsetof(struct run_options, member)
static const struct command_option options[] = {
	{.name = "output", .letter = 'o', .argument = "FILE", .type = OPTION_STRING,
	 .offset = AT(output),
	 .help = "Write the result as JSON. A file is replaced atomically after every trial;\n"
		 "pipes, devices and \"-\" (standard output) are written once, at the end. With\n"
		 "\"-\" the table goes to standard error."},
	{.name = "suite", .letter = 's', .argument = "SUITE", .type = OPTION_STRING,
	 .offset = AT(suite),
	 .help = "Run the workloads of a suite. Default without WORKLOAD: \"headline\"."},
	{.group = measure_options, .offset = AT(measure)},
	{.name = "sequence", .argument = "BLOCK:POSITION", .type = OPTION_STRING,
	 .offset = AT(sequence),
	 .help = "Position of this invocation in a series of blocks, for `cgchurn compare` (set by\n"
		 "vm-compare and boot-compare)."},
	{.name = "raw", .argument = "DIR", .type = OPTION_STRING, .offset = AT(raw),
	 .help = "Also keep every sample, in one CSV file per trial. Writing these files takes\n"
		 "CPU time from the measurement; the result records that they were written."},
	{.name = "attribute", .type = OPTION_FLAG, .offset = AT(attribute),
	 .help = "Trace the kernel while measuring. The time of each span is attributed to its\n"
		 "causes: grace periods, waiting for forks, locks, waiting for a CPU. Each trial\n"
		 "is also run without tracing, to show the cost of tracing, so a run takes twice\n"
		 "as long. Needs root."},
	{.name = "favordynmods", .argument = "WHETHER", .type = OPTION_CHOICE,
	 .offset = AT(favordynmods), .choices = regime_wishes,
	 .help = "Remount cgroup v2 with (on) or without (off) the mount option favordynmods, and\n"
		 "restore it at the end. keep (the default) changes nothing. `cgchurn host`\n"
		 "explains the option."},
	{.name = "allow-one-way", .type = OPTION_FLAG, .offset = AT(allow_one_way),
	 .help = "Allow \"--favordynmods on\" on a kernel with a lock per process (the\n"
		 "per-threadgroup patch, Linux 6.18): these locks stay in use until reboot, even\n"
		 "if the mount option is restored."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Creates cgroup v2 groups, runs fork and migration load in them, and prints latency\n"
	"percentiles. WORKLOAD is a name that `cgchurn list` shows or the path of a JSON file.\n"
	"All groups and processes are in one run group, which is removed at the end, also after\n"
	"a signal or a crash. If cgchurn and its guardian are both killed, `cgchurn clean`\n"
	"removes it.\n\n"
	"  cgchurn run                                 the headline figures, about a minute\n"
	"  cgchurn run -o before.json -l 6.12          the same, kept for later comparisons\n"
	"  cgchurn run migrate-under-fork --trials 10  one question, measured longer\n"
	"  cgchurn run migrate-under-fork --set storm.workers=8 --duration 30s";

/* One call of the command. */
struct run {
	const struct run_options *o;
	const struct command_call *call;
	struct measurement m;
	struct regime_override regime;
	struct attribution *attribution; /* NULL: not asked for, or not possible */
	bool stack_samples;              /* instead of the attribution */
};

static int parse_sequence(const char *text, struct result *r, struct err *e)
{
	const char *colon = text ? strchr(text, ':') : NULL;
	char block[24];

	if (!text)
		return 0;
	if (!colon || (size_t)(colon - text) >= sizeof(block))
		goto refuse;
	snprintf(block, sizeof(block), "%.*s", (int)(colon - text), text);
	if (num_parse_u64(block, &r->sequence_block) < 0 ||
	    num_parse_u64(colon + 1, &r->sequence_position) < 0)
		goto refuse;
	r->has_sequence = true;
	return 0;
refuse:
	return err_set(e, EXIT_USAGE, EINVAL,
		       "--sequence: '%s' is not two whole numbers with a colon between (3:1)",
		       text);
}

static int load(void *opaque, struct err *e)
{
	struct run *run = opaque;
	const struct run_options *o = run->o;
	const struct command_call *call = run->call;
	struct workload_overrides overrides = overrides_from_options(&o->measure.overrides);
	int r = parse_sequence(o->sequence, run->m.result, e);

	run->m.result->raw = o->raw != NULL;
	if (r == 0 && (o->suite || call->n_arguments == 0))
		r = run_list_add_suite(&run->m.list, o->suite ? o->suite : "headline", &overrides,
				       e);
	if (r == 0)
		r = run_list_add(&run->m.list, (const char *const *)call->arguments,
				 call->n_arguments, &overrides, e);
	return r;
}

static enum regime_wish wish_of(const struct run_options *o)
{
	enum regime_wish wish = REGIME_KEEP;

	while (o->favordynmods && strcmp(regime_wishes[wish], o->favordynmods) != 0)
		wish++;
	return wish;
}

static int check(void *opaque, struct err *e)
{
	const struct run *run = opaque;
	int r = regime_override_check(wish_of(run->o), run->o->allow_one_way, &run->m.result->host,
				      e);

	return r == 0 && run->o->raw ? raw_folder_prepare(run->o->raw, e) : r;
}

/* The file that is replaced after every trial; NULL: none. */
static const char *replaced_output(const struct run *run)
{
	const char *output = run->o->output;

	return output && strcmp(output, "-") != 0 && io_is_replaced(output) ? output : NULL;
}

/*
 * Writes the first version of the file, without a trial, because an output that cannot be written
 * is refused before anything is measured. Not earlier, because it replaces an older result. Then
 * remounts as asked; the host's facts are gathered again if that changed anything.
 */
static int begin(void *opaque, struct err *e)
{
	struct run *run = opaque;
	const struct regime_override *o = &run->regime;
	const char *path = replaced_output(run);
	int r = path ? result_write(run->m.result, path, e) : 0;

	if (r == -EOPNOTSUPP)
		err_hint(e, "\"-o -\" prints the result to standard output.");
	if (r < 0) {
		e->exit_code = EXIT_USAGE;
		return r;
	}
	run->m.begun = true;
	r = regime_override_apply(&run->regime, wish_of(run->o), &run->m.result->host, e);
	if (r == 0 && o->changed)
		fprintf(stderr, "favordynmods is %s for %s until the end of this run%s\n",
			o->was_on ? "off" : "on", o->path,
			o->one_way ? "; the lock per process stays until reboot" : "");
	return r;
}

static int begin_attribution(struct run *run, struct err *e)
{
	const char *gap;
	size_t most = 0;
	int r;

	if (!run->o->attribute)
		return 0;
	for (size_t i = 0; i < run->m.list.n; i++)
		if (run->m.list.items[i].plan.n_workers > most)
			most = run->m.list.items[i].plan.n_workers;
	r = attribution_open(&run->attribution, most, e);
	if (r == -ENOTSUP && stack_readable()) {
		err_print(e, stderr);
		fputs("Sampling the workers' stacks instead: this gives shares of the elapsed "
		      "time, "
		      "not of spans.\n",
		      stderr);
		run->stack_samples = true;
		r = 0;
	}
	run->m.result->attributed |= r == 0;
	gap = r == 0 && run->attribution ? attribution_gap(run->attribution) : NULL;
	if (gap)
		fprintf(stderr, "attribution: %s\n", gap);
	return r;
}

static void undo(void *opaque)
{
	struct run *run = opaque;
	struct err e = {0};

	attribution_close(run->attribution);
	run->attribution = NULL;
	if (regime_override_undo(&run->regime, &e) < 0)
		err_print(&e, stderr);
}

/* Other work is the one source of noise that can be gone before the first trial. */
static void warn_of_load(const struct host *h)
{
	struct noise_finding findings[NOISE_SOURCES];
	struct noise_facts facts;
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	noise_read(root, &facts);
	noise_judge(h, &facts, findings);
	for (size_t i = 0; i < NOISE_SOURCES; i++)
		if (findings[i].level == NOISE_LOUD &&
		    (strcmp(findings[i].source, "load") == 0 ||
		     strcmp(findings[i].source, "pressure") == 0))
			fprintf(stderr, "noise: %s %s\n", findings[i].text, findings[i].advice);
}

enum { WARNINGS_SHOWN = 3 };

/* Too short a plan is no reason to refuse: its other figures are valid. */
static void warn_of_plans(const struct run_list *list)
{
	size_t short_ones = 0;

	for (size_t i = 0; i < list->n; i++) {
		FILE *to = short_ones < WARNINGS_SHOWN ? stderr : NULL;

		short_ones += plan_warn(&list->items[i].plan, to) > 0;
	}
	if (short_ones > WARNINGS_SHOWN)
		fprintf(stderr, "... and primaries of %zu more workloads\n",
			short_ones - WARNINGS_SHOWN);
	if (short_ones)
		fputs("With a longer --duration or more --trials a comparison could decide by "
		      "them.\n",
		      stderr);
}

static void announce(const struct run *run)
{
	if (run->o->measure.quiet)
		return;
	warn_of_load(&run->m.result->host);
	fprintf(stderr, "%zu workload%s in %s, about %llu s\n", run->m.list.n,
		run->m.list.n == 1 ? "" : "s", run->m.session.root.path,
		measure_seconds(&run->m.list) * (run->attribution ? 2 : 1));
}

static int trials(void *opaque, struct err *e)
{
	struct run *run = opaque;
	struct measurement *m = &run->m;
	struct invocation in = {
		.session = &m->session,
		.list = &m->list,
		.result = m->result,
		.output = replaced_output(run),
		.raw_folder = run->o->raw,
		.listener = progress_listener(&m->progress),
	};
	int r = begin_attribution(run, e);

	if (r == 0)
		r = session_check(&m->session, e);
	if (r == 0)
		r = invocation_prepare(&in, e);
	if (r < 0)
		return r;
	in.attribution = run->attribution;
	in.stack_samples = run->stack_samples;
	warn_of_plans(&m->list);
	announce(run);
	r = invocation_run(&in, e);
	if (r == 0 && in.save_error < 0)
		return err_sys(e, EXIT_FAULT, -in.save_error, "%s could not be written", m->output);
	return r;
}

static void print_json(const struct result *r)
{
	_cleanup_free char *text = NULL;
	size_t size;

	if (result_to_json(r, &text, &size) == 0)
		fwrite(text, 1, size, stdout);
}

/*
 * The table goes to standard output unless the JSON goes there: for "-o -", where `output` is no
 * file, and, rather than to lose a result, where it could not be written (`lost` before, or now).
 * `interrupted`: interrupted_explain() says where the result is. 0, or the negative errno of
 * writing to `output` now.
 */
static int show(const struct run *run, bool lost, bool interrupted)
{
	const char *output = run->o->output;
	bool minus = output && strcmp(output, "-") == 0;
	bool printed = lost || minus || (output && !io_is_replaced(output));
	bool measured = interrupted_finished(run->m.result) > 0, quiet = run->o->measure.quiet;
	FILE *to = printed ? stderr : stdout;
	int r;

	if (!quiet && measured)
		result_print_table(run->m.result, to, command_wants_colour(to));
	fflush(to); /* the JSON goes to the other stream, which may end in the same file */
	if (printed) {
		r = lost || minus ? 0 : result_write(run->m.result, output, NULL);
		if (lost || minus || r < 0)
			print_json(run->m.result);
		return r;
	}
	if (quiet || !measured || interrupted)
		return 0;
	if (!output)
		fputs("Not kept; `-o FILE` keeps a result for `cgchurn compare`.\n", stderr);
	else
		fprintf(stderr, "The result is in %s.\n", output);
	return 0;
}

static int show_run(void *opaque, int r, struct err *e)
{
	const struct run *run = opaque;
	bool lost =
		run->o->output && r < 0 && e->exit_code == EXIT_FAULT && run->m.result->complete;
	int shown = show(run, lost, r < 0 && e->exit_code == EXIT_INTERRUPTED);

	return r == 0 && shown < 0
		       ? err_sys(e, EXIT_FAULT, -shown, "cannot write %s", run->o->output)
		       : r;
}

static const struct measure_steps steps = {
	.load = load,
	.check = check,
	.begin = begin,
	.trials = trials,
	.undo = undo,
	.show = show_run,
};

static int run_main(const struct command_call *call, struct err *e)
{
	const struct run_options *o = call->options;
	struct run run = {
		.o = o, .call = call, .m = {.o = &o->measure, .output = o->output, .opaque = &run}};

	return measure(&run.m, &steps, e);
}

const struct command command_run = {
	.name = "run",
	.summary = "measure workloads on this kernel",
	.arguments = "[WORKLOAD...]",
	.help = help,
	.max_arguments = 1000,
	.options = options,
	.options_size = sizeof(struct run_options),
	.main = run_main,
};
