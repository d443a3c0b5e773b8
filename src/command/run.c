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
#include "command/interrupted.h"
#include "command/overrides.h"
#include "command/progress.h"
#include "command/regime_options.h"
#include "command/run_show.h"
#include "host/host.h"
#include "host/noise.h"
#include "run/invocation.h"
#include "run/session.h"
#include "run/raw.h"
#include "result/json.h"

struct run_options {
	struct override_options overrides;
	const char *suite, *output, *label, *host_name, *cgroup_root, *raw, *sequence;
	struct option_u64 seed;
	struct regime_options lock;
	bool enable_controllers, quiet;
};

static const struct command_option options[] = {
	{"output", 'o', OPTION_STRING, offsetof(struct run_options, output), "FILE",
	 "Write the result there, as JSON, replaced whole after every trial. \"-\": to standard\n"
	 "output at the end, and the table to standard error; likewise to a pipe or a device.",
	 NULL},
	{"suite", 's', OPTION_STRING, offsetof(struct run_options, suite), "SUITE",
	 "Run the workloads of a suite; without it and without WORKLOAD, \"headline\".", NULL},
	{"label", 'l', OPTION_STRING, offsetof(struct run_options, label), "TEXT",
	 "A name for this result, shown in reports.", NULL},
	{"host-name", 0, OPTION_STRING, offsetof(struct run_options, host_name), "NAME",
	 "Call the host so in the result, instead of its node's name; \"\" keeps no name.", NULL},
	OVERRIDE_OPTIONS(struct run_options, overrides),
	{"seed", 0, OPTION_U64, offsetof(struct run_options, seed), "N",
	 "Of arrivals and random choices; a result holds the one it was made with.", NULL},
	{"sequence", 0, OPTION_STRING, offsetof(struct run_options, sequence), "BLOCK:POSITION",
	 "Where this invocation stands in a series laid out in blocks, for compare.", NULL},
	{"raw", 0, OPTION_STRING, offsetof(struct run_options, raw), "DIR",
	 "Keep every sample too, a CSV file a trial. Writing them takes CPU time from what is\n"
	 "measured; the result says so.",
	 NULL},
	{"cgroup-root", 0, OPTION_STRING, offsetof(struct run_options, cgroup_root), "DIR",
	 "Make the run group there, a folder of a cgroup v2 mount.", NULL},
	{"enable-controllers", 0, OPTION_FLAG, offsetof(struct run_options, enable_controllers),
	 NULL, "May enable wanted controllers in the parent group; undone at the end.", NULL},
	REGIME_OPTIONS(struct run_options, lock),
	{"quiet", 'q', OPTION_FLAG, offsetof(struct run_options, quiet), NULL,
	 "No progress and no table; messages stay.", NULL},
};

