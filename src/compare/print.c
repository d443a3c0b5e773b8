/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all formats share: the figures of a metric as text, and the outcome in words. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "compare/print.h"
#include "stressor/stressor.h"

#define CELL(...) (snprintf(buf, PRINT_CELL_SIZE, __VA_ARGS__), buf)

const double print_quantiles[PRINT_QUANTILES] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.9};

const char *print_value(enum metric_kind kind, double value, char *buf)
{
	char text[NUM_TEXT_SIZE];

	if (!isfinite(value))
		return CELL("-");
	if (kind == METRIC_RATE && value >= 1000)
		return CELL("%s/s", num_format_count((uint64_t)llround(value), text));
	if (kind == METRIC_RATE)
		return CELL("%.4g/s", value);
	if (kind == METRIC_SHARE_ABOVE)
		return CELL("%.3g %%", 100 * value);
	return CELL("%s", num_format_ns(value, text));
}

const char *print_ratio(double shift, char *buf)
{
	if (!isfinite(shift))
		return CELL("%s", isnan(shift) ? "-" : shift > 0 ? "from 0" : "to 0");
	/* "1/1860" says more than "0.000538", and fits; "1.01" may be 0.6 % or 1.4 %. */
	return exp(shift) < 0.01 ? CELL("1/%.0f", exp(-shift))
				 : CELL("%.*g", fabs(shift) < 0.02 ? 4 : 3, exp(shift));
}

static const char *print_end(double shift, char *buf)
{
	return isfinite(shift) ? print_ratio(shift, buf) : CELL("%s", shift > 0 ? "inf" : "0");
}

static const char *print_interval(const struct decision *d, char *buf)
{
	char low[PRINT_CELL_SIZE], high[PRINT_CELL_SIZE];

	if (!d->estimated || (isinf(d->low) && isinf(d->high))) /* 0..inf says nothing */
		return CELL("-");
	print_end(d->low, low);
	print_end(d->high, high);
	return CELL("%.24s..%.24s", low, high);
}

static const char *print_p(const struct decision *d, char *buf)
{
	if (!d->estimated)
		return CELL("-");
	return d->p_adjusted < 0.0001 ? CELL("<1e-4") : CELL("%.4f", d->p_adjusted);
}

const char *print_change(double shift, char *buf)
{
	double ratio = exp(fabs(shift));

	if (!isfinite(shift))
		return CELL("any number of times");
	if (ratio >= 1.5)
		return CELL("%.*fx", ratio < 9.95, ratio);
	return CELL("%.2g %%", 100 * fabs(exp(shift) - 1));
}

static const char *print_verdict(const struct decision *d, char *buf)
{
	char change[PRINT_CELL_SIZE];

	if (d->verdict != VERDICT_INCONCLUSIVE)
		return CELL("%s", verdict_names[d->verdict]);
	if (!d->estimated || !isfinite(d->detectable))
		return CELL("inconclusive");
	return CELL("inconclusive (%.20s)", print_change(d->detectable, change));
}

const char *print_interval_name(const struct comparison *c, bool primary)
{
	return primary && c->options.max_blocks ? "repeated 95 % interval" : "95 % interval";
}

const char *print_label(const struct metric *m, char buf[PRINT_LABEL_SIZE])
{
	char series[SERIES_LABEL_SIZE];

	snprintf(buf, PRINT_LABEL_SIZE, "%s %s",
		 m->primary ? primary_label(m->primary, series) : series_label(&m->id, series),
		 m->metric);
	return buf;
}

void print_cells(const struct metric *m, struct print_cells *ret)
{
	const struct decision *d = &m->decision;

	print_label(m, ret->label);
	print_value(m->kind, m->typical[0], ret->base);
	print_value(m->kind, m->typical[1], ret->new);
	print_ratio(d->estimated ? d->shift : NAN, ret->ratio);
	print_interval(d, ret->interval);
	print_p(d, ret->p);
	print_verdict(d, ret->verdict);
}

const char *print_fact(const struct fact *fact, int side, char buf[256])
{
	const char *text = fact_text(fact, side, buf);

	if (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64)
		strcpy(buf + 12, "...");
	return text;
}

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

/* A share that was or became 0 has no ratio. */
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

static void say_undecided(const struct metric *m, const char *units, const char *steps, char *buf,
			  size_t size)
{
	char change[PRINT_CELL_SIZE];
	const struct decision *d = &m->decision;

	if (!d->estimated || m->selected)
		snprintf(buf, size, "%s: no decision at %s (%s)", steps, m->metric, m->reason);
	else if (isfinite(d->detectable))
		snprintf(buf, size, "%s: no decision at %s (minimum detectable change: %s)", steps,
			 m->metric, print_change(d->detectable, change));
	else
		snprintf(buf, size, "%s: no decision at %s (too few %s to detect any change)",
			 steps, m->metric, units);
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
		say_undecided(m, data_unit_name(c->data, 2), steps, buf + used,
			      PRINT_CLAUSE_SIZE - used);
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
