/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that are the same in every format. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "compare/history.h"

const char *const history_direction_names[3] = {"better", "worse", "neither"};

static enum metric_kind kind_of(const struct history_metric *m)
{
	return metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0});
}

bool history_can_show(const struct history *h, const struct history_series *s)
{
	return s->n >= CHANGES_N_MIN &&
	       changes_smallest_p(s->n) * (double)h->n_tested <= HISTORY_ALPHA;
}

bool history_is_first(const struct history *h, size_t series)
{
	return series == 0 || h->series[series - 1].metric != h->series[series].metric;
}

static bool value_between(const struct history_series *s, size_t a, size_t b)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->points[i].result > a && s->points[i].result < b)
			return true;
	return false;
}

size_t history_missing_end(const struct history_series *s, size_t from)
{
	const struct history_point *m = s->missing;
	size_t end = from + 1;

	while (end < s->n_missing && strcmp(m[end].missing, m[from].missing) == 0 &&
	       !value_between(s, m[end - 1].result, m[end].result))
		end++;
	return end;
}

const char *history_label(const struct history_metric *m, char buf[HISTORY_LABEL_SIZE])
{
	snprintf(buf, HISTORY_LABEL_SIZE, "%s of %s %s (%s)", m->primary.metric, m->primary.actor,
		 m->primary.span,
		 primary_word(&m->primary, "time", span_time_names[m->primary.time]));
	return buf;
}

const char *history_value(const struct history_metric *m, double value,
			  char buf[HISTORY_VALUE_SIZE])
{
	char text[NUM_TEXT_SIZE];

	if (kind_of(m) == METRIC_RATE)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.4g/s", value);
	else if (kind_of(m) == METRIC_SHARE_ABOVE)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.3g %%", 100 * value);
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "%s", num_format_ns(value, text));
	return buf;
}

const char *history_spread(const struct history_metric *m, double spread,
			   char buf[HISTORY_VALUE_SIZE])
{
	snprintf(buf, HISTORY_VALUE_SIZE, "%.2g %s", 100 * spread,
		 kind_of(m) == METRIC_SHARE_ABOVE ? "points" : "%");
	return buf;
}

static void level_change(const struct history_metric *m, double before, double after,
			 char buf[HISTORY_VALUE_SIZE])
{
	double ratio = before > after ? before / after : after / before;
	const char *way = after > before ? "higher" : "lower";

	if (kind_of(m) == METRIC_SHARE_ABOVE)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.3g points %s", 100 * fabs(after - before),
			 way);
	else if (!isfinite(ratio))
		snprintf(buf, HISTORY_VALUE_SIZE, before > 0 ? "down to 0" : "up from 0");
	else if (ratio >= 1.5)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.*fx %s", ratio < 9.95, ratio, way);
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "%.2g %% %s", 100 * fabs(after / before - 1),
			 way);
}

static void spread_change(double before, double after, char buf[HISTORY_VALUE_SIZE])
{
	double ratio = before > after ? before / after : after / before;

	if (!isfinite(ratio))
		snprintf(buf, HISTORY_VALUE_SIZE, "scatters %s",
			 after > before ? "now" : "no longer");
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "scatters %.2gx as %s", ratio,
			 after > before ? "much" : "little");
}

const char *history_change(const struct history *h, const struct history_series *s, size_t segment,
			   char buf[HISTORY_VALUE_SIZE], enum history_direction *ret)
{
	const struct history_metric *m = &h->metrics[s->metric];
	const struct history_segment *before = &s->segments[segment - 1], *after = before + 1;
	bool up = after->middle > before->middle;

	*ret = HISTORY_NEITHER;
	if (!after->level_changed) {
		spread_change(before->spread, after->spread, buf);
		return buf;
	}
	level_change(m, before->middle, after->middle, buf);
	if (after->middle != before->middle)
		*ret = up == (m->primary.direction == METRIC_LOWER_IS_BETTER) ? HISTORY_WORSE
									      : HISTORY_BETTER;
	return buf;
}

/* Of the points before and after `at`; "" for nothing. */
static const char *beside_point(const struct history *h, const struct history_series *s, size_t at,
				char buf[HISTORY_BESIDE_SIZE])
{
	size_t before = s->points[at - 1].result, after = s->points[at].result;
	size_t used = strlen(history_beside(h, s, before, after, false, buf));

	if (s->shared_boots && strcmp(h->results[before].boot, h->results[after].boot) != 0)
		snprintf(buf + used, HISTORY_BESIDE_SIZE - used, "%sanother boot",
			 used ? ", " : "");
	return buf;
}

const char *history_beside_change(const struct history *h, const struct history_series *s,
				  size_t segment, char buf[HISTORY_BESIDE_SIZE])
{
	size_t at = s->segments[segment].first;
	char found[HISTORY_BESIDE_SIZE];
	const char *where = NULL;

	if (*beside_point(h, s, at, buf))
		return buf;
	/* A change of two standard deviations is often found one point off. */
	if (at > 1 && *beside_point(h, s, at - 1, found))
		where = "earlier";
	else if (at + 1 < s->n && *beside_point(h, s, at + 1, found))
		where = "later";
	snprintf(buf, HISTORY_BESIDE_SIZE, "nothing that is recorded%s%s%s%.900s",
		 where ? "; one point " : "", where ? where : "", where ? ": " : "",
		 where ? found : "");
	return buf;
}
