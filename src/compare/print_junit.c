/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/escape.h"
#include "compare/print.h"

static bool fails(const struct metric *m)
{
	return m->primary && m->decision.verdict == VERDICT_REGRESSION;
}

static bool errs(const struct comparison *c, const struct metric *m)
{
	return m->primary && c->options.decision_required &&
	       m->decision.verdict == VERDICT_INCONCLUSIVE;
}

static bool skips(const struct comparison *c, const struct metric *m)
{
	return m->decision.verdict == VERDICT_INCONCLUSIVE && !errs(c, m);
}

static void print_outcome(const struct comparison *c, const struct metric *m, FILE *to)
{
	const char *element = fails(m)      ? "failure"
			      : errs(c, m)  ? "error"
			      : skips(c, m) ? "skipped"
					    : NULL;

	if (!element)
		return;
	fprintf(to, "      <%s message=\"%s: ", element, verdict_names[m->decision.verdict]);
	markup_print(m->reason, to);
	fputs("\"/>\n", to);
}

static void print_case(const struct comparison *c, const struct metric *m, FILE *to)
{
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE];
	size_t n = metric_notes(m, notes);
	struct print_cells cells;

	print_cells(m, &cells);
	fputs("    <testcase classname=\"", to);
	markup_print(c->data->workloads[m->workload].name, to);
	fputs("\" name=\"", to);
	markup_print(cells.label, to);
	fputs("\">\n", to);
	print_outcome(c, m, to);
	fprintf(to, "      <system-out>%s: base %s, new %s, ratio %s, %s %s, p %s%s",
		verdict_names[m->decision.verdict], cells.base, cells.new, cells.ratio,
		print_interval_name(c, m->primary), cells.interval, cells.p,
		m->primary ? "" : "; exploratory");
	for (size_t i = 0; i < n; i++) {
		fputs("; ", to);
		markup_print(notes[i], to);
	}
	if (metric_note_invalid(c->data, m->workload, notes[0])) {
		fputs("; ", to);
		markup_print(notes[0], to);
	}
	fputs("</system-out>\n    </testcase>\n", to);
}

static void print_remarks(const struct comparison *c, FILE *to)
{
	if (!c->remarks.n)
		return;
	fputs("    <properties>\n", to);
	for (size_t i = 0; i < c->remarks.n; i++) {
		fprintf(to, "      <property name=\"%s\" value=\"", c->remarks.items[i].word);
		markup_print(c->remarks.items[i].text, to);
		fputs("\"/>\n", to);
	}
	fputs("    </properties>\n", to);
}

static void print_suite(const struct comparison *c, const char *name, size_t from, size_t to_index,
			FILE *to)
{
	size_t failures = 0, errors = 0, skipped = 0;

	for (size_t i = from; i < to_index; i++) {
		failures += fails(&c->metrics.items[i]);
		errors += errs(c, &c->metrics.items[i]);
		skipped += skips(c, &c->metrics.items[i]);
	}
	fprintf(to,
		"  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"%zu\">\n",
		name, to_index - from, failures, errors, skipped);
	print_remarks(c, to);
	for (size_t i = from; i < to_index; i++)
		print_case(c, &c->metrics.items[i], to);
	fputs("  </testsuite>\n", to);
}

/* What leaves all of it undecided and is no metric's. */
static void print_decision(const struct comparison *c, FILE *to)
{
	const char *why = c->data->scope != SCOPE_BOOTS
				  ? "one boot of a kernel decides nothing of it"
			  : !c->metrics.n_primaries ? "no primary metric"
						    : NULL;

	if (!c->options.decision_required || !why)
		return;
	fprintf(to,
		"  <testsuite name=\"decision\" tests=\"1\" failures=\"0\" errors=\"1\" "
		"skipped=\"0\">\n"
		"    <testcase classname=\"cgchurn\" name=\"decision\">\n"
		"      <error message=\"no decision: %s\"/>\n"
		"    </testcase>\n  </testsuite>\n",
		why);
}

void comparison_print_junit(const struct comparison *c, FILE *to)
{
	size_t primaries = c->metrics.n_primaries;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cgchurn compare\">\n",
	      to);
	print_suite(c, "primary", 0, primaries, to);
	print_suite(c, "exploratory", primaries, c->metrics.n, to);
	print_decision(c, to);
	fputs("</testsuites>\n", to);
}
