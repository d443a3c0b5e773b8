/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compare/print.h"

/* What a file says must not become markup or break a table. */
static void print_escaped(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>|#&", *text))
			putc('\\', to);
		putc(*text, to);
	}
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

	fputs("| | base | new |\n|---|---|---|\n", to);
	fprintf(to, "| %s | %zu | %zu |\n", data_unit_name(c->data, 2), c->data->side[0].n_units,
		c->data->side[1].n_units);
	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];
		bool release = strcmp(fact->name, "kernel.release") == 0 ||
			       strcmp(fact->name, "lock.regime") == 0;

		if (fact->differs || fact->mixed || release)
			print_fact_row(fact, to);
	}
	putc('\n', to);
}

/*
 * GitHub cuts a comment at 65 536 characters, so exploratory rows end where the whole has this many
 * bytes: the primaries, which decide, come first and are never cut.
 */
enum { MARKDOWN_MAX = 60000 };

static void print_row(const struct comparison *c, const struct metric *m, FILE *to)
{
	char label[160], cell[PRINT_CELL_SIZE];
	const struct decision *d = &m->decision;

	putc('|', to);
	putc(' ', to);
	print_escaped(c->data->workloads[m->workload].name, to);
	fputs(" | ", to);
	print_escaped(print_label(m, label, sizeof(label)), to);
	for (int s = 0; s < 2; s++)
		fprintf(to, " | %s", print_value(m, m->typical[s], cell));
	fprintf(to, " | %s", print_ratio(d->estimated ? d->shift : NAN, cell));
	fprintf(to, " | %s", print_interval(d, cell));
	fprintf(to, " | %s", print_p(d, cell));
	fprintf(to, " | %s%s%s |\n", d->verdict == VERDICT_REGRESSION ? "**" : "",
		print_verdict(d, cell), d->verdict == VERDICT_REGRESSION ? "**" : "");
}

static void print_table_head(FILE *to)
{
	fputs("| workload | metric | base | new | ratio | 95 % interval | p | verdict |\n"
	      "|---|---|--:|--:|--:|:-:|--:|---|\n",
	      to);
}

/* Into `to`, a stream in memory. */
static void print_exploratory(const struct comparison *c, FILE *to)
{
	size_t primaries = c->metrics.n_primaries, n = c->metrics.n, i = primaries;

	if (n == primaries)
		return;
	fprintf(to, "<details><summary>%zu exploratory metrics</summary>\n\n", n - primaries);
	print_table_head(to);
	for (; i < n && ftell(to) < MARKDOWN_MAX; i++)
		print_row(c, &c->metrics.items[i], to);
	if (i < n)
		fprintf(to, "\n%zu more are left out here; the text and the JSON have them all.\n",
			n - i);
	fputs("\n</details>\n", to);
}

static void print_notes(const struct metric *m, FILE *to)
{
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE], label[160];
	size_t n = metric_notes(m, notes);

	for (size_t i = 0; i < n; i++) {
		fputs("- ", to);
		print_escaped(print_label(m, label, sizeof(label)), to);
		fputs(": ", to);
		print_escaped(notes[i], to);
		putc('\n', to);
	}
}

static void print_words(const struct comparison *c, FILE *to)
{
	char text[PRINT_CLAUSE_SIZE];

	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		fputs("- ", to);
		print_escaped(print_clause(c, i, text), to);
		fprintf(to, "%s\n", print_scope(c));
	}
	for (size_t i = 0; i < c->remarks.n; i++) {
		fputs("- ", to);
		print_escaped(c->remarks.items[i].text, to);
		putc('\n', to);
	}
	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		print_notes(&c->metrics.items[i], to);
	putc('\n', to);
}

static void print_document(const struct comparison *c, FILE *to)
{
	fputs("### cgchurn compare\n\n", to);
	print_words(c, to);
	print_facts(c, to);
	if (c->metrics.n_primaries) {
		print_table_head(to);
		for (size_t i = 0; i < c->metrics.n_primaries; i++)
			print_row(c, &c->metrics.items[i], to);
		putc('\n', to);
	}
	print_exploratory(c, to);
}

int comparison_print_markdown(const struct comparison *c, FILE *to)
{
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return -ENOMEM;
	print_document(c, memory);
	if (fclose(memory) != 0)
		return -ENOMEM;
	fwrite(text, 1, size, to);
	return 0;
}
