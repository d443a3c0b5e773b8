/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome in words. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "compare/print.h"

/* What people call the steps of a stressor, and the span that stands for the whole step. */
static const struct {
	const char *stressor, *noun, *span;
} nouns[] = {
	{"fork", "forks", "cycle"},         {"vfork", "vforks", "cycle"},
	{"clone3", "clones", "cycle"},      {"posix_spawn", "spawns", "cycle"},
	{"thread", "new threads", "cycle"}, {"migrate", "migrations", "write"},
};

static void name_steps(const struct metric *m, char *buf, size_t size)
{
	for (size_t i = 0; m->series && i < sizeof(nouns) / sizeof(nouns[0]); i++) {
		if (strcmp(nouns[i].stressor, m->series->stressor) != 0)
			continue;
		if (strcmp(nouns[i].span, m->span) == 0)
			snprintf(buf, size, "%s", nouns[i].noun);
		else
			snprintf(buf, size, "%s (%s)", nouns[i].noun, m->span);
		return;
	}
	snprintf(buf, size, "%s %s", m->actor, m->span);
}

/* Of a share that was 0, or is: how many times it grew, nobody can say. */
static void say_from_or_to_zero(const struct metric *m, const char *steps, char *buf, size_t size)
{
	char share[PRINT_CELL_SIZE];
	bool appeared = m->decision.shift > 0;

	snprintf(buf, size, "%s beyond %s %s (%s, %s)", steps, m->metric + strlen("share>"),
		 appeared ? "appeared" : "disappeared",
		 appeared ? "none before" : print_value(m, m->typical[0], share),
		 appeared ? print_value(m, m->typical[1], share) : "none now");
}

static void say_changed(const struct metric *m, const char *steps, char *buf, size_t size)
{
	double shift = m->decision.shift;
	char change[PRINT_CELL_SIZE];

	print_change(shift, change);
	if (m->kind == METRIC_RATE)
		snprintf(buf, size, "the rate of %s %s by %s", steps, shift > 0 ? "rose" : "fell",
			 change);
	else if (m->kind == METRIC_SHARE_ABOVE && isinf(shift))
		say_from_or_to_zero(m, steps, buf, size);
	else if (m->kind == METRIC_SHARE_ABOVE)
		snprintf(buf, size, "%s beyond %s became %s %s", steps,
			 m->metric + strlen("share>"), change,
			 shift > 0 ? "more frequent" : "rarer");
	else
		snprintf(buf, size, "%s became %s %s at %s", steps, change,
			 shift > 0 ? "slower" : "faster", m->metric);
}

static void say_undecided(const struct metric *m, const char *steps, char *buf, size_t size)
{
	char change[PRINT_CELL_SIZE];
	const struct decision *d = &m->decision;

	if (!d->estimated)
		snprintf(buf, size, "%s: no decision at %s (%s)", steps, m->metric, m->reason);
	else if (isfinite(d->detectable))
		snprintf(buf, size,
			 "%s: no decision at %s (a change of %s is the least that would have "
			 "shown)",
			 steps, m->metric, print_change(d->detectable, change));
	else
		snprintf(buf, size, "%s: no decision at %s (no change could have shown)", steps,
			 m->metric);
}

const char *print_clause(const struct comparison *c, size_t index, char buf[PRINT_CLAUSE_SIZE])
{
	const struct metric *m = &c->metrics.items[index];
	char steps[PRINT_CELL_SIZE * 2];
	size_t used = 0;

	name_steps(m, steps, sizeof(steps));
	if (c->data->n_workloads > 1)
		used = (size_t)snprintf(buf, PRINT_CLAUSE_SIZE,
					"%s: ", c->data->workloads[m->workload].name);
	if (m->decision.verdict == VERDICT_INCONCLUSIVE)
		say_undecided(m, steps, buf + used, PRINT_CLAUSE_SIZE - used);
	else if (m->decision.verdict == VERDICT_EQUIVALENT)
		snprintf(buf + used, PRINT_CLAUSE_SIZE - used,
			 "%s are equivalent within %g %% at %s", steps, 100 * m->decision.tolerance,
			 m->metric);
	else
		say_changed(m, steps, buf + used, PRINT_CLAUSE_SIZE - used);
	return buf;
}

const char *print_scope(const struct comparison *c)
{
	switch (c->data->scope) {
	case SCOPE_THIS_BOOT:
		return " (this boot only)";
	case SCOPE_TWO_BOOTS:
		return " (these two boots only)";
	case SCOPE_BOOTS:
		break;
	}
	return "";
}

