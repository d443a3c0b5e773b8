/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines and kernels: first what differs, then the rest. */
#include <string.h>

#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

static bool differs(const struct report *r, const struct host_field *f)
{
	char first[HOST_FACT_SIZE], other[HOST_FACT_SIZE];
	const char *one = host_fact(r->groups[0].host, f, first), *two;
	bool differ = false;

	for (size_t g = 1; g < r->n_groups; g++) {
		two = host_fact(r->groups[g].host, f, other);
		differ |= one && two ? strcmp(one, two) != 0 : one != two;
	}
	return differ;
}

static const char *const role_words[] = {
	[HOST_UNDER_TEST] = "under test",
	[HOST_MUST_MATCH] = "must match",
	[HOST_INFO] = "for information",
};

static void print_fact(struct report *r, const struct host_field *f)
{
	char buf[HOST_FACT_SIZE];

	html_row_begin(r, NULL, "%s", f->label);
	for (size_t g = 0; g < r->n_groups; g++)
		html_element(r, "td class=\"fact\"", "%s",
			     host_known(host_fact(r->groups[g].host, f, buf)));
	html_element(r, "td", "%s", role_words[f->role]);
	html_row_end(r);
}

/* `different`: those that differ between the groups; else the others. */
static void print_facts(struct report *r, bool different, const char *caption)
{
	const char *headings[REPORT_GROUPS_MAX + 3] = {"fact"};

	for (size_t g = 0; g < r->n_groups; g++)
		headings[g + 1] = r->groups[g].name;
	headings[r->n_groups + 1] = "role";
	html_table_begin(r, caption, headings);
	for (size_t i = 0; i < host_n_fields; i++)
		if (differs(r, &host_fields[i]) == different)
			print_fact(r, &host_fields[i]);
	html_table_end(r);
}

static void print_instrument(struct report *r)
{
	char clock[NUM_TEXT_SIZE], step[NUM_TEXT_SIZE], record[NUM_TEXT_SIZE];

	fputs("<ul>\n", r->page);
	for (size_t g = 0; g < r->n_groups; g++) {
		const struct result_instrument *i = &r->groups[g].first->instrument;

		html_element(r, "li", "%s: one clock read %s, an empty step %s, one record %s",
			     r->groups[g].name, num_format_ns(i->clock_ns, clock),
			     num_format_ns(i->null_step_ns, step),
			     num_format_ns(i->record_ns, record));
	}
	fputs("</ul>\n", r->page);
}

static void print_results(struct report *r)
{
	static const char *const headings[] = {"file", "group", "started", "label",
					       "seed", "boot",  NULL};

	html_table_begin(r, "Results on this page", headings);
	for (size_t i = 0; i < r->n_results; i++) {
		const struct report_result *x = &r->results[i];

		html_row_begin(r, NULL, "%s", x->origin);
		html_element(r, "td", "%s", r->groups[x->group].name);
		html_element(r, "td", "%s", x->result->started_at);
		html_element(r, "td", "%s",
			     x->result->label && x->result->label[0] ? x->result->label : "-");
		html_number(r, "%llu", (unsigned long long)x->result->seed);
		html_element(r, "td", "%s", host_known(x->result->host.boot_id));
		html_row_end(r);
	}
	html_table_end(r);
}

void section_machines(struct report *r)
{
	const char *rest = r->n_groups > 1 ? "Equal facts" : "All facts";

	if (!r->n_groups)
		return;
	fputs("<h2 id=\"machines\">Machines and kernels</h2>\n", r->page);
	if (r->n_groups > 1)
		print_facts(r, true, "Differences between the first results of the groups");
	fprintf(r->page, "<details><summary>%s</summary>\n", rest);
	print_facts(r, false, rest);
	fputs("</details>\n", r->page);
	html_element(r, "p", "Cost of measuring (not subtracted):");
	print_instrument(r);
	fprintf(r->page, "<details><summary>%zu result%s</summary>\n", r->n_results,
		r->n_results == 1 ? "" : "s");
	print_results(r);
	fputs("</details>\n", r->page);
}
