/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "workload/workload.h"

const char *const span_time_names[2] = {"service", "response"};

/* One spelling for one percentile: "50", "99.9", not "050", "50.0", "5e1". */
static bool percentile_from_text(const char *text, double *ret)
{
	size_t whole = strspn(text, "0123456789");
	size_t length = strlen(text);
	double q;

	if (whole == 0 || (text[0] == '0' && whole > 1))
		return false;
	if (text[whole] == '.') {
		size_t fraction = strspn(text + whole + 1, "0123456789");

		if (fraction == 0 || whole + 1 + fraction != length || text[length - 1] == '0')
			return false;
	} else if (whole != length) {
		return false;
	}
	if (num_parse_double(text, &q) < 0 || !(q > 0 && q < 100))
		return false;
	*ret = q;
	return true;
}

static bool threshold_from_text(const char *text, uint64_t *ret_ns)
{
	size_t length = strlen(text);
	uint64_t ns;

	/* with its unit, so that the metric's name can be read */
	if (length == 0 || !isalpha((unsigned char)text[length - 1]) ||
	    num_parse_duration(text, &ns) < 0)
		return false;
	*ret_ns = ns;
	return true;
}

enum metric_kind metric_parse(const char *metric, double *ret_percentile,
			      uint64_t *ret_threshold_ns)
{
	static const char share[] = "share>";

	if (strcmp(metric, "mean") == 0)
		return METRIC_MEAN;
	if (strcmp(metric, "rate") == 0)
		return METRIC_RATE;
	if (metric[0] == 'p' && percentile_from_text(metric + 1, ret_percentile))
		return METRIC_PERCENTILE;
	if (strncmp(metric, share, strlen(share)) == 0 &&
	    threshold_from_text(metric + strlen(share), ret_threshold_ns))
		return METRIC_SHARE_ABOVE;
	return METRIC_INVALID;
}

enum metric_direction metric_default_direction(enum metric_kind kind)
{
	return kind == METRIC_RATE ? METRIC_HIGHER_IS_BETTER : METRIC_LOWER_IS_BETTER;
}
