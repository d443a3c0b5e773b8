/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines and kernels: first what differs, then the rest. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"

/* Evidence consists of sentences, other facts of words. */
static const char *joint(const char *before)
{
	size_t length = strlen(before);

	return length && before[length - 1] == '.' ? " " : "; ";
}

static char *join_strings(char *const *strings, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	for (size_t i = 0; i < n; i++)
		fprintf(to, "%s%s", i ? joint(strings[i - 1]) : "", strings[i]);
	fclose(to);
	return text;
}

/* A fact as text; the caller frees. NULL where it is unknown, or memory ran out. */
static char *fact_of(const struct host *h, const struct host_field *f)
{
	const char *at = (const char *)h + f->offset;
	char text[NUM_TEXT_SIZE];

	switch (f->type) {
	case HOST_STRING:
		return *(char *const *)at ? strdup(*(char *const *)at) : NULL;
	case HOST_INT:
		if (*(const int64_t *)at < 0)
			return NULL;
		if (strcmp(f->path, "memory.total_bytes") == 0) {
			snprintf(text, sizeof(text), "%.1f GiB",
				 (double)*(const int64_t *)at / (1 << 30));
			return strdup(text);
		}
		snprintf(text, sizeof(text), "%lld", (long long)*(const int64_t *)at);
		return strdup(text);
	case HOST_DOUBLE:
		if (*(const double *)at < 0)
			return NULL;
		return strdup(num_format_double(*(const double *)at, text));
	case HOST_TRISTATE:
		if (*(const enum tristate *)at == TRISTATE_UNKNOWN)
			return NULL;
		return strdup(*(const enum tristate *)at == TRISTATE_YES ? "yes" : "no");
	case HOST_STRINGS:
		return join_strings(*(char **const *)at,
				    *(const size_t *)((const char *)h + f->count_offset));
	}
	return NULL;
}

static bool differs(const struct report *r, const struct host_field *f)
{
	_cleanup_free char *first = fact_of(r->groups[0].host, f);
	bool differ = false;

	for (size_t g = 1; g < r->n_groups; g++) {
		_cleanup_free char *other = fact_of(r->groups[g].host, f);

		differ |= first && other ? strcmp(first, other) != 0 : first != other;
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
	html_row_begin(r, NULL, "%s", f->label);
	for (size_t g = 0; g < r->n_groups; g++) {
		_cleanup_free char *text = fact_of(r->groups[g].host, f);

		html_element(r, "td class=\"fact\"", "%s", text ? text : "unknown");
	}
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
		html_element(r, "td", "%s",
			     x->result->host.boot_id ? x->result->host.boot_id : "unknown");
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
