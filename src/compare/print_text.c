/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/escape.h"
#include "compare/print.h"

enum { FACT_CELL = 34, LABEL = 28 };

static void print_fact_row(const struct fact *fact, FILE *to)
{
	char base[256], new[256], head[40];
	const char *values[2] = {print_fact(fact, 0, base), print_fact(fact, 1, new)};

	if (strlen(values[0]) <= FACT_CELL && strlen(values[1]) <= FACT_CELL) {
		fprintf(to, "  %-24s %-*s %s\n", fact->label, FACT_CELL, values[0], values[1]);
		return;
	}
	for (int s = 0; s < 2; s++) {
		snprintf(head, sizeof(head), "  %-24.24s %-4s", s ? "" : fact->label,
			 s ? "new" : "base");
		text_print_wrapped(head, 32, values[s], to);
	}
}

static void print_same(const struct facts *f, FILE *to)
{
	char text[2048] = "", value[256];

	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];

		if (fact->role == HOST_UNDER_TEST && !fact->differs &&
		    strcmp(print_fact(fact, 0, value), "unknown") != 0 &&
		    strlen(value) <= FACT_CELL)
			text_append(text, sizeof(text), "%s%s %s", *text ? ", " : "", fact->label,
				    value);
	}
	if (*text)
		text_print_wrapped("  the same on both sides:", 4, text, to);
}

static void print_facts(const struct comparison *c, FILE *to)
{
	const struct facts *f = &c->data->facts;

	fprintf(to, "\n%-26s %-*s new\n", "UNDER TEST", FACT_CELL, "base");
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].role == HOST_UNDER_TEST && f->items[i].differs)
			print_fact_row(&f->items[i], to);
	print_same(f, to);
}

static void print_allowed(const struct comparison *c, FILE *to)
{
	const struct facts *f = &c->data->facts;
	bool first = true;

	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];

		if (!fact->allowed || !(fact->differs || fact->mixed))
			continue;
		if (first)
			fputs("\nDIFFERENT, AND ALLOWED TO BE\n", to);
		first = false;
		print_fact_row(fact, to);
	}
}

static void count_trials(const struct data *d, int side, size_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < d->n_workloads; i++)
		*ret += d->workloads[i].valid[side];
}

static void print_head(const struct comparison *c, FILE *to)
{
	const struct data *d = c->data;
	char limits[PRINT_CLAUSE_SIZE];
	size_t trials[2];

	count_trials(d, 0, &trials[0]);
	count_trials(d, 1, &trials[1]);
	fprintf(to, "Base: %zu %s, %zu trials. New: %zu %s, %zu trials.%s\n", d->side[0].n_units,
		data_unit_name(d, d->side[0].n_units), trials[0], d->side[1].n_units,
		data_unit_name(d, d->side[1].n_units), trials[1],
		c->options.paired ? " Paired by block." : "");
	if (print_limits(c, limits))
		text_print_wrapped("", 0, limits, to);
	print_facts(c, to);
	print_allowed(c, to);
}

static void print_row(const struct metric *m, FILE *to)
{
	struct print_cells c;

	print_cells(m, &c);
	if (strlen(c.label) > LABEL) {
		fprintf(to, " %s\n", c.label);
		c.label[0] = '\0';
	}
	fprintf(to, " %-*s %8s %8s %6s %15s %6s  %s\n", LABEL, c.label, c.base, c.new, c.ratio,
		c.interval, c.p, c.verdict);
}

/* The notes of a series are printed with its first metric. */
static void print_details(const struct metric *m, bool first_of_series, FILE *to)
{
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE];
	size_t n = first_of_series ? metric_notes(m, notes) : metric_note_scatter(m, notes[0]);

	if (m->primary && m->decision.verdict == VERDICT_INCONCLUSIVE)
		text_print_wrapped("", 5, m->reason, to);
	for (size_t i = 0; i < n; i++)
		text_print_wrapped("", 5, notes[i], to);
}

static void print_workload(const struct comparison *c, size_t workload, FILE *to)
{
	char note[METRIC_TEXT_SIZE];

	fprintf(to, "%s\n", c->data->workloads[workload].name);
	if (metric_note_invalid(c->data, workload, note))
		text_print_wrapped("", 5, note, to);
}

static void print_table(const struct comparison *c, size_t from, size_t to_index, FILE *to)
{
	size_t workload = SIZE_MAX;

	/* The column has no room for more than "repeated 95 %". */
	fprintf(to, " %-*s %8s %8s %6s %15.13s %6s  %s\n", LABEL, "", "base", "new", "ratio",
		print_interval_name(c, from < c->metrics.n_primaries), "p", "verdict");
	for (size_t i = from; i < to_index; i++) {
		const struct metric *m = &c->metrics.items[i];

		if (m->workload != workload)
			print_workload(c, m->workload, to);
		workload = m->workload;
		print_row(m, to);
		print_details(m, i == from || m[-1].series != m->series, to);
	}
}

