/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all formats share: figures as text. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "compare/print.h"

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
	/* "1/1860" says more than "0.000538", and fits. */
	return exp(shift) < 0.01 ? CELL("1/%.0f", exp(-shift)) : CELL("%.3g", exp(shift));
}

static const char *print_end(double shift, char *buf)
{
	return isfinite(shift) ? print_ratio(shift, buf) : CELL("%s", shift > 0 ? "inf" : "0");
}

const char *print_interval(const struct decision *d, char *buf)
{
	char low[PRINT_CELL_SIZE], high[PRINT_CELL_SIZE];

	if (!d->estimated)
		return CELL("-");
	print_end(d->low, low);
	print_end(d->high, high);
	return CELL("%.24s..%.24s", low, high);
}

const char *print_p(const struct decision *d, char *buf)
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

const char *print_verdict(const struct decision *d, char *buf)
{
	char change[PRINT_CELL_SIZE];

	if (d->verdict != VERDICT_INCONCLUSIVE)
		return CELL("%s", verdict_names[d->verdict]);
	if (!d->estimated || !isfinite(d->detectable))
		return CELL("inconclusive");
	return CELL("inconclusive (%.20s)", print_change(d->detectable, change));
}

const char *print_label(const struct metric *m, char *buf, size_t size)
{
	const char *time = primary_word(
		m->primary, "time", m->id.time == SPAN_RESPONSE ? span_time_names[m->id.time] : "");

	snprintf(buf, size, "%s %s %s%s%s", m->id.actor, m->id.span, time, *time ? " " : "",
		 m->metric);
	return buf;
}

double print_quantile(const struct data_series *s, int side, double q)
{
	return series_percentile(&s->side[side].all, q);
}

const char *print_fact(const struct fact *fact, int side, char buf[256])
{
	const char *text = fact_text(fact, side, buf);

	if (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64)
		strcpy(buf + 12, "...");
	return text;
}