/* One run of the command: what it was asked, what it made. */
struct run {
	const struct run_options *o;
	struct run_list list;
	struct session session;
	struct regime_setup lock;
	bool begun; /* the session and the output */
	struct result *result;
	struct progress progress;
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

static int describe(struct run *run, struct err *e)
{
	const struct run_options *o = run->o;
	int r = prepare_result(run->result, o->label, o->seed.given ? &o->seed.value : NULL, e);

	run->result->raw = o->raw != NULL;
	return r == 0 ? parse_sequence(o->sequence, run->result, e) : r;
}

static int load(struct run *run, const struct command_call *call, struct err *e)
{
	const struct run_options *o = run->o;
	struct workload_overrides overrides = overrides_from_options(&o->overrides);
	int r = 0;

	if (o->suite || call->n_arguments == 0)
		r = run_list_add_suite(&run->list, o->suite ? o->suite : "headline", &overrides, e);
	if (r == 0)
		r = run_list_add(&run->list, (const char *const *)call->arguments,
				 call->n_arguments, &overrides, e);
	return r;
}

/* Once it is known where the groups will lie. */
static int plan(struct run *run, struct err *e)
{
	struct plan_settings settings = {.seed = run->result->seed,
					 .raw = run->o->raw != NULL,
					 .allowed = &run->session.root.cpus};

	return run_list_plan(&run->list, &settings, e);
}

/*
 * The first version of the file, without a trial: an output that cannot be written is refused
 * before anything is measured. Not before all else is in place, for it replaces an older result.
 */
static int begin_output(const struct run *run, const char *path, struct err *e)
{
	int r = path ? result_write(run->result, path, e) : 0;

	if (r == -EOPNOTSUPP)
		err_hint(e, "\"-o -\" prints the result to standard output.");
	if (r < 0)
		e->exit_code = EXIT_USAGE;
	return r;
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

/* A run cut short goes on all the same: its other figures are what they are. */
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
		fputs("A longer --duration or more --trials let a comparison decide by them.\n",
		      stderr);
}

static void announce(const struct run *run)
{
	uint64_t seconds = (run_list_duration_ns(&run->list) + NS_PER_S - 1) / NS_PER_S *
			   (run->lock.attribution ? 2 : 1);

	if (run->o->quiet)
		return;
	warn_of_load(&run->result->host);
	fprintf(stderr, "%zu workload%s in %s, about %llu s\n", run->list.n,
		run->list.n == 1 ? "" : "s", run->session.root.path, (unsigned long long)seconds);
}

static int measure(struct run *run, struct err *e)
{
	bool file = run->o->output && strcmp(run->o->output, "-") != 0 &&
		    io_is_replaced(run->o->output);
	struct invocation in = {
		.session = &run->session,
		.list = &run->list,
		.result = run->result,
		.output = file ? run->o->output : NULL,
		.raw_folder = run->o->raw,
	};
	struct err ending = {0};
	int r, ended;

	progress_init(&run->progress, run->o->quiet);
	in.listener = progress_listener(&run->progress);
	r = prepare_session(&run->session, &run->list, run->o->enable_controllers, run->result, e);
	if (r == 0)
		r = begin_output(run, in.output, e);
	run->begun = r == 0;
	if (r == 0)
		r = regime_setup_override(&run->lock, &run->o->lock, &run->result->host, e);
	if (r == 0)
		r = regime_setup_begin(&run->lock, &run->o->lock, &run->session, &run->list,
				       run->result, e);
	if (r == 0)
		r = session_check(&run->session, e);
	if (r == 0)
		r = invocation_prepare(&in, e);
	if (r == 0) {
		in.attribution = run->lock.attribution;
		in.stack_samples = run->lock.stack_samples;
		warn_of_plans(&run->list);
		announce(run);
		r = invocation_run(&in, e);
	}
	progress_clear(&run->progress);
	regime_setup_end(&run->lock);
	ended = session_end(&run->session, &ending);
	if (r == 0 && ended < 0) {
		*e = ending;
		return ended;
	}
	if (ended < 0)
		err_print(&ending, stderr);
	if (r == 0 && in.save_error < 0)
		return err_sys(e, EXIT_FAULT, -in.save_error, "%s could not be written",
			       run->o->output);
	return r;
}

static int carry_out(struct run *run, const struct command_call *call, struct err *e)
{
	bool lost;
	int r = describe(run, e), shown;

	if (r == 0)
		r = load(run, call, e);
	if (r == 0)
		r = session_find(&run->session, run->o->cgroup_root, e);
	if (r == 0)
		r = plan(run, e);
	if (r == 0)
		r = prepare_host(&run->session, run->o->host_name, run->result, e);
	if (r == 0)
		r = regime_setup_check(&run->o->lock, &run->result->host, e);
	if (r == 0 && run->o->raw)
		r = raw_folder_prepare(run->o->raw, e);
	if (r < 0) {
		session_end(&run->session, NULL);
		interrupted_explain(&run->session, run->result, NULL, false, e);
		return r;
	}
	r = measure(run, e);
	interrupted_explain(&run->session, run->result, run->o->output, run->begun, e);
	if (!run->begun)
		return r;
	lost = run->o->output && r < 0 && e->exit_code == EXIT_FAULT && run->result->complete;
	shown = run_show(run->result, run->o->output, run->o->quiet, lost,
			 r < 0 && e->exit_code == EXIT_INTERRUPTED);
	if (r == 0 && shown < 0)
		return err_sys(e, EXIT_FAULT, -shown, "%s", run->o->output);
	return r;
}

static int run_main(const struct command_call *call, struct err *e)
{
	struct run run = {.o = call->options, .session = {.signal_fd = -1}};
	int r;

	run.result = result_create();
	if (!run.result)
		return err_no_memory(e);
	r = carry_out(&run, call, e);
	run_list_finish(&run.list);
	result_destroy(run.result);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_run = {
	.name = "run",
	.summary = "measure workloads on this kernel",
	.arguments = "[WORKLOAD...]",
	.help = "Makes cgroup v2 groups, lets storms of process creation and migrations loose in "
		"them, and\nprints latency percentiles. WORKLOAD is a name that `cgchurn list` "
		"shows, or "
		"the path of a\nJSON file. Everything that is made lies in one group of its own "
		"and is "
		"gone at the end,\nhowever the program ends.\n\n"
		"  cgchurn run                                 the headline figures, about a "
		"minute\n"
		"  cgchurn run -o before.json -l 6.12          ... kept, to compare with later\n"
		"  cgchurn run migrate-under-fork --trials 10  one question, asked longer\n"
		"  cgchurn run migrate-under-fork --set storm.workers=8 --duration 30s",
	.min_arguments = 0,
	.max_arguments = 1000,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct run_options),
	.main = run_main,
};
