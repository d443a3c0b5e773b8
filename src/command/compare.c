/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "command/results.h"
#include "compare/aa.h"
#include "compare/comparison.h"
#include "compare/inputs.h"
#include "compare/plan.h"
#include "compare/print.h"
#include "seccomp/reader.h"

struct compare_options {
	const char *format, *plan, *save;
	double tolerance;
	struct option_strings allowed;
	struct option_u64 seed, max_boots;
	bool require_decision, paired, aa;
};

static const char *const formats[] = {"text", "json", "markdown", "junit", NULL};

/* clang-format off */
#define AT(member) offsetof(struct compare_options, member)
static const struct command_option options[] = {
	{.name = "format", .letter = 'f', .argument = "FORMAT", .type = OPTION_CHOICE,
	 .offset = AT(format), .choices = formats,
	 .help = "text (the default), json, markdown or junit."},
	{.name = "save", .argument = "PREFIX", .type = OPTION_STRING, .offset = AT(save),
	 .help = "Also write PREFIX.txt, PREFIX.json and PREFIX.md: as text, JSON and markdown."},
	{.name = "tolerance", .letter = 't', .argument = "P", .type = OPTION_PERCENT,
	 .offset = AT(tolerance),
	 .help = "For all metrics, changes up to P percent do not matter. Default: the tolerance\n"
		 "that the workload names, or else 5 percent."},
	{.name = "require-decision", .type = OPTION_FLAG, .offset = AT(require_decision),
	 .help = "Exit with 3 if a primary metric is undecided, if there is no primary metric, or\n"
		 "if neither side has more than one boot."},
	{.name = "allow-different", .argument = "NAME", .type = OPTION_STRINGS, .offset = AT(allowed),
	 .help = "Compare although NAME differs (cpu.model, workload, ...); noted in the report. May\n"
		 "be repeated."},
	{.name = "paired", .type = OPTION_FLAG, .offset = AT(paired),
	 .help = "The runs were planned as pairs, one of each side per block: use a paired test."},
	{.name = "max-boots", .argument = "N", .type = OPTION_U64, .offset = AT(max_boots),
	 .help = "Judge while boots are still added, in blocks of one boot per side, N blocks at\n"
		 "most, as `vm-compare --until-decided` does. Fix N beforehand. The rate of false\n"
		 "alarms over all blocks stays at 5 percent."},
	{.name = "aa", .type = OPTION_FLAG, .offset = AT(aa),
	 .help = "All results are of one kernel: compare random halves of them and print the rate of\n"
		 "false alarms."},
	{.name = "plan", .argument = "EFFECT", .type = OPTION_STRING, .offset = AT(plan),
	 .help = "All results are of one kernel: print how many boots and trials are needed to detect\n"
		 "EFFECT (10% or 1.5x)."},
	{.name = "seed", .letter = 's', .argument = "N", .type = OPTION_U64, .offset = AT(seed),
	 .fallback = 1,
	 .help = "Seed of the random samples that the statistics use. Default 1."},
	{0},
};
/* clang-format on */

static const char help[] =
	"BASE and NEW are each a result file of `cgchurn run` or a directory of them: several\n"
	"boots per side, several trials per boot. One boot counts as one observation, however\n"
	"many operations it measured. If neither side has more than one boot, each invocation\n"
	"counts as one instead, and the verdict says so.\n\n"
	"  cgchurn compare results/6.12 results/7.3\n"
	"  cgchurn compare --require-decision --format junit base/ new/ > compare.xml\n"
	"  cgchurn compare --plan 10% results/6.12\n\n"
	"Verdicts: regression or improvement (p at most 0.05 after correction, and beyond the\n"
	"metric's tolerance), equivalent (the 95 % interval within the tolerance), otherwise\n"
	"inconclusive. Only primary metrics, which the workload names beforehand, decide.\n\n"
	"Exit status: 0 no regression, 1 a regression, 2 bad input or results that are not\n"
	"comparable, 3 no decision where one was required, or different clocks (host time,\n"
	"instruction count).";

/* What must be released at the end, whatever happened. */
struct session {
	struct inputs inputs[2];
	struct data data;
	FILE *saved[3]; /* of the first three formats, opened before nothing can be */
};

static void session_finish(struct session *s)
{
	data_finish(&s->data);
	inputs_finish(&s->inputs[0]);
	inputs_finish(&s->inputs[1]);
	for (int i = 0; i < 3; i++)
		if (s->saved[i])
			fclose(s->saved[i]);
}

