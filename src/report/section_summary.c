/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome in words: what matters to a reader who reads no further. */
#include <math.h>
#include <string.h>

#include "base/escape.h"
#include "base/num.h"
#include "compare/print.h"
#include "report/html.h"
#include "report/section.h"

static void print_group(struct report *r, size_t i)
{
	const struct report_group *g = &r->groups[i];
	const struct host *h = g->host;

	fprintf(r->page, "<li><span class=\"swatch s%zu\"></span>", i);
	markup_printf(r->page,
		      "%s: kernel %s, lock %s (%s), on %s, accelerator %s; %zu result%s, the first "
		      "of %s",
		      g->name, host_known(h->kernel_release), host_regime_word(h),
		      h->lock_confidence ? h->lock_confidence : "no evidence",
		      h->cpu_model ? h->cpu_model : "an unknown CPU", host_known(h->accelerator),
		      g->n, g->n == 1 ? "" : "s", g->first->started_at);
	fputs("</li>\n", r->page);
}

static void print_groups(struct report *r)
{
	fputs("<ul class=\"groups\">\n", r->page);
	for (size_t i = 0; i < r->n_groups; i++)
		print_group(r, i);
	fputs("</ul>\n", r->page);
}

/* What a reader must know before any figure. */
static void print_warnings(struct report *r)
{
	bool emulated = false, counted = false, attributed = false, raw = false, incomplete = false;
	const char *word, *unknown_time = NULL;
	size_t unknown = 0;

	for (size_t i = 0; i < r->n_results; i++) {
		const struct result *x = r->results[i].result;

		counted |= host_counts_instructions(&x->host);
		emulated |= !host_counts_instructions(&x->host) && x->host.accelerator &&
			    strcmp(x->host.accelerator, "tcg") == 0;
		attributed |= x->attributed;
		raw |= x->raw;
		incomplete |= !x->complete;
		unknown += result_unknown_series(x, &word);
		unknown_time = unknown_time ? unknown_time : word;
	}
	if (counted)
		html_element(r, "p class=\"warning\"", "Instruction clock: %s", host_clock_limits);
	if (emulated)
		html_element(r, "p class=\"warning\"",
			     "Emulated (TCG translates each instruction): absolute times mean "
			     "nothing. Compare only with results of the same emulation.");
	if (attributed)
		html_element(r, "p class=\"warning\"",
			     "Some results were measured with tracing attached, which costs time.");
	if (raw)
		html_element(
			r, "p class=\"warning\"",
			"Some results were measured while their samples were written to files.");
	if (incomplete)
		html_element(r, "p class=\"warning\"", "At least one result is incomplete.");
	if (unknown)
		html_element(r, "p class=\"warning\"",
			     "Left out: %zu series of a time (\"%s\") that only a later version "
			     "knows.",
			     unknown, unknown_time);
}

static void print_comparison(struct report *r)
{
	const struct comparison *c = &r->comparison;
	char text[PRINT_CLAUSE_SIZE];

	html_element(r, "p", "Base is %s, new is %s:", r->groups[0].name, r->groups[1].name);
	fputs("<ul class=\"found\">\n", r->page);
	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		fprintf(r->page, "<li class=\"%s\">",
			verdict_names[c->metrics.items[i].decision.verdict]);
		markup_printf(r->page, "%s%s", print_clause(c, i, text), print_scope(c));
		fputs("</li>\n", r->page);
	}
	fputs("</ul>\n", r->page);
	for (size_t i = 0; i < c->remarks.n; i++)
		html_element(r, "p class=\"remark\"", "%s", c->remarks.items[i].text);
}

static const struct report_series *find_series(const struct report_workload *w,
					       const struct workload_primary *p)
{
	for (size_t i = 0; i < w->n_series; i++)
		if (primary_is_of(p, &w->series[i].id))
			return &w->series[i];
	return NULL;
}

static void print_pooled(struct report *r, const struct workload_primary *p,
			 const struct report_series *s, size_t group)
{
	char text[PRINT_CELL_SIZE];
	uint64_t threshold_ns = 0;
	double q = 0, value = NAN;
	enum metric_kind kind = metric_parse(p->metric, &q, &threshold_ns);

	if (!s || !s->cells[group].all.histogram.count || kind == METRIC_INVALID) {
		html_number(r, "nothing measured");
		return;
	}
	value = metric_of_series(kind, q, threshold_ns, &s->cells[group].all);
	html_number(r, "%s",
		    isfinite(value)              ? print_value(kind, value, text)
		    : kind == METRIC_SHARE_ABOVE ? "not counted"
						 : "\xe2\x80\x93");
}

static void print_primary(struct report *r, const struct report_workload *w,
			  const struct workload_primary *p)
{
	const struct report_series *s = find_series(w, p);
	char name[MODEL_NAME_SIZE], label[SERIES_LABEL_SIZE];

	html_row_begin(r, NULL, "%s: %s of %s", model_workload_name(w, name), p->metric,
		       primary_label(p, label));
	for (size_t g = 0; g < r->n_groups; g++)
		print_pooled(r, p, s, g);
	html_row_end(r);
}

static void print_primaries(struct report *r)
{
	const char *headings[REPORT_GROUPS_MAX + 2] = {"metric"};

	for (size_t g = 0; g < r->n_groups; g++)
		headings[g + 1] = r->groups[g].name;
	html_table_begin(r, "Primary metrics, all valid trials together", headings);
	for (size_t i = 0; i < r->n_workloads; i++) {
		const struct report_workload *w = &r->workloads[i];

		for (size_t k = 0; k < w->run->n_primaries; k++)
			print_primary(r, w, &w->run->primaries[k]);
	}
	html_table_end(r);
}

void section_summary(struct report *r)
{
	if (!r->n_groups)
		return;
	fputs("<h2 id=\"summary\">Summary</h2>\n", r->page);
	print_warnings(r);
	if (r->has_comparison)
		print_comparison(r);
	else if (r->n_workloads)
		print_primaries(r);
	html_element(r, "p",
		     "cgchurn creates nested cgroups, runs fork and migration load in them, and "
		     "measures how long each operation takes. The measured systems:");
	print_groups(r);
}
