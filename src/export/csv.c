/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV after RFC 4180: one line per series and trial; the column "valid" marks the valid trials.
 * Lines end in LF, as most tools on Linux write them.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "export/export.h"
#include "export/text.h"

/*
 * A text that begins like a formula gets an apostrophe in front: spreadsheets run formulas, and the
 * label may be a stranger's. Newlines and tabs are part of the format.
 */
static void print_text(FILE *to, const char *text)
{
	static const char *const own[] = {"\"\"\"", "\n\n", "\t\t", NULL};
	bool quote;

	text = text ? text : "";
	quote = text[strcspn(text, ",\"\r\n")] != '\0';
	fputs(quote ? "\"" : "", to);
	if (*text && strchr("=+-@\t", *text))
		putc('\'', to);
	export_print(text, own, to);
	fputs(quote ? "\"" : "", to);
}

static void print_head(FILE *to)
{
	char buf[NUM_TEXT_SIZE];

	fputs("label,kernel,regime,workload,trial,started_at,valid,actor,stressor,span,time,count,"
	      "errors,clipped,planned,late,missed,rate_per_s,min_ns,mean_ns,max_ns",
	      to);
	for (size_t i = 0; i < SERIES_PERCENTILES; i++)
		fprintf(to, ",p%s_ns", num_format_double(series_percentiles[i], buf));
	fputs(",host,id,boot_id\n", to);
}

static void print_where(FILE *to, const struct result *r, const struct result_run *run,
			const struct result_trial *trial)
{
	print_text(to, r->label);
	putc(',', to);
	print_text(to, r->host.kernel_release);
	fprintf(to, ",%s,%s,%" PRIu64 ",%s,%s,", host_regime_word(&r->host), run->workload,
		trial->index, trial->started_at, trial->valid ? "true" : "false");
}

/* Added last, so that the numbers of the older columns stay. */
static void print_origin(FILE *to, const struct result *r)
{
	putc(',', to);
	print_text(to, r->host.name);
	putc(',', to);
	print_text(to, r->id);
	putc(',', to);
	print_text(to, r->host.boot_id);
	putc('\n', to);
}

static void print_series(FILE *to, const struct series *s)
{
	const struct sparse_histogram *h = &s->histogram;
	char buf[NUM_TEXT_SIZE];

	fprintf(to, "%s,%s,%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64, s->id.actor, s->stressor,
		s->id.span, span_time_names[s->id.time], h->count, series_errors(s), h->clipped);
	fprintf(to, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%s", s->planned, s->late, s->missed,
		num_format_double(s->rate_per_s, buf));
	if (h->count)
		fprintf(to, ",%" PRIu64 ",%lld,%" PRIu64, h->min_ns,
			llround(sparse_histogram_mean(h)), h->max_ns);
	else
		fputs(",,,", to);
	for (size_t i = 0; i < SERIES_PERCENTILES; i++) {
		double ns = series_percentile(s, series_percentiles[i]);

		putc(',', to);
		if (isfinite(ns))
			fprintf(to, "%lld", llround(ns));
	}
}

static int begin(struct export *x)
{
	print_head(x->to);
	return 0;
}

static int print_trial(struct export *x, const struct result *r, const struct result_run *run,
		       const struct result_trial *trial)
{
	for (size_t i = 0; i < trial->n_series; i++) {
		print_where(x->to, r, run, trial);
		print_series(x->to, &trial->series[i]);
		print_origin(x->to, r);
	}
	return 0;
}

const struct exporter exporter_csv = {
	.name = "csv",
	.begin = begin,
	.trial = print_trial,
};
