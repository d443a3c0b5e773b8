/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What misleads beside a figure (notes of a metric) or beside verdicts (remarks on all of them). */
#include "compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare/print.h"

struct notes {
	char (*text)[METRIC_TEXT_SIZE];
	size_t n;
};

static void note(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct notes *notes, const char *format, ...)
{
	va_list ap;

	if (notes->n == METRIC_NOTES_MAX)
		return;
	va_start(ap, format);
	vsnprintf(notes->text[notes->n++], METRIC_TEXT_SIZE, format, ap);
	va_end(ap);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

/* One side has it and the other does not, or they are more than a tenth apart. */
static bool rates_differ(double a, double b)
{
	return fabs(a - b) > 0.1 * fmax(a, b);
}

/* "EAGAIN, ENOMEM" */
static void name_errors(const struct series *s, char *text, size_t size)
{
	for (size_t i = 0; i < s->n_errors; i++)
		if (s->errors[i].count)
			text_append(text, size, "%s%s", *text ? ", " : "", s->errors[i].name);
}

static void note_errors(const struct series *const side[2], struct notes *notes)
{
	double failed[2];
	char names[64] = "";

	for (int s = 1; s >= 0; s--) {
		uint64_t errors = series_errors(side[s]);

		failed[s] = share(errors, errors + side[s]->histogram.count);
		if (!names[0])
			name_errors(side[s], names, sizeof(names));
	}
	if (rates_differ(failed[0], failed[1]))
		note(notes, "failed operations differ: base %.3g %%, new %.3g %% (%s)",
		     100 * failed[0], 100 * failed[1], names);
}

static void note_starts(const struct series *const side[2], struct notes *notes)
{
	double missed[2], late[2];

	for (int s = 0; s < 2; s++) {
		missed[s] = share(side[s]->missed, side[s]->planned);
		late[s] = share(side[s]->late, side[s]->planned);
	}
	if (rates_differ(missed[0], missed[1]))
		note(notes, "missed starts differ: base %.3g %%, new %.3g %%", 100 * missed[0],
		     100 * missed[1]);
	/* A late start is part of the response time, and says nothing where both are rare. */
	if (rates_differ(late[0], late[1]) && fmax(late[0], late[1]) > 0.01)
		note(notes, "late starts differ: base %.3g %%, new %.3g %%", 100 * late[0],
		     100 * late[1]);
}

static void note_clipped(const struct series *const side[2], struct notes *notes)
{
	uint64_t base = side[0]->histogram.clipped, new = side[1]->histogram.clipped;

	if (base || new)
		note(notes, "samples beyond the histogram: base %llu, new %llu",
		     (unsigned long long)base, (unsigned long long)new);
}

bool metric_note_invalid(const struct data *d, size_t workload, char text[METRIC_TEXT_SIZE])
{
	const struct data_workload *w = &d->workloads[workload];
	const char *reason; /* of the side that has more of them */

	if (!w->invalid[0] && !w->invalid[1])
		return false;
	reason = w->invalid_reason[w->invalid[1] >= w->invalid[0]];
	snprintf(text, METRIC_TEXT_SIZE,
		 "invalid trials left out: base %zu of %zu, new %zu of %zu (%s)", w->invalid[0],
		 w->invalid[0] + w->valid[0], w->invalid[1], w->invalid[1] + w->valid[1],
		 reason[0] ? reason : "no reason given");
	return true;
}

bool metric_note_scatter(const struct metric *m, char text[METRIC_TEXT_SIZE])
{
	const struct decision *c = &m->decision;
	int few = c->n[SIDE_NEW] < c->n[SIDE_BASE] ? SIDE_NEW : SIDE_BASE;

	if (!c->estimated || !decide_scatter_is_unequal(c))
		return false;
	snprintf(text, METRIC_TEXT_SIZE,
		 "%s has fewer units than %s, and they scatter more (%.2g %% against %.2g %%): p "
		 "alone, %.2g, is too small for that; Welch's test is asked as well, p %.2g",
		 few == SIDE_BASE ? "base" : "new", few == SIDE_BASE ? "new" : "base",
		 100 * c->scatter[few], 100 * c->scatter[!few], c->p, c->p_welch);
	return true;
}

size_t metric_notes(const struct metric *m, char text[METRIC_NOTES_MAX][METRIC_TEXT_SIZE])
{
	struct notes notes = {.text = text};

	if (m->series) {
		const struct series *const side[2] = {&m->series->side[0].all,
						      &m->series->side[1].all};

		note_errors(side, &notes);
		note_starts(side, &notes);
		note_clipped(side, &notes);
	}
	if (notes.n < METRIC_NOTES_MAX)
		notes.n += metric_note_scatter(m, text[notes.n]);
	return notes.n;
}

#define FOREIGN_CPUS_APART 0.1

/* While the list grows; `r` is -ENOMEM once it could not. */
struct listing {
	struct remarks *to;
	int r;
};

void remarks_finish(struct remarks *r)
{
	free(r->items);
	*r = (struct remarks){0};
}

static void remark(struct listing *l, const char *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void remark(struct listing *l, const char *word, const char *format, ...)
{
	struct remark *added = array_grow(&l->to->items, &l->to->n, sizeof(*added));
	va_list ap;

	if (!added) {
		l->r = -ENOMEM;
		return;
	}
	added->word = word;
	va_start(ap, format);
	vsnprintf(added->text, sizeof(added->text), format, ap);
	va_end(ap);
}

static void remark_limits(const struct comparison *c, struct listing *l)
{
	char text[PRINT_CLAUSE_SIZE];

	if (print_limits(c, text))
		remark(l, "too-few-units", "%s", text);
}

static void remark_looks(const struct comparison *c, struct listing *l)
{
	size_t most = c->options.max_blocks;

	if (most)
		remark(l, "looks",
		       "Judged after each block, %zu so far and %zu at most: each verdict, its p "
		       "and its "
		       "interval are those of the look that decided. Over all looks and primaries "
		       "the "
		       "chance of a false alarm is at most 5 %%.%s",
		       c->blocks, most,
		       comparison_is_open(c) ? " More blocks can decide what is open." : "");
}

static void remark_scope(const struct data *d, struct listing *l)
{
	if (d->scope == SCOPE_BOOTS)
		return;
	remark(l, "scope",
	       "%s: the unit is the invocation, and verdicts hold for %s, not for the kernels.",
	       d->scope == SCOPE_THIS_BOOT ? "All was measured in one boot"
					   : "Each side was measured in one boot",
	       d->scope == SCOPE_THIS_BOOT ? "this boot only" : "these two boots only");
}

static void remark_accelerator(const struct data *d, struct listing *l)
{
	const struct fact *fact = facts_find(&d->facts, "accelerator");
	char text[2][256];

	if (data_counts_instructions(d)) {
		remark(l, "instruction-clock", "Instruction clock: %s", host_clock_limits);
		return;
	}
	if (!fact)
		return;
	fact_text(fact, 0, text[0]);
	fact_text(fact, 1, text[1]);
	for (int s = 0; s < 2; s++)
		if (strstr(text[s], "tcg")) {
			remark(l, "emulated",
			       "Measured in a guest that was emulated in software (tcg): ratios "
			       "are valid for such a guest only, absolute times are not.");
			return;
		}
	if (strcmp(text[0], "none") != 0 && strcmp(text[0], "unknown") != 0)
		remark(l, "guest", "Measured in a guest (%.60s).", text[0]);
}

static bool releases_differ(const struct data *d)
{
	const struct fact *fact = facts_find(&d->facts, "kernel.release");
	char text[256];

	if (!fact || !fact->differs)
		return false;
	for (int s = 0; s < 2; s++)
		if (strcmp(fact_text(fact, s, text), "unknown") == 0)
			return false;
	return true;
}

/* By their clocks, as far as all of these are known. */
static bool ends_before(const struct data_side *a, const struct data_side *b)
{
	for (size_t i = 0; i < a->n_invocations; i++)
		for (size_t k = 0; k < b->n_invocations; k++)
			if (a->invocations[i].started_at_s == DATA_START_UNKNOWN ||
			    a->invocations[i].started_at_s >= b->invocations[k].started_at_s)
				return false;
	return a->n_invocations && b->n_invocations;
}

static void remark_order(const struct data *d, struct listing *l)
{
	bool base_first = ends_before(&d->side[0], &d->side[1]);

	if (data_counts_instructions(d)) /* each guest begins the same day, and nothing drifts */
		return;
	if (base_first || ends_before(&d->side[1], &d->side[0]))
		remark(l, "order",
		       "By their clocks, all of %s ran before all of %s: whatever drifted "
		       "meanwhile "
		       "looks like a difference of the two. Run both sides in turns, in shuffled "
		       "blocks.",
		       base_first ? "base" : "new", base_first ? "new" : "base");
}

/* Others' CPU time a second of the window, in CPUs; kernel threads are others, too. */
static void remark_foreign_cpu(const struct data *d, struct listing *l)
{
	double cpus[2];

	for (int s = 0; s < 2; s++) {
		if (!(d->side[s].foreign_window_ns > 0))
			return;
		cpus[s] = d->side[s].foreign_ns / d->side[s].foreign_window_ns;
	}
	if (fabs(cpus[0] - cpus[1]) > FOREIGN_CPUS_APART)
		remark(l, "foreign-cpu",
		       "Others than the workload, kernel threads among them, took %.2g CPUs in "
		       "trials of base and %.2g in those of new: the machine was not equally idle.",
		       cpus[0], cpus[1]);
}

static void remark_results(const struct data *d, struct listing *l)
{
	const struct data_side *s = d->side;

	if (s[0].incomplete || s[1].incomplete)
		remark(l, "interrupted",
		       "Interrupted before their end: %zu results of base, %zu of new.",
		       s[0].incomplete, s[1].incomplete);
	if (s[0].empty || s[1].empty)
		remark(l, "empty", "Skipped, no trials: %zu results of base, %zu of new.",
		       s[0].empty, s[1].empty);
}

static void remark_workload(const struct data *d, size_t workload, struct listing *l)
{
	const struct data_workload *w = &d->workloads[workload];
	char invalid[METRIC_TEXT_SIZE];

	if (w->given_up[0] || w->given_up[1])
		remark(l, "given-up",
		       "%s was given up in %zu of %zu results of base and %zu of %zu of new (%s).",
		       w->name, w->given_up[0], w->runs[0], w->given_up[1], w->runs[1],
		       w->failure[!w->given_up[0]]);
	if (metric_note_invalid(d, workload, invalid))
		remark(l, "invalid-trials", "%s: %s.", w->name, invalid);
	if (w->unknown_time[0])
		remark(l, "unknown-time",
		       "%s: left out are series of a time (\"%s\") that only a later version "
		       "knows, "
		       "%zu of base and %zu of new.",
		       w->name, w->unknown_time, w->unknown_series[0], w->unknown_series[1]);
	if (w->seen[0] != w->seen[1])
		remark(l, "one-sided-workload", "Only in %s: workload %s.",
		       w->seen[0] ? "base" : "new", w->name);
	else if (w->primaries_differ)
		remark(l, "primaries-differ",
		       "%s: not all results name the same primaries with the same tolerances; all "
		       "of them are tested, by the first one's tolerance.",
		       w->name);
}

int remarks_list(struct comparison *c)
{
	struct listing l = {.to = &c->remarks};
	const struct data *d = c->data;

	remark_limits(c, &l);
	remark_looks(c, &l);
	remark_scope(d, &l);
	remark_order(d, &l);
	remark_foreign_cpu(d, &l);
	remark_accelerator(d, &l);
	/* scripts/vm-compare says the same of two images, which results do not know. */
	if (releases_differ(d))
		remark(&l, "releases",
		       "Release differences included: the kernels differ in more than the lock's "
		       "regime.");
	remark_results(d, &l);
	for (size_t i = 0; i < d->n_workloads; i++)
		remark_workload(d, i, &l);
	if (!c->metrics.n_primaries)
		remark(&l, "no-primaries",
		       "No primary metric in common: nothing here is a decision.");
	return l.r;
}
