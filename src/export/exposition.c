/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prometheus' text format (version 0.0.4) and OpenMetrics 1.0, which differ in a few words: gauges
 * for the percentiles of a finished run, and one histogram. Few labels with few values. Timestamps
 * only in OpenMetrics and on demand, for `promtool tsdb create-blocks-from openmetrics`; the textfile
 * collector refuses them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "export/export.h"
#include "export/text.h"

/* A line of the page. All lines of one histogram have the same series, family and sample. */
struct line {
	size_t family;
	size_t result; /* whose */
	int64_t time_s;
	char *series; /* labels, without a bucket's bound */
	char *text;
	size_t sample; /* number of the sample that it is of, or that it is a part of */
	size_t order;
};

struct exposition {
	struct line *lines;
	size_t n;
	size_t n_samples;
	bool timestamps;
	int r; /* -ENOMEM once memory ran out */
	/* what is being added */
	const struct export_source *source;
	size_t family;
};

/* A metric family. One of the three is set: how often it is asked for samples. */
struct family {
	const char *name, *type, *unit, *help;
	void (*of_result)(struct exposition *x, const struct family *f);
	void (*of_run)(struct exposition *x, const struct family *f, const struct pool *p);
	void (*of_series)(struct exposition *x, const struct family *f, const struct pool *p,
			  const struct series *s);
};

struct label {
	const char *name, *value; /* an empty value is the same as no label */
};

/* `host="a",workload="b"`, up to the label without a name. NULL where memory ran out. */
static char *render(const struct label *labels)
{
	static const char *const own[] = {"\n\\n", "\\\\\\", "\"\\\"", NULL};
	bool first = true;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (; to && labels->name; labels++) {
		if (!labels->value || !labels->value[0])
			continue;
		fprintf(to, "%s%s=\"", first ? "" : ",", labels->name);
		first = false;
		export_print(labels->value, own, to);
		putc('"', to);
	}
	return to && fclose(to) == 0 ? text : NULL;
}

/* Takes over `series`. */
static void add_line(struct exposition *x, const char *name, char *series, const char *labels,
		     double number)
{
	struct line *line = array_grow(&x->lines, &x->n, sizeof(*line));
	char buf[NUM_TEXT_SIZE], time[32] = "";

	if (!line || !series || !labels) {
		free(series);
		x->n -= line != NULL;
		x->r = -ENOMEM;
		return;
	}
	if (x->timestamps)
		snprintf(time, sizeof(time), " %lld", (long long)x->source->started_at_s);
	*line = (struct line){.family = x->family,
			      .result = x->source->index,
			      .time_s = x->source->started_at_s,
			      .series = series,
			      .sample = x->n_samples,
			      .order = x->n,
			      .text = text_create("%s%s%s%s %s%s\n", name, *labels ? "{" : "",
						  labels, *labels ? "}" : "",
						  num_format_double(number, buf), time)};
	if (!line->text)
		x->r = -ENOMEM;
}

/* One sample. `p` and `s` may be NULL, as may `label`, the name of a label of its own. */
static void print_sample(struct exposition *x, const char *name, const struct pool *p,
			 const struct series *s, const char *label, const char *value,
			 double number)
{
	const struct result *r = x->source->result;
	struct label labels[] = {
		{"host", r->host.name},
		{"label", r->label},
		{"workload", p ? p->run->workload : NULL},
		{"actor", s ? s->id.actor : NULL},
		{"stressor", s ? s->stressor : NULL},
		{"span", s ? s->id.span : NULL},
		{"time", s ? span_time_names[s->id.time] : NULL},
		{label, value},
		{NULL, NULL},
	};
	struct label *last = &labels[sizeof(labels) / sizeof(labels[0]) - 2];
	_cleanup_free char *text = render(labels);

	if (label && strcmp(label, "le") == 0)
		last->name = NULL;
	add_line(x, name, render(labels), text, number);
}

static void emit_info(struct exposition *x, const struct family *f)
{
	const struct result *r = x->source->result;
	const struct label labels[] = {
		{"host", r->host.name},
		{"label", r->label},
		{"kernel", r->host.kernel_release},
		{"regime", host_regime_word(&r->host)},
		{"accelerator", r->host.accelerator},
		{"version", r->tool_version},
		{NULL, NULL},
	};
	_cleanup_free char *text = render(labels);

	add_line(x, "cgchurn_result_info", render(labels), text, 1);
}

static void emit_started(struct exposition *x, const struct family *f)
{
	print_sample(x, f->name, NULL, NULL, NULL, NULL, (double)x->source->started_at_s);
}

