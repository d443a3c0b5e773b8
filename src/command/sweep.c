/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/replace.h"
#include "base/rng.h"
#include "command/command.h"
#include "command/measure.h"
#include "run/invocation.h"
#include "run/session.h"
#include "run/record.h"
#include "compare/sweep.h"

/* Points of one round of refinement. */
enum { REFINE_POINTS = 3 };

struct sweep_options {
	struct measure_options measure;
	const char *vary, *over, *bound, *output;
	struct option_u64 refine;
};

/* clang-format off */
#define AT(member) offsetof(struct sweep_options, member)
static const struct command_option options[] = {
	{.name = "vary", .letter = 'V', .argument = "ACTOR.KEY", .type = OPTION_STRING,
	 .offset = AT(vary),
	 .help = "What to vary: any key that --set takes (hierarchy.depth is one), ACTOR.gap\n"
		 "(pause between two steps of a closed loop) or ACTOR.rate (paced starts per\n"
		 "second of each worker)."},
	{.name = "over", .letter = 'O', .argument = "VALUES", .type = OPTION_STRING,
	 .offset = AT(over),
	 .help = "The values: FROM..TO[,log|lin[,N]] or V1,V2,... Default: N is 7, on a\n"
		 "logarithmic scale. Times and sizes have units (100us..20ms, 1M..1G)."},
	{.name = "bound", .letter = 'b', .argument = "CONDITION", .type = OPTION_STRING,
	 .offset = AT(bound),
	 .help = "What must hold: ACTOR.SPAN[.service|.response].METRIC<VALUE, or >VALUE. METRIC\n"
		 "is a percentile (p99), mean or rate (per second). Examples:\n"
		 "\"migrator.write.response.p99<1ms\", \"storm.cycle.rate>1000\"."},
	{.name = "refine", .letter = 'r', .argument = "ROUNDS", .type = OPTION_U64,
	 .offset = AT(refine),
	 .help = "After the first pass, refine the limit ROUNDS times. Each round adds three\n"
		 "points between the last that meets the bound and the first that does not."},
	{.name = "output", .letter = 'o', .argument = "FILE", .type = OPTION_STRING,
	 .offset = AT(output),
	 .help = "Write curve, knee and the whole result as JSON, after the first pass and after\n"
		 "each round."},
	{.group = measure_options, .offset = AT(measure)},
	{0},
};
/* clang-format on */

static const char help[] =
	"Runs a workload with several values of one parameter (the points), in random order,\n"
	"and prints the curve. With --bound it also prints the limit and the knee. The limit is\n"
	"the last point at which the bound holds. The knee is an estimate of the value at which\n"
	"the curve crosses the bound, with an interval from the spread of the trials.\n"
	"WORKLOAD, --set, --trials and --duration are those of `cgchurn run`.\n\n"
	"  How much churn can this kernel handle?\n"
	"    cgchurn sweep migrate-under-fork --vary storm.workers --over 1..64 \\\n"
	"        --bound 'migrator.write.response.p90<20ms' --refine 2\n"
	"  After which pause does a migration wait for a grace period?\n"
	"    cgchurn sweep migrate-under-fork-closed --vary migrator.gap \\\n"
	"        --over 100us..200ms,log,12 --bound 'migrator.write.mean<2ms'\n"
	"    (Some migrations wait and some do not, so the median jumps: bound the mean.)\n"
	"  How many containers per second, until a start takes too long?\n"
	"    cgchurn sweep lifecycle-fork --vary container.rate --over 5..500 \\\n"
	"        --bound 'container.ready.response.p90<10ms' -o containers.json\n"
	"  What does a parent's memory add to a fork?\n"
	"    cgchurn sweep price-fork-1m --vary parent.touch --over 1M..1G,log,6";

/* One call of the command. */
struct call {
	const struct sweep_options *o;
	const char *workload; /* name or path */
	struct sweep sweep;
	struct measurement m;
	char name[WORKLOAD_NAME_SIZE];
};

