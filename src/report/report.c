/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "report/model.h"
#include "report/section.h"
#include "style.css.h"

int report_create(const struct report_settings *settings, struct report **ret)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->settings = *settings;
	*ret = r;
	return 0;
}

void report_destroy(struct report *r)
{
	if (!r)
		return;
	if (r->has_comparison)
		comparison_finish(&r->comparison);
	data_finish(&r->data);
	history_finish(&r->history);
	model_finish(r);
	free(r);
}

static bool is_there(const struct report *r, const struct result *result)
{
	for (size_t i = 0; i < r->n_results; i++)
		if (strcmp(r->results[i].result->id, result->id) == 0)
			return true;
	return false;
}

int report_add(struct report *r, size_t argument, const char *origin, struct result *result,
	       struct err *e)
{
	struct report_result *added;
	size_t group = 0;
	char *copy = NULL;
	int error;

	if (is_there(r, result)) {
		error = err_set(e, EXIT_USAGE, EINVAL, "%s: the same result was given already",
				origin);
		goto refuse;
	}
	error = model_place(r, argument, result, &group, e);
	if (error < 0)
		goto refuse;
	copy = strdup(origin);
	added = copy ? array_grow(&r->results, &r->n_results, sizeof(*added)) : NULL;
	if (added) {
		*added = (struct report_result){argument, copy, result, group};
		return 0;
	}
	/* The group points to the result, so the report can only be destroyed now. */
	error = err_no_memory(e);
refuse:
	free(copy);
	result_destroy(result);
	return error;
}

int report_add_sweep(struct report *r, const char *origin, const char *text, size_t size,
		     struct err *e)
{
	struct sweep_view view, *added;
	int error = sweep_view_read(text, size, origin, &view, e);

	if (error < 0)
		return error;
	added = array_grow(&r->sweeps, &r->n_sweeps, sizeof(*added));
	if (!added) {
		sweep_view_finish(&view);
		return err_no_memory(e);
	}
	*added = view;
	return 0;
}

int report_add_history(struct report *r, const char *origin, const struct result *result,
		       struct err *e)
{
	return history_add(&r->history, origin, result, e);
}

/* The first group is the base. Without a comparison where compare would refuse. */
static int compare_groups(struct report *r, struct err *e)
{
	const struct comparison_options options = {
		.seed = 1,
		.tolerance = r->settings.tolerance,
		.paired = r->settings.paired,
		.max_blocks = r->settings.max_blocks,
	};
	int error = 0;

	for (size_t i = 0; error == 0 && i < r->n_results; i++)
		error = data_add(&r->data, (int)r->results[i].group, r->results[i].origin,
				 r->results[i].result, e);
	if (error == 0 && data_make_units(&r->data) < 0)
		error = err_no_memory(e);
	if (error == 0)
		error = facts_judge(&r->data.facts, r->settings.allowed, r->settings.n_allowed, e);
	if (error != 0)
		return error < 0 ? error : 0;
	error = comparison_make(&r->data, &options, &r->comparison, e);
	r->has_comparison = error == 0;
	return error;
}

static const char own_title[] = "cgchurn report";

/* Distinguishes the pages in tabs and bookmarks. */
static void print_title(struct report *r)
{
	if (r->settings.title) {
		markup_print(r->settings.title, r->page);
		return;
	}
	fputs(own_title, r->page);
	for (size_t i = 0; i < r->n_groups; i++) {
		fputs(i == 0 ? ": " : r->n_groups == 2 ? " against " : ", ", r->page);
		markup_print(r->groups[i].name, r->page);
	}
}

static void print_head(struct report *r)
{
	const char *heading = r->settings.title ? r->settings.title : own_title;

	/* Nothing runs and nothing is fetched, even if a text escapes. */
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	      r->page);
	print_title(r);
	fprintf(r->page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header><h1>",
		report_style);
	markup_print(heading, r->page);
	fputs("</h1></header>\n<main>\n", r->page);
}

static void print_sections(struct report *r)
{
	static void (*const sections[])(struct report *) = {
		section_summary, section_verdicts, section_workloads, section_attribution,
		section_grids,   section_sweeps,   section_history,   section_machines,
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](r);
}

/* An unknown name is refused, unless a comparison may know it. */
static int allow_in_history(struct report *r, struct err *e)
{
	for (size_t i = 0; r->history.n_results && i < r->settings.n_allowed; i++) {
		int error = history_allow(&r->history, r->settings.allowed[i],
					  r->n_groups == 2 ? NULL : e);

		if (error < 0 && r->n_groups != 2)
			return error;
	}
	return 0;
}

int report_print(struct report *r, FILE *page, struct err *e)
{
	int error = model_arrange(r) < 0 ? err_no_memory(e) : 0;

	if (error == 0)
		error = allow_in_history(r, e);
	if (error == 0)
		error = history_arrange(&r->history, 1, e);
	if (error == 0 && r->n_groups == 2)
		error = compare_groups(r, e);
	if (error < 0)
		return error;
	r->page = page;
	print_head(r);
	print_sections(r);
	fprintf(page,
		"</main>\n<footer><p>Made by cgchurn %s. One file, no network.</p></footer>\n"
		"</body>\n</html>\n",
		CGCHURN_VERSION);
	return r->failed ? err_no_memory(e) : 0;
}