static void emit_complete(struct exposition *x, const struct family *f)
{
	print_sample(x, f->name, NULL, NULL, NULL, NULL, x->source->result->complete);
}

static void emit_trials(struct exposition *x, const struct family *f, const struct pool *p)
{
	print_sample(x, f->name, p, NULL, "valid", "true", (double)p->n_valid);
	print_sample(x, f->name, p, NULL, "valid", "false", (double)p->n_invalid);
}

static void emit_percentiles(struct exposition *x, const struct family *f, const struct pool *p,
			     const struct series *s)
{
	struct export_percentile list[SERIES_PERCENTILES];
	size_t n = export_percentiles(s, false, list);

	for (size_t i = 0; i < n; i++)
		print_sample(x, f->name, p, s, "percentile", list[i].name, list[i].ns / 1e9);
}

/*
 * 1, 2 and 5 of each decade, 1 us to 10 s: bounds that people ask for. A bucket of ours that
 * straddles one counts below it, so a bound means itself to within 0.8 % (record/histogram.h).
 */
static const char *const bounds[] = {
	"1e-06",  "2e-06", "5e-06", "1e-05", "2e-05", "5e-05", "0.0001", "0.0002",
	"0.0005", "0.001", "0.002", "0.005", "0.01",  "0.02",  "0.05",   "0.1",
	"0.2",    "0.5",   "1.0",   "2.0",   "5.0",   "10.0",
};

static void emit_histogram(struct exposition *x, const struct family *f, const struct pool *p,
			   const struct series *s)
{
	const struct sparse_histogram *h = &s->histogram;
	uint64_t ns = 1000;

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		print_sample(x, "cgchurn_latency_seconds_bucket", p, s, "le", bounds[i],
			     (double)(h->count - sparse_histogram_count_above(h, ns)));
		ns = i % 3 == 1 ? ns / 2 * 5 : ns * 2;
	}
	print_sample(x, "cgchurn_latency_seconds_bucket", p, s, "le", "+Inf", (double)h->count);
	print_sample(x, "cgchurn_latency_seconds_sum", p, s, NULL, NULL, (double)h->sum_ns / 1e9);
	print_sample(x, "cgchurn_latency_seconds_count", p, s, NULL, NULL, (double)h->count);
}

static void emit_max(struct exposition *x, const struct family *f, const struct pool *p,
		     const struct series *s)
{
	if (s->histogram.count)
		print_sample(x, f->name, p, s, NULL, NULL, (double)s->histogram.max_ns / 1e9);
}

static void emit_rate(struct exposition *x, const struct family *f, const struct pool *p,
		      const struct series *s)
{
	print_sample(x, f->name, p, s, NULL, NULL, s->rate_per_s);
}

static void emit_errors(struct exposition *x, const struct family *f, const struct pool *p,
			const struct series *s)
{
	for (size_t i = 0; i < s->n_errors; i++)
		print_sample(x, f->name, p, s, "error", s->errors[i].name,
			     (double)s->errors[i].count);
}

static void emit_starts(struct exposition *x, const struct family *f, const struct pool *p,
			const struct series *s)
{
	if (!s->planned)
		return;
	print_sample(x, f->name, p, s, "state", "planned", (double)s->planned);
	print_sample(x, f->name, p, s, "state", "late", (double)s->late);
	print_sample(x, f->name, p, s, "state", "missed", (double)s->missed);
}

static const struct family families[] = {
	{"cgchurn_result", "info", NULL, "The kernel that was measured and the state of its lock.",
	 .of_result = emit_info},
	{"cgchurn_result_started_timestamp_seconds", "gauge", "seconds",
	 "When the measurement began, since 1970.", .of_result = emit_started},
	{"cgchurn_result_complete", "gauge", NULL, "1, or 0 where the measurement was interrupted.",
	 .of_result = emit_complete},
	{"cgchurn_trials", "gauge", NULL, "Trials of a workload; only valid ones are in the rest.",
	 .of_run = emit_trials},
	{"cgchurn_latency_percentile_seconds", "gauge", "seconds",
	 "Percentiles of all valid trials; absent where fewer than 10 samples lie beyond.",
	 .of_series = emit_percentiles},
	{"cgchurn_latency_seconds", "histogram", "seconds",
	 "Latencies of one finished measurement; it does not grow. Bounds hold to 0.8 %.",
	 .of_series = emit_histogram},
	{"cgchurn_latency_max_seconds", "gauge", "seconds", "The longest.", .of_series = emit_max},
	{"cgchurn_operations_per_second", "gauge", NULL, "Operations per second of the windows.",
	 .of_series = emit_rate},
	{"cgchurn_errors", "gauge", NULL, "Operations that failed, by errno.",
	 .of_series = emit_errors},
	{"cgchurn_starts", "gauge", NULL,
	 "Starts of a paced schedule: planned, and of these late, and never begun.",
	 .of_series = emit_starts},
};

