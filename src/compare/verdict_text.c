/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome in words. */
#include <math.h>
#include <string.h>

#include "compare/print.h"
#include "stressor/stressor.h"

static void name_steps(const struct metric *m, char *buf, size_t size)
{
	const struct kind *kind =
		m->series ? kind_find(stressor_kinds(), m->series->stressor) : NULL;

	if (!kind || !kind->noun)
		snprintf(buf, size, "%s %s", m->id.actor, m->id.span);
	else if (strcmp(kind->noun_span, m->id.span) == 0)
		snprintf(buf, size, "%s", kind->noun);
	else
		snprintf(buf, size, "%s (%s)", kind->noun, m->id.span);
}

/* Of a share that was 0, or is: how many times it grew, nobody can say. */
static void say_from_or_to_zero(const struct metric *m, const char *steps, char *buf, size_t size)
{
	char share[PRINT_CELL_SIZE];
	bool appeared = m->decision.shift > 0;

	snprintf(buf, size, "%s beyond %s %s (%s, %s)", steps, m->metric + strlen("share>"),
		 appeared ? "appeared" : "disappeared",
		 appeared ? "none before" : print_value(m->kind, m->typical[0], share),
		 appeared ? print_value(m->kind, m->typical[1], share) : "none now");
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

	if (!d->estimated || m->selected)
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

const char *print_reach(const size_t n[2], bool paired, size_t metrics, const char *units,
			char buf[PRINT_CLAUSE_SIZE])
{
	size_t m = metrics ? metrics : 1, needed = decide_units_needed(m, paired);
	double smallest = decide_smallest_p(n, paired);

	if (smallest * (double)m <= DECIDE_ALPHA)
		return NULL;
	snprintf(
		buf, PRINT_CLAUSE_SIZE,
		"%zu + %zu %s cannot reach a regression or an improvement: the smallest p they can "
		"give is %.3g, and %zu primary metric%s need%s %.3g. %zu + %zu can.",
		n[0], n[1], units, smallest, m, m == 1 ? "" : "s", m == 1 ? "s" : "",
		DECIDE_ALPHA / (double)m, needed, needed);
	return buf;
}

const char *print_limits(const struct comparison *c, char buf[PRINT_CLAUSE_SIZE])
{
	const size_t n[2] = {c->data->side[0].n_units, c->data->side[1].n_units};

	/* With looks, more are to come. */
	if (c->options.max_blocks)
		return NULL;
	return print_reach(n, c->options.paired, c->n_tested, data_unit_name(c->data, 2), buf);
}
