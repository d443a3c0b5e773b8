/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "history/history.h"

static enum metric_kind kind_of(const struct history_metric *m)
{
	return metric_parse(m->primary.metric, &(double){0}, &(uint64_t){0});
}

const char *history_label(const struct history_metric *m, char buf[HISTORY_LABEL_SIZE])
{
	snprintf(buf, HISTORY_LABEL_SIZE, "%s of %s %s (%s)", m->primary.metric, m->primary.actor,
		 m->primary.span, span_time_names[m->primary.time]);
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

const char *history_change(const struct history_metric *m, size_t segment,
			   char buf[HISTORY_VALUE_SIZE], bool *ret_worse)
{
	double before = m->segments[segment - 1].middle, after = m->segments[segment].middle;
	double ratio = before > after ? before / after : after / before;
	const char *way = after > before ? "higher" : "lower";

	*ret_worse = (after > before) == (m->primary.direction == METRIC_LOWER_IS_BETTER);
	if (kind_of(m) == METRIC_SHARE_ABOVE)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.3g points %s", 100 * fabs(after - before),
			 way);
	else if (ratio >= 1.5)
		snprintf(buf, HISTORY_VALUE_SIZE, "%.*fx %s", ratio < 9.95, ratio, way);
	else
		snprintf(buf, HISTORY_VALUE_SIZE, "%.2g %% %s", 100 * fabs(after / before - 1),
			 way);
	return buf;
}
