/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * InfluxDB's line protocol: a point a series and valid trial (cgchurn_series), and one a trial
 * whatever it is (cgchurn_trial), at the time the trial began. The host's name and the trial's
 * number are tags, because points of one time and tags replace each other, and trials of two hosts
 * or of one second are not the same. "time" is reserved, so the series' own is "timed".
 */
#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "export/export.h"
#include "export/text.h"

/* The protocol has no escape for a newline in a tag, and a backslash escapes whatever follows it. */
static void print_tag(FILE *to, const char *key, const char *value)
{
	static const char *const own[] = {" \\ ", ",\\,", "=\\=", "\\/", NULL};

	if (!value || !*value)
		return;
	fprintf(to, ",%s=", key);
	export_print(value, own, to);
}

static void print_tags(FILE *to, const struct result *r, const struct result_run *run,
		       const struct result_trial *trial)
{
	print_tag(to, "host", r->host.name);
	print_tag(to, "kernel", r->host.kernel_release);
	print_tag(to, "regime", host_regime_word(&r->host));
	print_tag(to, "label", r->label);
	print_tag(to, "workload", run->workload);
	fprintf(to, ",trial=%" PRIu64, trial->index);
}

/* Integers of the protocol have a sign. */
static uint64_t clamp(uint64_t value)
{
	return value > INT64_MAX ? INT64_MAX : value;
}

static void print_time(FILE *to, const struct result_trial *trial)
{
	int64_t s = 0;

	clock_parse_rfc3339(trial->started_at, &s);
	fprintf(to, " %" PRId64 "000000000\n", s);
}

static void print_series(FILE *to, const struct result *r, const struct result_run *run,
			 const struct result_trial *trial, const struct series *s)
{
	const struct sparse_histogram *h = &s->histogram;
	struct export_percentile p[SERIES_PERCENTILES];
	size_t n = export_percentiles(s, false, p);
	char buf[NUM_TEXT_SIZE];

	fputs("cgchurn_series", to);
	print_tags(to, r, run, trial);
	print_tag(to, "actor", s->id.actor);
	print_tag(to, "stressor", s->stressor);
	print_tag(to, "span", s->id.span);
	print_tag(to, "timed", span_time_names[s->id.time]);
	fprintf(to,
		" count=%" PRIu64 "i,errors=%" PRIu64 "i,planned=%" PRIu64 "i,late=%" PRIu64
		"i,missed=%" PRIu64 "i,rate_per_s=%s",
		clamp(h->count), clamp(series_errors(s)), clamp(s->planned), clamp(s->late),
		clamp(s->missed), num_format_double(s->rate_per_s, buf));
	if (h->count)
		fprintf(to, ",min_ns=%" PRIu64 "i,mean_ns=%" PRIu64 "i,max_ns=%" PRIu64 "i",
			clamp(h->min_ns), clamp((uint64_t)llround(sparse_histogram_mean(h))),
			clamp(h->max_ns));
	for (size_t i = 0; i < n; i++)
		fprintf(to, ",p%s_ns=%lldi", p[i].name, llround(p[i].ns));
	print_time(to, trial);
}

static int print_trial(struct export *x, const struct result *r, const struct result_run *run,
		       const struct result_trial *trial)
{
	char buf[NUM_TEXT_SIZE];
	FILE *to = x->to;

	fputs("cgchurn_trial", to);
	print_tags(to, r, run, trial);
	fprintf(to, " valid=%s,duration_ns=%" PRIu64 "i,steal_ns=%" PRIu64 "i,load1=%s",
		trial->valid ? "true" : "false", clamp(trial->duration_ns),
		clamp(trial->env.steal_ns), num_format_double(trial->env.load1, buf));
	print_time(to, trial);
	for (size_t i = 0; trial->valid && i < trial->n_series; i++)
		print_series(to, r, run, trial, &trial->series[i]);
	return 0;
}

const struct exporter exporter_influx = {
	.name = "influx",
	.trial = print_trial,
};
