/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/text.h"

#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "base/escape.h"

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

	return text_create("%s%s%s%s%s", host, *host ? " " : "", label, *label ? " " : "",
			   r->started_at);
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

size_t export_percentiles(const struct series *s, bool few,
			  struct export_percentile ret[SERIES_PERCENTILES])
{
	const double *list = few ? series_shown_percentiles : series_percentiles;
	size_t n = few ? SERIES_SHOWN : SERIES_PERCENTILES, found = 0;

	for (size_t i = 0; i < n; i++) {
		struct export_percentile p = {.q = list[i], .ns = series_percentile(s, list[i])};

		num_format_double(p.q, p.name);
		if (isfinite(p.ns))
			ret[found++] = p;
	}
	return found;
}

const char *export_summary(const struct series *s, char buf[EXPORT_SUMMARY_SIZE])
{
	const struct sparse_histogram *h = &s->histogram;
	struct export_percentile p[SERIES_PERCENTILES];
	size_t n = export_percentiles(s, true, p);
	char a[NUM_TEXT_SIZE];
	uint64_t errors = series_errors(s);

	snprintf(buf, EXPORT_SUMMARY_SIZE, "%s samples, %.1f/s", num_format_count(h->count, a),
		 s->rate_per_s);
	for (size_t i = 0; i < n; i++)
		if (p[i].q != 90)
			text_append(buf, EXPORT_SUMMARY_SIZE, ", p%s %s", p[i].name,
				    num_format_ns(p[i].ns, a));
	if (h->count)
		text_append(buf, EXPORT_SUMMARY_SIZE, ", max %s",
			    num_format_ns((double)h->max_ns, a));
	if (errors)
		text_append(buf, EXPORT_SUMMARY_SIZE, ", %s errors", num_format_count(errors, a));
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