static void print_head(FILE *to, const struct family *f, bool open_metrics)
{
	bool info = strcmp(f->type, "info") == 0;
	const char *suffix = info && !open_metrics ? "_info" : "";

	fprintf(to, "# HELP %s%s %s\n", f->name, suffix, f->help);
	fprintf(to, "# TYPE %s%s %s\n", f->name, suffix, info && !open_metrics ? "gauge" : f->type);
	if (f->unit && open_metrics)
		fprintf(to, "# UNIT %s %s\n", f->name, f->unit);
}

static void add_family(struct exposition *x, const struct family *f)
{
	x->n_samples++;
	if (f->of_result)
		f->of_result(x, f);
	for (size_t i = 0; i < x->source->result->n_runs; i++) {
		const struct pool *p = &x->source->pools[i];

		x->n_samples++;
		if (f->of_run)
			f->of_run(x, f, p);
		for (size_t k = 0; f->of_series && k < p->n; k++, x->n_samples++)
			f->of_series(x, f, p, &p->series[k].all);
	}
}

static int begin(struct export *x)
{
	struct exposition *page = calloc(1, sizeof(*page));

	x->state = page;
	if (!page)
		return -ENOMEM;
	page->timestamps = x->settings.timestamps;
	return 0;
}

static int add(struct export *x, const struct export_source *source)
{
	struct exposition *page = x->state;

	page->source = source;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		page->family = i;
		add_family(page, &families[i]);
	}
	return page->r;
}

static int compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Families together, in them all samples of a series together, in them the older first. */
static int by_place(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int r = compare_sizes(x->family, y->family);

	if (r == 0)
		r = strcmp(x->series, y->series);
	if (r == 0)
		r = (x->time_s > y->time_s) - (x->time_s < y->time_s);
	return r ? r : compare_sizes(x->order, y->order);
}

/* Whether two lines in that order are of one series, and at one time where they have times. */
static bool clash(const struct line *a, const struct line *b, bool timed)
{
	return a->family == b->family && a->sample != b->sample &&
	       strcmp(a->series, b->series) == 0 && (!timed || a->time_s == b->time_s);
}

/* A reader takes none of a page that has a series twice. */
static int refuse_clash(const struct export *x, const struct line *line)
{
	const struct exposition *page = x->state;
	const char *a = x->paths[(line - 1)->result], *b = x->paths[line->result];

	if ((line - 1)->result == line->result)
		return err_set(x->e, EXIT_USAGE, EEXIST, "%s has a series twice: {%.150s}", a,
			       line->series);
	err_set(x->e, EXIT_USAGE, EEXIST, "%s and %s have the same series%s, such as {%.150s}", a,
		b, page->timestamps ? " at the same time" : "", line->series);
	err_hint(x->e,
		 page->timestamps
			 ? "`cgchurn run --label` and --host-name tell results apart."
			 : "`cgchurn run --label` and --host-name tell results apart; nights of "
			   "one host go into one file with --to openmetrics --timestamps.");
	return -EEXIST;
}

static int end(struct export *x, bool open_metrics)
{
	struct exposition *page = x->state;
	size_t n = 0;

	if (page->n)
		qsort(page->lines, page->n, sizeof(*page->lines), by_place);
	for (size_t i = 1; i < page->n; i++)
		if (clash(&page->lines[i - 1], &page->lines[i], page->timestamps))
			return refuse_clash(x, &page->lines[i]);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		print_head(x->to, &families[i], open_metrics);
		for (; n < page->n && page->lines[n].family == i; n++)
			fputs(page->lines[n].text, x->to);
	}
	if (open_metrics)
		fputs("# EOF\n", x->to);
	return 0;
}

static void finish(struct export *x)
{
	struct exposition *page = x->state;

	for (size_t i = 0; i < page->n; i++) {
		free(page->lines[i].series);
		free(page->lines[i].text);
	}
	free(page->lines);
}

static int end_prometheus(struct export *x)
{
	return end(x, false);
}

static int end_openmetrics(struct export *x)
{
	return end(x, true);
}

const struct exporter exporter_prometheus = {
	.name = "prometheus",
	.begin = begin,
	.add = add,
	.end = end_prometheus,
	.finish = finish,
};

const struct exporter exporter_openmetrics = {
	.name = "openmetrics",
	.timestamps = true,
	.begin = begin,
	.add = add,
	.end = end_openmetrics,
	.finish = finish,
};
