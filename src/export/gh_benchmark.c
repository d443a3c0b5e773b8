/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * github-action-benchmark. A file has one direction: `customSmallerIsBetter` for the latencies,
 * `customBiggerIsBetter` for the rates, so there are two exporters.
 */
#include <errno.h>
#include <stdio.h>

#include "export/export.h"
#include "export/text.h"
#include "json/write.h"

static void put_entry(struct json_build *b, struct json_object *root, const char *name,
		      const char *unit, double value, const char *range, const char *extra)
{
	struct json_object *entry = json_put_object(b, root, NULL);

	json_put_string(b, entry, "name", name);
	json_put_string(b, entry, "unit", unit);
	json_put_double(b, entry, "value", value);
	if (range)
		json_put_string(b, entry, "range", range);
	json_put_string(b, entry, "extra", extra);
}

/* The tooltip of a point. */
static void describe(const struct result *r, const struct pool *p, const struct series *s,
		     char *buf, size_t size)
{
	const struct host *h = &r->host;

	snprintf(buf, size, "%.64s%skernel %s, lock %s; %zu valid trials, %llu samples",
		 h->name ? h->name : "", h->name ? ", " : "", host_known(h->kernel_release),
		 host_regime_word(h), p->n_valid, (unsigned long long)s->histogram.count);
}

static void put_latencies(struct export *x, const struct result *r, const struct pool *p,
			  const struct pooled_series *s)
{
	char name[EXPORT_NAME_SIZE + 16], series[EXPORT_NAME_SIZE], extra[256], range[64];
	struct export_percentile shown[SERIES_PERCENTILES];
	size_t n = export_percentiles(&s->all, true, shown);

	describe(r, p, &s->all, extra, sizeof(extra));
	snprintf(range, sizeof(range), "%.0f", s->p50_high_ns - s->p50_low_ns);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s p%s", export_name(p->run, &s->all, series),
			 shown[i].name);
		put_entry(&x->json, x->root, name, "ns", shown[i].ns,
			  i == 0 && p->n_valid > 1 ? range : NULL, extra);
	}
}

static void put_rate(struct export *x, const struct result *r, const struct pool *p,
		     const struct pooled_series *s)
{
	char name[EXPORT_NAME_SIZE + 16], series[EXPORT_NAME_SIZE], extra[256];

	if (s->all.id.time != SPAN_SERVICE || !s->all.histogram.count)
		return;
	describe(r, p, &s->all, extra, sizeof(extra));
	snprintf(name, sizeof(name), "%s rate", export_name(p->run, &s->all, series));
	put_entry(&x->json, x->root, name, "operations/s", s->all.rate_per_s, NULL, extra);
}

static int begin(struct export *x)
{
	x->root = json_object_new_array();
	return x->root ? 0 : -ENOMEM;
}

const struct exporter exporter_gh_benchmark = {
	.name = "gh-benchmark",
	.single = true,
	.begin = begin,
	.series = put_latencies,
};

const struct exporter exporter_gh_benchmark_rate = {
	.name = "gh-benchmark-rate",
	.single = true,
	.begin = begin,
	.series = put_rate,
};
