/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/text.h"

#include <stdio.h>

#include "base/escape.h"
#include "base/num.h"

const char *export_name(const struct result_run *run, const struct series *s,
			char buf[EXPORT_NAME_SIZE])
{
	snprintf(buf, EXPORT_NAME_SIZE, "%s/%s/%s/%s", run->workload, s->id.actor, s->id.span,
		 span_time_names[s->id.time]);
	return buf;
}

char *export_tag(const struct result *r)
{
	const char *host = r->host.name ? r->host.name : "", *label = r->label ? r->label : "";
	char *tag;

	if (asprintf(&tag, "%s%s%s%s%s", host, *host ? " " : "", label, *label ? " " : "",
		     r->started_at) < 0)
		return NULL;
	return tag;
}

static const char *find_own(const char *const *own, char c)
{
	while (*own && **own != c)
		own++;
	return *own ? *own + 1 : NULL;
}

void export_print(const char *text, const char *const *own, FILE *to)
{
	size_t length;

	for (; *text; text += length) {
		bool hidden = escape_hides(text, &length);
		const char *other = find_own(own, *text);

		if (other)
			fputs(other, to);
		else if (hidden)
			putc('?', to);
		else
			fwrite(text, 1, length, to);
	}
}

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
