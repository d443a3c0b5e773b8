/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/summary.h"

#include <stdio.h>

#include "base/num.h"

const char *export_summary(const struct series *s, char buf[EXPORT_SUMMARY_SIZE])
{
	static const double shown[] = {50, 99, 99.9};
	const struct sparse_histogram *h = &s->histogram;
	char a[NUM_TEXT_SIZE], q[NUM_TEXT_SIZE];
	uint64_t errors = series_errors(s);
	int used = snprintf(buf, EXPORT_SUMMARY_SIZE, "%s samples, %.1f/s",
			    num_format_count(h->count, a), s->rate_per_s);

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (sparse_histogram_percentile_supported(h, shown[i]))
			used += snprintf(
				buf + used, EXPORT_SUMMARY_SIZE - (size_t)used, ", p%s %s",
				num_format_double(shown[i], q),
				num_format_ns(sparse_histogram_percentile(h, shown[i]), a));
	if (h->count)
		used += snprintf(buf + used, EXPORT_SUMMARY_SIZE - (size_t)used, ", max %s",
				 num_format_ns((double)h->max_ns, a));
	if (errors)
		snprintf(buf + used, EXPORT_SUMMARY_SIZE - (size_t)used, ", %s errors",
			 num_format_count(errors, a));
	return buf;
}

const char *export_why_none(const struct pool *p)
{
	if (p->n_valid)
		return NULL;
	for (size_t i = 0; i < p->run->n_trials; i++)
		if (p->run->trials[i].n_reasons)
			return p->run->trials[i].reasons[0];
	return p->n_invalid ? "no trial was valid" : "no trial was finished";
}