const char *print_limits(const struct comparison *c, char buf[PRINT_CLAUSE_SIZE])
{
	size_t m = c->n_tested ? c->n_tested : 1,
	       needed = decide_units_needed(m, c->options.paired);
	const struct data *d = c->data;

	if (c->smallest_p * (double)m <= DECIDE_ALPHA)
		return NULL;
	snprintf(
		buf, PRINT_CLAUSE_SIZE,
		"%zu + %zu %s cannot reach a regression or an improvement: the smallest p they can "
		"give is %.3g, and %zu primary metric%s need%s %.3g. %zu + %zu can.",
		d->side[0].n_units, d->side[1].n_units, data_unit_name(d, 2), c->smallest_p, m,
		m == 1 ? "" : "s", m == 1 ? "s" : "", DECIDE_ALPHA / (double)m, needed, needed);
	return buf;
}

const char *print_releases(const struct comparison *c)
{
	const struct fact *fact = facts_find(&c->data->facts, "kernel.release");
	char text[256];

	if (!fact || !fact->differs)
		return NULL;
	for (int s = 0; s < 2; s++)
		if (strcmp(fact_text(fact, s, text), "unknown") == 0)
			return NULL;
	return "Release differences included: the kernels differ in more than the lock's regime.";
}

struct remarks {
	char (*text)[PRINT_CLAUSE_SIZE];
	size_t n;
};

static void remark(struct remarks *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void remark(struct remarks *r, const char *format, ...)
{
	va_list ap;

	if (r->n == PRINT_REMARKS_MAX)
		return;
	va_start(ap, format);
	vsnprintf(r->text[r->n++], PRINT_CLAUSE_SIZE, format, ap);
	va_end(ap);
}

static void remark_accelerator(const struct data *d, struct remarks *r)
{
	const struct fact *fact = facts_find(&d->facts, "accelerator");
	char text[2][256];

	if (!fact)
		return;
	fact_text(fact, 0, text[0]);
	fact_text(fact, 1, text[1]);
	for (int s = 0; s < 2; s++)
		if (strstr(text[s], "tcg")) {
			remark(r, "Measured in a guest that was emulated in software (tcg): ratios "
				  "hold for such a guest, times for nothing.");
			return;
		}
	if (strcmp(text[0], "none") != 0 && strcmp(text[0], "unknown") != 0)
		remark(r, "Measured in a guest (%.60s).", text[0]);
}

static void remark_workloads(const struct data *d, struct remarks *r)
{
	for (size_t i = 0; i < d->n_workloads; i++) {
		const struct data_workload *w = &d->workloads[i];

		if (w->given_up[0] || w->given_up[1])
			remark(r, "%s was given up in %zu results of base and %zu of new (%s).",
			       w->name, w->given_up[0], w->given_up[1], w->failure);
		if (w->seen[0] != w->seen[1])
			remark(r, "Only in %s: workload %s.", w->seen[0] ? "base" : "new", w->name);
		else if (w->primaries_differ)
			remark(r,
			       "%s: not all results name the same primaries with the same "
			       "tolerances; all of them are tested, by the first one's tolerance.",
			       w->name);
	}
}

size_t print_remarks(const struct comparison *c, char text[PRINT_REMARKS_MAX][PRINT_CLAUSE_SIZE])
{
	const struct data *d = c->data;
	struct remarks r = {.text = text};

	remark_accelerator(d, &r);
	if (d->scope != SCOPE_BOOTS)
		remark(&r,
		       "%s: the unit is the invocation, and verdicts hold for %s, not for the "
		       "kernels.",
		       d->scope == SCOPE_THIS_BOOT ? "All was measured in one boot"
						   : "Each side was measured in one boot",
		       d->scope == SCOPE_THIS_BOOT ? "this boot only" : "these two boots only");
	if (d->side[0].incomplete || d->side[1].incomplete)
		remark(&r, "Interrupted before their end: %zu results of base, %zu of new.",
		       d->side[0].incomplete, d->side[1].incomplete);
	if (d->side[0].empty || d->side[1].empty)
		remark(&r, "Left out, for they hold no trial: %zu results of base, %zu of new.",
		       d->side[0].empty, d->side[1].empty);
	remark_workloads(d, &r);
	if (!c->metrics.n_primaries)
		remark(&r, "No primary metric in common: nothing here is a decision.");
	return r.n;
}
