/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "compare/aa.h"
#include "compare/comparison.h"
#include "compare/load.h"
#include "compare/plan.h"
#include "compare/print.h"
#include "seccomp/reader.h"

struct compare_options {
	const char *format, *plan;
	struct option_double tolerance;
	struct option_strings allowed;
	struct option_u64 seed;
	bool require_decision, paired, aa;
};

static const char *const formats[] = {"text", "json", "markdown", "junit", NULL};

static const struct command_option options[] = {
	{"format", 'f', OPTION_CHOICE, offsetof(struct compare_options, format), "FORMAT",
	 "text (the default), json, markdown or junit.", formats},
	{"tolerance", 't', OPTION_DOUBLE, offsetof(struct compare_options, tolerance), "P",
	 "The change that does not matter, in percent, for all metrics; else each workload's\n"
	 "own, and 5 for what no workload names.",
	 NULL},
	{"require-decision", 0, OPTION_FLAG, offsetof(struct compare_options, require_decision),
	 NULL, "End with 3 where a primary metric stays undecided, or only one boot was looked at.",
	 NULL},
	{"allow-different", 0, OPTION_STRINGS, offsetof(struct compare_options, allowed), "NAME",
	 "Compare although NAME differs (cpu.model, workload, ...); stays in the report. May be\n"
	 "given several times.",
	 NULL},
	{"paired", 0, OPTION_FLAG, offsetof(struct compare_options, paired), NULL,
	 "The runs were planned as pairs, one of each side in every block: test differences.",
	 NULL},
	{"aa", 0, OPTION_FLAG, offsetof(struct compare_options, aa), NULL,
	 "All results are of one kernel: compare random halves of them, and tell how often that\n"
	 "raises a false alarm.",
	 NULL},
	{"plan", 0, OPTION_STRING, offsetof(struct compare_options, plan), "EFFECT",
	 "All results are of one kernel: tell how many boots and trials it takes to show EFFECT\n"
	 "(10% or 1.5x).",
	 NULL},
	{"seed", 's', OPTION_U64, offsetof(struct compare_options, seed), "N",
	 "Where a law or a power is sampled and not counted: from this seed. Default 1.", NULL},
};

/* What must be released at the end, whatever happened. */
struct session {
	struct inputs inputs[2];
	struct data data;
};

static void session_finish(struct session *s)
{
	data_finish(&s->data);
	inputs_finish(&s->inputs[0]);
	inputs_finish(&s->inputs[1]);
}

static bool is_one_sided(const struct compare_options *o)
{
	return o->aa || o->plan;
}

static int check_usage(const struct command_call *call, struct err *e)
{
	const struct compare_options *o = call->options;
	const struct option_double *t = &o->tolerance;

	if (o->aa && o->plan)
		return err_set(e, EXIT_USAGE, EINVAL, "--aa and --plan exclude each other");
	if (is_one_sided(o) && (o->paired || o->require_decision || o->format))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--aa and --plan print text about one kernel: without --format, "
			       "--paired and --require-decision");
	if (t->given && !(t->value > 0 && t->value <= 100))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--tolerance: found %g, allowed: percent above 0 and at most 100",
			       t->value);
	if (is_one_sided(o) || call->n_arguments == 2)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "compare: found %zu argument%s, needed: 2, BASE and NEW",
		call->n_arguments, call->n_arguments == 1 ? "" : "s");
	err_hint(e, "Several results of one side go into a folder.");
	return -EINVAL;
}

/* Opens everything, then gives up opening for good; parsing strangers' files comes after. */
static int open_and_confine(const struct command_call *call, struct session *s, struct err *e)
{
	bool one_sided = is_one_sided(call->options);
	int r = 0;

	for (size_t i = 0; r == 0 && i < call->n_arguments; i++)
		r = inputs_open(&s->inputs[one_sided ? 0 : i], call->arguments[i], e);
	if (r == 0)
		r = inputs_check_distinct(&s->inputs[0], &s->inputs[1], e);
	inputs_print_skipped(&s->inputs[0], stderr);
	inputs_print_skipped(&s->inputs[1], stderr);
	return r < 0 ? r : sandbox_confine_reader(e);
}

/* Refused, and told so: the exit code. Two clocks have no decision, whatever is allowed. */
static int judge_facts(const struct compare_options *o, struct data *d, struct err *e)
{
	int refused = facts_judge(&d->facts, o->allowed.items, o->allowed.n, e);
	const struct fact *clock;

	if (refused <= 0)
		return refused;
	fputs("cgchurn: these results cannot be compared, for they differ in what moves latencies "
	      "by itself:\n",
	      stderr);
	facts_print_refusals(&d->facts, stderr);
	fputs("  --allow-different NAME compares all the same, and says so in the report.\n",
	      stderr);
	clock = facts_find(&d->facts, "clock.kind");
	return clock && fact_refused(clock) ? EXIT_INCONCLUSIVE : EXIT_USAGE;
}

