/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GitHub-flavoured Markdown; the test cli-compare has it rendered by cmark-gfm. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compare/print.h"

/*
 * GitHub cuts a comment at 65 536 characters. Primaries have room up to this many bytes, in the
 * order of `kept_first`; exploratory rows take what is left.
 */
enum { MARKDOWN_MAX = 60000, FACTS_MAX = 15000 };

static const enum verdict kept_first[] = {VERDICT_REGRESSION, VERDICT_INCONCLUSIVE,
					  VERDICT_IMPROVEMENT, VERDICT_EQUIVALENT};

/* Text of a file must not become markup or break a table. */
static void print_escaped(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>|#&~$", *text))
			putc('\\', to);
		putc(*text, to);
	}
}

static void print_item(const char *label, const char *text, const char *scope, FILE *to)
{
	fputs("- ", to);
	print_escaped(label, to);
	fputs(*label ? ": " : "", to);
	print_escaped(text, to);
	fprintf(to, "%s\n", scope);
}

static void print_fact_row(const struct fact *fact, FILE *to)
{
	char buf[256];

	fprintf(to, "| %s%s | ", fact->label, fact->allowed ? " (allowed to differ)" : "");
	print_escaped(print_fact(fact, 0, buf), to);
	fputs(" | ", to);
	print_escaped(print_fact(fact, 1, buf), to);
	fputs(" |\n", to);
}

static void print_facts(const struct comparison *c, FILE *to)
{
	const struct facts *f = &c->data->facts;
	long start = ftell(to);
	size_t left = 0;

	fputs("| | base | new |\n|---|---|---|\n", to);
	fprintf(to, "| %s | %zu | %zu |\n", data_unit_name(c->data, 2), c->data->side[0].n_units,
		c->data->side[1].n_units);
	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];
		bool release = strcmp(fact->name, "kernel.release") == 0 ||
			       strcmp(fact->name, "lock.regime") == 0;

		if (!fact->differs && !fact->mixed && !release)
			continue;
		if (ftell(to) - start < FACTS_MAX)
			print_fact_row(fact, to);
		else
			left++;
	}
	if (left)
		fprintf(to, "| %zu more differences | left out | left out |\n", left);
	putc('\n', to);
}

static void print_row(const struct comparison *c, const struct metric *m, FILE *to)
{
	const char *mark = m->decision.verdict == VERDICT_REGRESSION ? "**" : "";
	struct print_cells cells;

	print_cells(m, &cells);
	fputs("| ", to);
	print_escaped(c->data->workloads[m->workload].name, to);
	fputs(" | ", to);
	print_escaped(cells.label, to);
	fprintf(to, " | %s | %s | %s | %s | %s | %s%s%s |\n", cells.base, cells.new, cells.ratio,
		cells.interval, cells.p, mark, cells.verdict, mark);
}

static void print_table_head(const struct comparison *c, bool primary, FILE *to)
{
	fprintf(to,
		"| workload | metric | base | new | ratio | %s | p | verdict |\n"
		"|---|---|--:|--:|--:|:-:|--:|---|\n",
		print_interval_name(c, primary));
}

/* Into `to`, a stream in memory. */
static void print_exploratory(const struct comparison *c, FILE *to)
{
	size_t primaries = c->metrics.n_primaries, n = c->metrics.n, i = primaries;

	if (n == primaries)
		return;
	fprintf(to, "<details><summary>%zu exploratory metrics</summary>\n\n", n - primaries);
	print_table_head(c, false, to);
	for (; i < n && ftell(to) < MARKDOWN_MAX; i++)
		print_row(c, &c->metrics.items[i], to);
	if (i < n)
		fprintf(to, "\n%zu more are left out here; the text and the JSON have them all.\n",
			n - i);
	fputs("\n</details>\n", to);
}

static void print_clause_of(const struct comparison *c, size_t index, FILE *to)
{
	char text[PRINT_CLAUSE_SIZE];

	print_item("", print_clause(c, index, text), print_scope(c), to);
}

static void print_remarks(const struct comparison *c, FILE *to)
{
	for (size_t i = 0; i < c->remarks.n; i++)
		print_item("", c->remarks.items[i].text, "", to);
}

static void print_notes(const struct metric *m, FILE *to)
{
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE], label[PRINT_LABEL_SIZE];
	size_t n = metric_notes(m, notes);

	for (size_t i = 0; i < n; i++)
		print_item(print_label(m, label), notes[i], "", to);
}

/* Marks the primaries for which there is room. */
static int choose_primaries(const struct comparison *c, bool *shown)
{
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *draft = open_memstream(&text, &size);
	bool full = false;

	if (!draft)
		return -ENOMEM;
	print_remarks(c, draft);
	print_facts(c, draft);
	for (size_t k = 0; k < sizeof(kept_first) / sizeof(kept_first[0]); k++)
		for (size_t i = 0; i < c->metrics.n_primaries; i++) {
			if (c->metrics.items[i].decision.verdict != kept_first[k])
				continue;
			print_clause_of(c, i, draft);
			print_notes(&c->metrics.items[i], draft);
			print_row(c, &c->metrics.items[i], draft);
			full |= ftell(draft) > MARKDOWN_MAX;
			shown[i] = !full;
		}
	return fclose(draft) == 0 ? 0 : -ENOMEM;
}

/* "**40 primary metrics are left out here: 0 regression, 0 inconclusive, ..." */
static void print_left_out(const struct comparison *c, const bool *shown, FILE *to)
{
	size_t left[VERDICT_REGRESSION + 1] = {0}, n = 0;

	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		if (!shown[i]) {
			left[c->metrics.items[i].decision.verdict]++;
			n++;
		}
	if (!n)
		return;
	fprintf(to, "\n**%zu primary metrics are left out here (", n);
	for (size_t k = 0; k < sizeof(kept_first) / sizeof(kept_first[0]); k++)
		fprintf(to, "%s%zu %s", k ? ", " : "", left[kept_first[k]],
			verdict_names[kept_first[k]]);
	fputs("); the text and the JSON have them all.**\n", to);
}

static void print_document(const struct comparison *c, const bool *shown, FILE *to)
{
	size_t primaries = c->metrics.n_primaries;

	fputs("### cgchurn compare\n\n", to);
	for (size_t i = 0; i < primaries; i++)
		if (shown[i])
			print_clause_of(c, i, to);
	print_remarks(c, to);
	for (size_t i = 0; i < primaries; i++)
		if (shown[i])
			print_notes(&c->metrics.items[i], to);
	print_left_out(c, shown, to);
	putc('\n', to);
	print_facts(c, to);
	if (primaries)
		print_table_head(c, true, to);
	for (size_t i = 0; i < primaries; i++)
		if (shown[i])
			print_row(c, &c->metrics.items[i], to);
	if (primaries)
		putc('\n', to);
	print_exploratory(c, to);
}

int comparison_print_markdown(const struct comparison *c, FILE *to)
{
	_cleanup_free bool *shown = calloc(c->metrics.n_primaries + 1, sizeof(*shown));
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *memory;
	int r = shown ? choose_primaries(c, shown) : -ENOMEM;

	if (r < 0)
		return r;
	memory = open_memstream(&text, &size);
	if (!memory)
		return -ENOMEM;
	print_document(c, shown, memory);
	if (fclose(memory) != 0)
		return -ENOMEM;
	fwrite(text, 1, size, to);
	return 0;
}
