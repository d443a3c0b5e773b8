/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bencher Metric Format: a benchmark a series, with the measures "latency" (the median; its bounds
 * are the lowest and the highest median of a trial), "latency-p99" and the like, and "throughput".
 * The format has no place for the host: that is Bencher's testbed (`bencher run --testbed`).
 * https://bencher.dev/docs/reference/bencher-metric-format/
 */
#include <string.h>

#include "export/export.h"
#include "export/text.h"
#include "json/write.h"

static void put_measure(struct json_build *b, struct json_object *to, const char *name,
			double value, double low, double high)
{
	struct json_object *measure = json_put_object(b, to, name);

	json_put_double(b, measure, "value", value);
	if (low > 0)
		json_put_double(b, measure, "lower_value", low);
	if (high > 0)
		json_put_double(b, measure, "upper_value", high);
}

static void put_series(struct export *x, const struct result *r, const struct pool *p,
		       const struct pooled_series *s)
{
	struct export_percentile shown[SERIES_PERCENTILES];
	size_t n = export_percentiles(&s->all, true, shown);
	char name[EXPORT_NAME_SIZE], measure[NUM_TEXT_SIZE + 16], *dot;
	struct json_object *benchmark;

	if (!n || shown[0].q != 50)
		return;
	benchmark = json_put_object(&x->json, x->root, export_name(p->run, &s->all, name));
	put_measure(&x->json, benchmark, "latency", shown[0].ns, s->p50_low_ns, s->p50_high_ns);
	for (size_t i = 1; i < n; i++) {
		dot = strchr(shown[i].name, '.');
		if (dot)
			*dot = '-';
		snprintf(measure, sizeof(measure), "latency-p%s", shown[i].name);
		put_measure(&x->json, benchmark, measure, shown[i].ns, 0, 0);
	}
	put_measure(&x->json, benchmark, "throughput", s->all.rate_per_s, 0, 0);
}

static int begin(struct export *x)
{
	x->root = json_build_object(&x->json);
	return 0;
}

const struct exporter exporter_bmf = {
	.name = "bmf",
	.single = true,
	.begin = begin,
	.series = put_series,
};