static int open_saved(const char *prefix, struct session *s, struct err *e)
{
	static const char *const suffixes[3] = {"txt", "json", "md"};

	for (int i = 0; prefix && i < 3; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s.%s", prefix, suffixes[i]);
		s->saved[i] = fopen(path, "we");
		if (!s->saved[i])
			return err_sys(e, EXIT_CANNOT, errno, "cannot create %s", path);
	}
	return 0;
}

static bool is_one_sided(const struct compare_options *o)
{
	return o->aa || o->plan;
}

static int check_usage(const struct command_call *call, struct err *e)
{
	const struct compare_options *o = call->options;

	if (o->aa && o->plan)
		return err_set(e, EXIT_USAGE, EINVAL, "--aa and --plan exclude each other");
	if (results_check_max_boots(&o->max_boots, o->paired, e) < 0)
		return -EINVAL;
	if (is_one_sided(o) &&
	    (o->paired || o->max_boots.given || o->require_decision || o->format || o->save))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--aa and --plan print text about one kernel: they exclude "
			       "--format, --paired and --require-decision");
	if (is_one_sided(o) || call->n_arguments == 2)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "compare: found %zu argument%s, needed: 2, BASE and NEW",
		call->n_arguments, call->n_arguments == 1 ? "" : "s");
	err_hint(e, "Several results of one side go into a folder.");
	return -EINVAL;
}

/* Opens everything before files of strangers are parsed: opening is forbidden from then on. */
static int open_and_confine(const struct command_call *call, struct session *s, struct err *e)
{
	const struct compare_options *o = call->options;
	bool one_sided = is_one_sided(o);
	int r = open_saved(o->save, s, e);

	for (size_t i = 0; r == 0 && i < call->n_arguments; i++)
		r = inputs_open(&s->inputs[one_sided ? 0 : i], call->arguments[i], e);
	if (r == 0)
		r = inputs_check_distinct(&s->inputs[0], &s->inputs[1], e);
	inputs_print_skipped(&s->inputs[0], stderr);
	inputs_print_skipped(&s->inputs[1], stderr);
	return r < 0 ? r : sandbox_confine_reader(e);
}

/* Refused: the exit code. Two clocks have no decision, whatever is allowed. */
static int judge_facts(const struct compare_options *o, struct data *d, struct err *e)
{
	int refused = facts_judge(&d->facts, o->allowed.items, o->allowed.n, e);
	const struct fact *clock;

	if (refused <= 0)
		return refused;
	fputs("cgchurn: not comparable: these confounders differ:\n", stderr);
	facts_print_refusals(&d->facts, stderr);
	fputs("  --allow-different NAME compares nevertheless and notes it in the report.\n",
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
		.tolerance = o->tolerance,
		.paired = o->paired,
		.max_blocks = o->max_boots.value,
		.decision_required = o->require_decision,
		.seed = o->seed.value,
	};
}

static int print(const struct comparison *c, const char *format, FILE *to, struct err *e)
{
	if (!format || strcmp(format, "text") == 0)
		comparison_print_text(c, to);
	else if (strcmp(format, "junit") == 0)
		comparison_print_junit(c, to);
	else if ((strcmp(format, "markdown") == 0 ? comparison_print_markdown(c, to)
						  : comparison_print_json(c, to)) < 0)
		return err_no_memory(e);
	return 0;
}

static int save(const struct comparison *c, FILE *const saved[3], struct err *e)
{
	int r = 0;

	for (int i = 0; i < 3 && r == 0 && saved[i]; i++) {
		r = print(c, formats[i], saved[i], e);
		if (r == 0 && fflush(saved[i]) != 0)
			r = err_sys(e, EXIT_CANNOT, errno, "--save");
	}
	return r;
}

static int compare(const struct compare_options *o, const struct session *s, struct err *e)
{
	struct comparison_options settings = comparison_options_of(o);
	struct comparison c;
	int r = comparison_make(&s->data, &settings, &c, e);

	if (r < 0)
		return r;
	r = save(&c, s->saved, e);
	if (r == 0)
		r = print(&c, o->format, stdout, e);
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
	return o->plan ? plan(o, effect, &s.data, e) : compare(o, &s, e);
}

const struct command command_compare = {
	.name = "compare",
	.summary = "decide whether two kernels differ",
	.arguments = "BASE NEW | --aa RESULT... | --plan EFFECT RESULT...",
	.help = help,
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.options = options,
	.options_size = sizeof(struct compare_options),
	.main = compare_main,
};