static int add_point(struct call *c, const struct axis_point *p, struct err *e)
{
	const struct override_options *o = &c->o->measure.overrides;
	_cleanup_free const char **sets = calloc(o->sets.n + 1, sizeof(*sets));
	struct workload_overrides overrides = overrides_from_options(o);
	char setting[AXIS_SETTING_SIZE], as[WORKLOAD_NAME_SIZE];
	int r;

	if (!sets)
		return err_no_memory(e);
	for (size_t i = 0; i < o->sets.n; i++)
		sets[i] = o->sets.items[i];
	axis_setting(&c->sweep.axis, p, setting);
	sets[o->sets.n] = setting;
	overrides.sets = sets;
	overrides.n_sets = o->sets.n + 1;
	snprintf(as, sizeof(as), "%.56s-at-%zu", c->name, c->m.list.n);
	r = run_list_add_as(&c->m.list, c->workload, &overrides, as, e);
	if (r < 0)
		return r;
	c->sweep.points[c->sweep.n] = (struct sweep_point){.number = p->number, .run = c->sweep.n};
	snprintf(c->sweep.points[c->sweep.n].text, AXIS_TEXT_SIZE, "%s", p->text);
	c->sweep.n++;
	return 0;
}

/* In random order: a drift during the sweep must not look like an effect of the axis. */
static int add_points(struct call *c, const struct axis_point *points, size_t n, struct err *e)
{
	size_t order[AXIS_POINTS_MAX];
	struct rng rng;
	int r = 0;

	rng_init(&rng, c->m.result->seed, 1 + c->m.list.n);
	for (size_t i = 0; i < n; i++) {
		size_t k = (size_t)rng_below(&rng, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_point(c, &points[order[i]], e);
	return r;
}

static int learn_name(struct call *c, struct err *e)
{
	struct workload_overrides overrides = overrides_from_options(&c->o->measure.overrides);
	struct run_list list = {0};
	int r = run_list_add(&list, &c->workload, 1, &overrides, e);

	if (r == 0)
		snprintf(c->name, sizeof(c->name), "%s", list.items[0].workload->name);
	run_list_finish(&list);
	c->sweep.workload = c->name;
	return r;
}

/* A bound on a series that the workload does not have would be unknown everywhere. */
static int check_bound(const struct call *c, struct err *e)
{
	const struct bound *b = &c->sweep.bound;
	const struct workload *w = c->m.list.items[0].workload;

	for (size_t i = 0; i < w->n_actors; i++) {
		const struct workload_actor *a = &w->actors[i];
		int span = kind_span_index(a->kind, b->id.span);

		if (strcmp(a->name, b->id.actor) == 0 && span >= 0 &&
		    kind_spans_on(a->kind, a->options) & (UINT32_C(1) << span) &&
		    (b->id.time == SPAN_SERVICE ||
		     (a->arrival.kind != WORKLOAD_CLOSED && a->kind->spans[span].response)))
			return 0;
	}
	err_set(e, EXIT_USAGE, EINVAL, "--bound %s: the workload has no %s time of %s.%s",
		c->sweep.bound_text, span_time_names[b->id.time], b->id.actor, b->id.span);
	err_hint(e, "`cgchurn show %s` lists what is timed; a closed loop has service times only.",
		 c->workload);
	return -EINVAL;
}

static int save(const struct call *c, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r;

	r = sweep_to_json(&c->sweep, &text, &size);
	if (r == 0)
		r = io_replace_file(c->o->output, text, size);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "cannot write %s", c->o->output) : 0;
}

static void announce(const struct call *c)
{
	if (!c->o->measure.quiet)
		fprintf(stderr, "%zu points in %s, about %llu s%s\n", c->m.list.n,
			c->m.session.root.path, measure_seconds(&c->m.list),
			c->o->refine.value ? ", and the refinement" : "");
}

/* An output that cannot be written is refused before anything is measured. */
static int begin(struct call *c, struct err *e)
{
	int r = sweep_judge(&c->sweep);

	if (r < 0)
		return err_no_memory(e);
	c->m.begun = true; /* each point has a run, with or without trials */
	r = c->o->output && io_is_replaced(c->o->output) ? save(c, e) : 0;
	if (r < 0)
		e->exit_code = EXIT_USAGE;
	else
		announce(c);
	return r;
}

static int run_new(struct call *c, size_t first, struct err *e)
{
	struct invocation in = {
		.session = &c->m.session,
		.list = &c->m.list,
		.result = c->sweep.result,
		.listener = progress_listener(&c->m.progress),
	};
	struct err kept = {0};
	int r = measure_plan(&c->m, e), judged;

	if (r < 0)
		return r;
	for (size_t i = first; i < c->m.list.n; i++)
		if (record_run(c->sweep.result, c->m.list.items[i].workload) < 0)
			return err_no_memory(e);
	r = first == 0 ? begin(c, e) : 0;
	if (r == 0)
		r = invocation_run(&in, e);
	/* A point that this host cannot do is unknown; the curve is what the others give, if any. */
	if (r == -ECANCELED && e->exit_code == EXIT_CANNOT && interrupted_finished(c->sweep.result))
		r = 0;
	for (size_t i = 0; i < c->m.list.n; i++)
		c->m.list.items[i].given_up = true;
	judged = sweep_judge(&c->sweep);
	if (r == 0 && judged < 0)
		r = err_no_memory(e);
	if (c->o->output && io_is_replaced(c->o->output) && save(c, &kept) < 0 && r == 0) {
		*e = kept;
		r = -EIO;
	}
	return r;
}

static int refine(struct call *c, struct err *e)
{
	struct axis_point points[REFINE_POINTS];
	double added[REFINE_POINTS];
	struct sweep *s = &c->sweep;
	size_t n, first = c->m.list.n, found = 0;
	double low = s->edge_holds < s->edge_breaks ? s->edge_holds : s->edge_breaks;
	double high = s->edge_holds < s->edge_breaks ? s->edge_breaks : s->edge_holds;
	int r;

	if (!s->has_edge)
		return 0;
	n = axis_refine(&s->axis, low, high, REFINE_POINTS, added);
	for (size_t i = 0; i < s->axis.n; i++)
		for (size_t k = 0; k < n; k++)
			if (s->axis.points[i].number == added[k])
				points[found++] = s->axis.points[i];
	r = add_points(c, points, found, e);
	return r < 0 || !found ? r : run_new(c, first, e);
}

static int trials(void *opaque, struct err *e)
{
	struct call *c = opaque;
	int r = run_new(c, 0, e);

	for (uint64_t i = 0; r == 0 && c->sweep.has_bound && i < c->o->refine.value; i++)
		r = refine(c, e);
	return r;
}

static int parse(struct call *c, struct err *e)
{
	const struct sweep_options *o = c->o;
	int r;

	if (!o->vary || !o->over)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--vary and --over say what to sweep; `cgchurn sweep --help` has "
			       "examples");
	r = axis_parse(o->vary, o->over, &c->sweep.axis, e);
	if (r == 0 && o->bound) {
		c->sweep.bound_text = o->bound;
		c->sweep.has_bound = true;
		r = bound_parse(o->bound, &c->sweep.bound, e);
	}
	return r;
}