static int load_all(const struct command_call *call, struct session *s, struct err *e)
{
	int r = open_and_confine(call, s, e);

	if (r == 0)
		r = load_side(&s->data, 0, &s->inputs[0], e);
	if (r == 0)
		r = load_side(&s->data, 1, &s->inputs[1], e);
	if (r == 0 && data_make_units(&s->data) < 0)
		r = err_no_memory(e);
	return r < 0 ? r : judge_facts(call->options, &s->data, e);
}

static struct comparison_options comparison_options_of(const struct compare_options *o)
{
	return (struct comparison_options){
		.tolerance = o->tolerance.given ? o->tolerance.value / 100 : 0,
		.paired = o->paired,
		.decision_required = o->require_decision,
		.seed = o->seed.given ? o->seed.value : 1,
	};
}

static int print(const struct comparison *c, const char *format, struct err *e)
{
	if (!format || strcmp(format, "text") == 0)
		comparison_print_text(c, stdout);
	else if (strcmp(format, "junit") == 0)
		comparison_print_junit(c, stdout);
	else if ((strcmp(format, "markdown") == 0 ? comparison_print_markdown(c, stdout)
						  : comparison_print_json(c, stdout)) < 0)
		return err_no_memory(e);
	return 0;
}

static int compare(const struct compare_options *o, const struct data *d, struct err *e)
{
	struct comparison_options settings = comparison_options_of(o);
	struct comparison c;
	int r = comparison_make(d, &settings, &c, e);

	if (r < 0)
		return r;
	r = print(&c, o->format, e);
	if (r == 0)
		r = comparison_exit_code(&c, o->require_decision);
	comparison_finish(&c);
	return r;
}

static int compare_with_itself(const struct compare_options *o, const struct data *d, struct err *e)
{
	struct comparison_options settings = comparison_options_of(o);
	struct aa aa;
	int r = aa_run(d, &settings, &aa, e);

	if (r < 0)
		return r;
	aa_print_text(&aa, stdout);
	aa_finish(&aa);
	return EXIT_DONE;
}

static int plan(const struct compare_options *o, double effect, const struct data *d, struct err *e)
{
	struct comparison_options settings = comparison_options_of(o);
	struct needs needs;
	int r = needs_find(d, effect, settings.tolerance, settings.seed, &needs, e);

	if (r < 0)
		return r;
	needs_print_text(&needs, stdout);
	needs_finish(&needs);
	return EXIT_DONE;
}

static int compare_main(const struct command_call *call, struct err *e)
{
	_cleanup_(session_finish) struct session s = {0};
	const struct compare_options *o = call->options;
	double effect = 0;
	int r = check_usage(call, e);

	if (r == 0 && o->plan)
		r = needs_parse_effect(o->plan, &effect, e);
	if (r == 0)
		r = load_all(call, &s, e);
	if (r != 0)
		return r;
	if (o->aa)
		return compare_with_itself(o, &s.data, e);
	return o->plan ? plan(o, effect, &s.data, e) : compare(o, &s.data, e);
}

const struct command command_compare = {
	.name = "compare",
	.summary = "decide whether two kernels differ",
	.arguments = "BASE NEW | --aa RESULT... | --plan EFFECT RESULT...",
	.help = "BASE and NEW are each a result file of `cgchurn run`, or a folder of them: "
		"several "
		"boots a side,\nseveral trials a boot. The unit is the boot, since a million "
		"operations "
		"in one boot are one\nobservation of that kernel; within one boot invocations are "
		"compared, and the verdict says so.\n\n"
		"  cgchurn compare results/6.12 results/7.3\n"
		"  cgchurn compare --require-decision --format junit base/ new/ > compare.xml\n"
		"  cgchurn compare --plan 10% results/6.12\n\n"
		"Verdicts: regression or improvement (p at most 0.05 after correction, and beyond "
		"the "
		"metric's\ntolerance), equivalent (the 95 % interval within the tolerance), else "
		"inconclusive. Only primary\nmetrics, which a workload names beforehand, decide. "
		"Exit "
		"status: 0 no regression, 1 a regression,\n2 bad input or results that cannot be "
		"compared, 3 no decision where one was required, or two clocks.",
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct compare_options),
	.main = compare_main,
};
