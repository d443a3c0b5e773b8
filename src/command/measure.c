/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/regime.h"

/* clang-format off */
#define AT(member) offsetof(struct override_options, member)
const struct command_option override_options[] = {
	{.name = "trials", .letter = 't', .argument = "N", .type = OPTION_U64, .offset = AT(trials),
	 .help = "Trials per workload; in a sweep, per point (overrides the workload file)."},
	{.name = "duration", .letter = 'd', .argument = "TIME", .type = OPTION_DURATION,
	 .offset = AT(duration),
	 .help = "Measurement time per trial (overrides the workload file): 500ms, 5s, 2m."},
	{.name = "warmup", .letter = 'w', .argument = "TIME", .type = OPTION_DURATION,
	 .offset = AT(warmup),
	 .help = "Warm-up time before each measurement (overrides the workload file)."},
	{.name = "set", .argument = "ACTOR.KEY=VALUE", .type = OPTION_STRINGS, .offset = AT(sets),
	 .help = "Change a workload: storm.workers=8, storm.child=exec,\n"
		 "migrator.arrival.per_second=100, hierarchy.depth=8. May be repeated. Keys: see\n"
		 "`cgchurn list stressors` and cgchurn-workload(5)."},
	{0},
};
#undef AT

#define AT(member) offsetof(struct place_options, member)
const struct command_option place_options[] = {
	{.name = "cgroup-root", .argument = "DIR", .type = OPTION_STRING, .offset = AT(cgroup_root),
	 .help = "Create the run group in this directory of a cgroup v2 mount. Default: the top\n"
		 "of the mount, or the delegated group if the top is not writable."},
	{.name = "enable-controllers", .type = OPTION_FLAG, .offset = AT(enable_controllers),
	 .help = "Enable missing controllers in the group in which the run group is created;\n"
		 "undone at the end."},
	{0},
};
#undef AT

#define AT(member) offsetof(struct measure_options, member)
const struct command_option measure_options[] = {
	{.name = "label", .letter = 'l', .argument = "TEXT", .type = OPTION_STRING, .offset = AT(label),
	 .help = "A name for the result, shown in reports."},
	{.name = "host-name", .argument = "NAME", .type = OPTION_STRING, .offset = AT(host_name),
	 .help = "Host name to record in the result instead of the machine's; \"\" records none."},
	{.group = override_options, .offset = AT(overrides)},
	{.name = "seed", .argument = "N", .type = OPTION_U64, .offset = AT(seed),
	 .help = "Random seed; recorded in the result. Default: a random one."},
	{.group = place_options, .offset = AT(place)},
	{.name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = AT(quiet),
	 .help = "Print no progress and no table, only messages."},
	{0},
};
#undef AT
/* clang-format on */

struct workload_overrides overrides_from_options(const struct override_options *o)
{
	return (struct workload_overrides){
		.sets = o->sets.items,
		.n_sets = o->sets.n,
		.warmup_ns = o->warmup.value,
		.duration_ns = o->duration.value,
		.trials = o->trials.value,
		.has_warmup = o->warmup.given,
		.has_duration = o->duration.given,
		.has_trials = o->trials.given,
	};
}

void measure_probe_regime(struct session *s, struct host *h)
{
	struct err e = {0};

	if (!host_lock_certain(h) && session_probe_regime(s, h, &e) < 0 &&
	    e.exit_code != EXIT_INTERRUPTED)
		err_print(&e, stderr);
}

int measure_end(struct session *s, int r, struct err *e)
{
	struct err ending = {0};
	int ended = session_end(s, &ending);

	if (ended < 0 && r < 0)
		err_print(&ending, stderr);
	if (ended == 0 || r < 0)
		return r;
	*e = ending;
	return ended;
}

unsigned long long measure_seconds(const struct run_list *list)
{
	return (run_list_duration_ns(list) + NS_PER_S - 1) / NS_PER_S;
}

void progress_init(struct progress *p, bool quiet)
{
	*p = (struct progress){.line = !quiet && isatty(STDERR_FILENO)};
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}

static void show(struct progress *p, const char *phase, uint64_t elapsed_ns)
{
	uint64_t left = p->left_ns > elapsed_ns ? p->left_ns - elapsed_ns : 0;
	uint64_t seconds = (left + NS_PER_S - 1) / NS_PER_S;

	if (!p->line)
		return;
	fprintf(stderr,
		"\r\033[K%s, trial %" PRIu64 " of %" PRIu64 ": %s; %" PRIu64 ":%02" PRIu64 " left",
		p->workload->name, p->trial + 1, p->workload->trials, phase, seconds / 60,
		seconds % 60);
	fflush(stderr);
	p->shown = true;
}