static int load(void *opaque, struct err *e)
{
	struct call *c = opaque;
	int r = parse(c, e);

	c->sweep.result = c->m.result;
	if (r == 0)
		r = learn_name(c, e);
	if (r == 0)
		r = add_points(c, c->sweep.axis.points, c->sweep.axis.n, e);
	return r == 0 && c->sweep.has_bound ? check_bound(c, e) : r;
}

/*
 * What was measured is shown, also if a signal or a hung process ended the sweep. A stream gets the
 * sweep once; it may be standard output, so the table is printed to standard error.
 */
static int show(void *opaque, int result, struct err *e)
{
	const struct call *c = opaque;
	bool streamed = c->o->output && !io_is_replaced(c->o->output);
	struct err lost = {0};
	int r;

	if (result < 0 && result != -ENOTRECOVERABLE && e->exit_code != EXIT_INTERRUPTED)
		return result;
	if (!c->o->measure.quiet)
		sweep_print(&c->sweep, streamed ? stderr : stdout);
	r = streamed ? save(c, result < 0 ? &lost : e) : 0;
	if (r < 0 && result < 0) {
		err_print(&lost, stderr);
		e->hint[0] = '\0'; /* which says that it is there */
	}
	return result < 0 ? result : r;
}

static const struct measure_steps steps = {.load = load, .trials = trials, .show = show};

static int sweep_main(const struct command_call *call, struct err *e)
{
	_cleanup_free struct call *c = calloc(1, sizeof(*c));
	const struct sweep_options *o = call->options;

	if (!c)
		return err_no_memory(e);
	c->o = o;
	c->workload = call->arguments[0];
	c->m = (struct measurement){.o = &o->measure, .output = o->output, .opaque = c};
	return measure(&c->m, &steps, e);
}

const struct command command_sweep = {
	.name = "sweep",
	.summary = "vary one number of a workload and find where a bound breaks",
	.arguments = "WORKLOAD",
	.help = help,
	.min_arguments = 1,
	.max_arguments = 1,
	.options = options,
	.options_size = sizeof(struct sweep_options),
	.main = sweep_main,
};