static bool is_first_of_series(const struct comparison *c, size_t index)
{
	const struct metric *m = c->metrics.items;

	for (size_t i = 0; i < index; i++)
		if (m[i].series == m[index].series)
			return false;
	return m[index].series && m[index].series->side[0].n_trials &&
	       m[index].series->side[1].n_trials;
}

/* "6.05ms": without the space, so that twelve fit into a line. */
static void print_time(double ns, FILE *to)
{
	char buf[NUM_TEXT_SIZE], *space;

	if (isnan(ns)) {
		fprintf(to, "%7s", "-");
		return;
	}
	num_format_ns(ns, buf);
	space = strchr(buf, ' ');
	if (space)
		memmove(space, space + 1, strlen(space));
	fprintf(to, "%7s", buf);
}

static void print_distribution(const struct data *d, const struct data_series *s, FILE *to)
{
	char name[PRINT_CELL_SIZE], label[SERIES_LABEL_SIZE];

	if (d->n_workloads > 1)
		fprintf(to, " %s:", d->workloads[s->workload].name);
	fprintf(to, " %s\n  %-7s", series_label(&s->id, label), "");
	for (size_t i = 0; i < PRINT_QUANTILES; i++) {
		snprintf(name, sizeof(name), "p%g", print_quantiles[i]);
		fprintf(to, "%7s", name);
	}
	for (int side = 0; side < 2; side++) {
		fprintf(to, "\n  %-7s", side ? "new" : "base");
		for (size_t i = 0; i < PRINT_QUANTILES; i++)
			print_time(series_percentile(&s->side[side].all, print_quantiles[i]), to);
	}
	fprintf(to, "\n  %-7s", "ratio");
	for (size_t i = 0; i < PRINT_QUANTILES; i++) {
		double ratio = series_percentile(&s->side[1].all, print_quantiles[i]) /
			       series_percentile(&s->side[0].all, print_quantiles[i]);

		if (isfinite(ratio))
			fprintf(to, ratio < 0.01 ? "%7.2g" : "%7.3g", ratio);
		else
			fprintf(to, "%7s", "-");
	}
	putc('\n', to);
}

static void print_distributions(const struct comparison *c, FILE *to)
{
	bool first = true;

	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		if (!is_first_of_series(c, i))
			continue;
		if (first)
			fputs("\nDISTRIBUTIONS of the primaries: all samples of a "
			      "side (a comparison uses one value per boot)\n",
			      to);
		first = false;
		print_distribution(c->data, c->metrics.items[i].series, to);
	}
}

/* "1 regression, 3 improvements, 0 equivalent, 5 inconclusive" */
static void print_count(const struct comparison *c, FILE *to)
{
	size_t n[VERDICT_REGRESSION + 1] = {0};

	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		n[c->metrics.items[i].decision.verdict]++;
	if (c->metrics.n_primaries)
		fprintf(to,
			"Primary metrics: %zu regression%s, %zu improvement%s, %zu equivalent, %zu "
			"inconclusive.\n",
			n[VERDICT_REGRESSION], n[VERDICT_REGRESSION] == 1 ? "" : "s",
			n[VERDICT_IMPROVEMENT], n[VERDICT_IMPROVEMENT] == 1 ? "" : "s",
			n[VERDICT_EQUIVALENT], n[VERDICT_INCONCLUSIVE]);
}

/* With the verdicts, which with many metrics are pages away from the head. */
static void print_remarks(const struct comparison *c, FILE *to)
{
	for (size_t i = 0; i < c->remarks.n; i++)
		text_print_wrapped("", 0, c->remarks.items[i].text, to);
}

static void print_words(const struct comparison *c, FILE *to)
{
	char clause[PRINT_CLAUSE_SIZE];

	putc('\n', to);
	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		char line[PRINT_CLAUSE_SIZE + 40];

		snprintf(line, sizeof(line), "%s%s%s", print_clause(c, i, clause), print_scope(c),
			 i + 1 < c->metrics.n_primaries ? ";" : ".");
		text_print_wrapped("", 0, line, to);
	}
}

void comparison_print_text(const struct comparison *c, FILE *to)
{
	size_t primaries = c->metrics.n_primaries, n = c->metrics.n;

	print_head(c, to);
	if (primaries) {
		if (c->options.max_blocks)
			fprintf(to,
				"\nPRIMARY (after %zu of at most %zu blocks; p of the look that "
				"decided)\n",
				c->blocks, c->options.max_blocks);
		else
			fprintf(to, "\nPRIMARY (p after Holm's correction for %zu)\n", c->n_tested);
		print_table(c, 0, primaries, to);
	}
	if (n > primaries) {
		fprintf(to,
			"\nEXPLORATORY (p after Benjamini-Hochberg's correction for %zu; they "
			"decide nothing)\n",
			n - primaries);
		print_table(c, primaries, n, to);
	}
	fputs("\nratio: new / base. inconclusive (x): x is the minimum detectable change (power\n"
	      "80 %; exploratory metrics: before correction). p is corrected, intervals are not:\n"
	      "one may exclude 1 where there is no decision.\n",
	      to);
	print_distributions(c, to);
	print_words(c, to);
	print_count(c, to);
	print_remarks(c, to);
}