static void begins(void *opaque, const struct workload *w, uint64_t trial, uint64_t left_ns)
{
	struct progress *p = opaque;

	p->workload = w;
	p->trial = trial;
	p->left_ns = left_ns;
	show(p, "setting up", 0);
}

static void goes_on(void *opaque, uint64_t elapsed_ns)
{
	struct progress *p = opaque;
	uint64_t end = p->workload->warmup_ns + p->workload->duration_ns;

	show(p,
	     elapsed_ns < p->workload->warmup_ns ? "warming up"
	     : elapsed_ns < end                  ? "measuring"
						 : "ending",
	     elapsed_ns);
}

static void print_message(void *opaque, const char *sentence)
{
	struct err e = {0};

	progress_clear(opaque);
	snprintf(e.text, sizeof(e.text), "%s", sentence);
	err_print(&e, stderr);
}

struct invocation_listener progress_listener(struct progress *p)
{
	return (struct invocation_listener){
		.opaque = p,
		.begins = begins,
		.progress = p->line ? goes_on : NULL,
		.message = print_message,
	};
}

uint64_t interrupted_finished(const struct result *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->n_runs; i++)
		n += r->runs[i].n_trials;
	return n;
}

const char *interrupted_by(const struct session *s)
{
	switch (s->signal) {
	case SIGINT:
		return "SIGINT";
	case SIGTERM:
		return "SIGTERM";
	case SIGHUP:
		return "SIGHUP";
	default:
		return "a signal";
	}
}

static void hint(uint64_t finished, const char *output, struct err *e)
{
	const char *what = finished ? "Finished trials are" : "A result without a trial is";

	if (output && strcmp(output, "-") == 0)
		err_hint(e, "%s on standard output.", what);
	else if (output)
		err_hint(e, "%s in %s.", what, output);
	else if (finished)
		err_hint(e, "Nothing is kept but the table; `-o FILE` keeps a result.");
}

/* Says by which signal, after how many trials, and what was kept where. */
static void explain_interruption(const struct measurement *m, struct err *e)
{
	const struct result *r = m->result;
	uint64_t finished = interrupted_finished(r), planned = 0;

	if (e->exit_code != EXIT_INTERRUPTED)
		return;
	for (size_t i = 0; i < r->n_runs; i++)
		planned += r->runs[i].trials_planned;
	if (planned)
		err_set(e, EXIT_INTERRUPTED, EINTR,
			"interrupted by %s: %" PRIu64 " of %" PRIu64 " trials are finished",
			interrupted_by(&m->session), finished, planned);
	else
		err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted by %s before the first trial",
			interrupted_by(&m->session));
	if (m->begun)
		hint(finished, m->output, e);
}

int measure_plan(struct measurement *m, struct err *e)
{
	struct plan_settings settings = {
		.seed = m->result->seed, .raw = m->result->raw, .allowed = &m->session.root.cpus};

	return run_list_plan(&m->list, &settings, e);
}

static int prepare(struct measurement *m, const struct measure_steps *steps, struct err *e)
{
	const struct measure_options *o = m->o;
	int r = prepare_result(m->result, o->label, o->seed.given ? &o->seed.value : NULL, e);

	if (r == 0)
		r = steps->load(m->opaque, e);
	if (r == 0)
		r = session_find(&m->session, o->place.cgroup_root, e);
	if (r == 0)
		r = measure_plan(m, e);
	if (r == 0)
		r = prepare_host(&m->session, o->host_name, m->result, e);
	return r == 0 && steps->check ? steps->check(m->opaque, e) : r;
}

static int carry_out(struct measurement *m, const struct measure_steps *steps, struct err *e)
{
	int r = prepare_session(&m->session, &m->list, m->o->place.enable_controllers, m->result,
				e);

	if (r == 0 && steps->begin)
		r = steps->begin(m->opaque, e);
	if (r == 0) {
		measure_probe_regime(&m->session, &m->result->host);
		r = session_check(&m->session, e);
	}
	if (r == 0)
		r = steps->trials(m->opaque, e);
	progress_clear(&m->progress);
	if (steps->undo)
		steps->undo(m->opaque);
	return measure_end(&m->session, r, e);
}

int measure(struct measurement *m, const struct measure_steps *steps, struct err *e)
{
	int r;

	m->session.signal_fd = -1;
	m->result = result_create();
	if (!m->result)
		return err_no_memory(e);
	progress_init(&m->progress, m->o->quiet);
	r = prepare(m, steps, e);
	if (r < 0)
		session_end(&m->session, NULL);
	else
		r = carry_out(m, steps, e);
	explain_interruption(m, e);
	if (m->begun)
		r = steps->show(m->opaque, r, e);
	run_list_finish(&m->list);
	result_destroy(m->result);
	return r < 0 ? r : EXIT_DONE;
}
