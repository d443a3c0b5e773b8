/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

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

static void print_table(const struct comparison *c, size_t from, size_t to_index, FILE *to)
{
	fputs("| workload | metric | base | new | ratio | 95 % interval | p | verdict |\n"
	      "|---|---|--:|--:|--:|:-:|--:|---|\n",
	      to);
	for (size_t i = from; i < to_index; i++)
		print_row(c, &c->metrics.items[i], to);
	putc('\n', to);
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

void comparison_print_markdown(const struct comparison *c, FILE *to)
{
	size_t primaries = c->metrics.n_primaries, n = c->metrics.n;

	fputs("### cgchurn compare\n\n", to);
	print_words(c, to);
	print_facts(c, to);
	if (primaries)
		print_table(c, 0, primaries, to);
	if (n == primaries)
		return;
	fprintf(to, "<details><summary>%zu exploratory metrics</summary>\n\n", n - primaries);
	print_table(c, primaries, n, to);
	fputs("</details>\n", to);
}
