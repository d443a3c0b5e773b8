/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/suggest.h"
#include "base/num.h"
#include "base/escape.h"
#include "command/command.h"
#include "stressor/stressor.h"
#include "workload/catalogue.h"
#include "workload/workload.h"

enum { INDENT = 4 };

/* The names that were given; none: list all. */
struct wanted {
	char *const *names;
	size_t n, n_found;
};

/* A name that was given twice is found twice. */
static bool is_wanted(struct wanted *wanted, const char *name)
{
	size_t before = wanted->n_found;

	for (size_t i = 0; i < wanted->n; i++)
		if (strcmp(wanted->names[i], name) == 0)
			wanted->n_found++;
	return wanted->n == 0 || wanted->n_found > before;
}

static int list_workload(const char *path, struct wanted *wanted, struct err *e)
{
	struct workload *w;
	char total[NUM_TEXT_SIZE];
	int r = workload_load(path, stressor_kinds(), NULL, &w, e);

	if (r < 0)
		return r;
	if (is_wanted(wanted, w->name)) {
		printf("%s   (%" PRIu64 " trials, %s)\n", w->name, w->trials,
		       num_format_ns((double)(w->trials * (w->warmup_ns + w->duration_ns)), total));
		text_print_wrapped("", INDENT, w->why, stdout);
	}
	workload_destroy(w);
	return 0;
}

static int list_suite(const char *path, struct wanted *wanted, struct err *e)
{
	struct suite s;
	int r = suite_load(path, &s, e);

	if (r < 0)
		return r;
	if (is_wanted(wanted, s.name)) {
		printf("%s   (%zu workloads)\n", s.name, s.n_workloads);
		text_print_wrapped("", INDENT, s.why, stdout);
	}
	suite_finish(&s);
	return 0;
}

/* A broken file is reported, and the others are listed. */
static int list_section(enum catalogue_section section, struct wanted *wanted,
			int (*list)(const char *, struct wanted *, struct err *), struct err *e)
{
	struct err broken = {0}, one;
	char **paths;
	size_t n;
	int r = catalogue_list(section, &paths, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		one = (struct err){0};
		if (list(paths[i], wanted, &one) < 0) {
			err_print(&one, stderr);
			broken = one;
			r = err_set(e, EXIT_USAGE, EINVAL, "not all files could be read");
		}
	}
	array_free_texts(paths, n);
	return broken.text[0] ? r : 0;
}

static void print_fallback(const struct kind_option *o)
{
	char buf[NUM_TEXT_SIZE];

	if (o->type == KIND_CHOICE) {
		for (size_t i = 0; o->choices[i]; i++)
			printf("%s%s%s", i ? " | " : " = ", o->choices[i],
			       i == o->fallback ? " (default)" : "");
	} else if (o->type == KIND_DURATION) {
		printf(" = TIME (%s)", num_format_ns((double)o->fallback, buf));
	} else if (o->type == KIND_FLAG) {
		printf(" = true | false (%s)", o->fallback ? "true" : "false");
	} else if (o->type == KIND_PATH) {
		printf(" = PATH");
	} else {
		printf(" = N (%" PRIu64 ")", o->fallback);
	}
}

static void list_stressor(const struct kind *k)
{
	printf("%s   %s\n", k->name, k->summary);
	for (size_t i = 0; i < k->n_spans; i++)
		printf("    times   %-12s %s\n", k->spans[i].name, k->spans[i].help);
	for (size_t i = 0; i < k->n_options; i++) {
		printf("    option  %s", k->options[i].name);
		print_fallback(&k->options[i]);
		putchar('\n');
		text_print_wrapped("", 3 * INDENT, k->options[i].help, stdout);
	}
}

static void list_stressors(struct wanted *wanted)
{
	const struct kind_table *table = stressor_kinds();
	bool first = true;

	for (size_t i = 0; i < table->n; i++) {
		if (!is_wanted(wanted, table->kinds[i]->name))
			continue;
		if (!first)
			putchar('\n');
		first = false;
		list_stressor(table->kinds[i]);
	}
}

static int refuse_kind(const char *what, struct err *e)
{
	static const char *const words[] = {"workloads", "stressors", "suites"};
	const char *near = suggest_name(what, words, sizeof(words) / sizeof(words[0]));

	err_set(e, EXIT_USAGE, EINVAL, "list: '%s' is not one of workloads, stressors, suites",
		what);
	if (near)
		err_hint(e, "Did you mean '%s'?", near);
	return -EINVAL;
}

static int list_main(const struct command_call *call, struct err *e)
{
	const char *what = call->n_arguments ? call->arguments[0] : "workloads";
	struct wanted wanted = {.names = call->arguments + 1};
	int r = 0;

	if (call->n_arguments > 1)
		wanted.n = call->n_arguments - 1;
	if (strcmp(what, "stressors") == 0)
		list_stressors(&wanted);
	else if (strcmp(what, "workloads") == 0)
		r = list_section(CATALOGUE_WORKLOADS, &wanted, list_workload, e);
	else if (strcmp(what, "suites") == 0)
		r = list_section(CATALOGUE_SUITES, &wanted, list_suite, e);
	else
		r = refuse_kind(what, e);
	if (r == 0 && wanted.n_found < wanted.n)
		r = err_set(e, EXIT_USAGE, EINVAL, "list: found %zu of %zu %s by name",
			    wanted.n_found, wanted.n, what);
	return r < 0 ? r : EXIT_DONE;
}

static const char help[] =
	"Lists workloads (the default), each with the question that it asks and its duration;\n"
	"suites, which are groups of workloads; or stressors, the kinds of load that workloads\n"
	"consist of, with what they time and their options. With NAME, lists only these.\n\n"
	"  cgchurn list\n"
	"  cgchurn list stressors fork migrate";

const struct command command_list = {
	.name = "list",
	.summary = "list workloads, stressors or suites",
	.arguments = "[workloads|stressors|suites [NAME...]]",
	.help = help,
	.max_arguments = 1000,
	.main = list_main,
};
