/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/exposition.h"

#include <string.h>

#include "base/escape.h"
#include "base/num.h"

struct exposition {
	const struct export_source *source;
	FILE *to;
	bool open_metrics;
};

/* A metric family. One of the three is set: how often it is asked for samples. */
struct family {
	const char *name, *type, *unit, *help;
	void (*of_result)(const struct exposition *x, const struct family *f);
	void (*of_run)(const struct exposition *x, const struct family *f, const struct pool *p);
	void (*of_series)(const struct exposition *x, const struct family *f, const struct pool *p,
			  const struct pooled_series *s);
};

/* Of a character of that length. */
static void print_character(FILE *to, const char *text, size_t length, bool hidden)
{
	if (*text == '\n')
		fputs("\\n", to);
	else if (hidden)
		putc('?', to);
	else if (*text == '\\' || *text == '"')
		fprintf(to, "\\%c", *text);
	else
		fwrite(text, 1, length, to);
}

static void print_label(FILE *to, bool *first, const char *name, const char *value)
{
	size_t length;

	if (!value || !value[0])
		return; /* an empty label is the same as none */
	fprintf(to, "%s%s=\"", *first ? "{" : ",", name);
	*first = false;
	for (; *value; value += length) {
		bool hidden = escape_hides(value, &length);

		print_character(to, value, length, hidden);
	}
	putc('"', to);
}

/* One sample. `p` and `s` may be NULL, as may `label`, the name of a label of its own. */
static void print_sample(const struct exposition *x, const char *name, const struct pool *p,
			 const struct pooled_series *s, const char *label, const char *value,
			 double number)
{
	char buf[NUM_TEXT_SIZE];
	bool first = true;

	fputs(name, x->to);
	print_label(x->to, &first, "label", x->source->result->label);
	if (p)
		print_label(x->to, &first, "workload", p->run->workload);
	if (s) {
		print_label(x->to, &first, "actor", s->first->actor);
		print_label(x->to, &first, "stressor", s->first->stressor);
		print_label(x->to, &first, "span", s->first->span);
		print_label(x->to, &first, "time", span_time_names[s->first->time]);
	}
	if (label)
		print_label(x->to, &first, label, value);
	fprintf(x->to, "%s %s\n", first ? "" : "}", num_format_double(number, buf));
}

static void emit_info(const struct exposition *x, const struct family *f)
{
	const struct result *r = x->source->result;
	bool first = true;

	fputs("cgchurn_result_info", x->to);
	print_label(x->to, &first, "label", r->label);
	print_label(x->to, &first, "kernel", r->host.kernel_release);
	print_label(x->to, &first, "regime", lock_regime_names[r->host.lock_regime]);
	print_label(x->to, &first, "accelerator", r->host.accelerator);
	print_label(x->to, &first, "version", r->tool_version);
	fputs("} 1\n", x->to);
}

static void emit_started(const struct exposition *x, const struct family *f)
{
	print_sample(x, f->name, NULL, NULL, NULL, NULL, (double)x->source->started_at_s);
}

static void emit_complete(const struct exposition *x, const struct family *f)
{
	print_sample(x, f->name, NULL, NULL, NULL, NULL, x->source->result->complete);
}

static void emit_trials(const struct exposition *x, const struct family *f, const struct pool *p)
{
	print_sample(x, f->name, p, NULL, "valid", "true", (double)p->n_valid);
	print_sample(x, f->name, p, NULL, "valid", "false", (double)p->n_invalid);
}

static void emit_percentiles(const struct exposition *x, const struct family *f,
			     const struct pool *p, const struct pooled_series *s)
{
	for (size_t i = 0; i < result_n_percentiles; i++) {
		double q = result_percentiles[i];
		char buf[NUM_TEXT_SIZE];

		if (sparse_histogram_percentile_supported(&s->histogram, q))
			print_sample(x, f->name, p, s, "percentile", num_format_double(q, buf),
				     sparse_histogram_percentile(&s->histogram, q) / 1e9);
	}
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

static void emit_histogram(const struct exposition *x, const struct family *f, const struct pool *p,
			   const struct pooled_series *s)
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

static void emit_max(const struct exposition *x, const struct family *f, const struct pool *p,
		     const struct pooled_series *s)
{
	if (s->histogram.count)
		print_sample(x, f->name, p, s, NULL, NULL, (double)s->histogram.max_ns / 1e9);
}

static void emit_rate(const struct exposition *x, const struct family *f, const struct pool *p,
		      const struct pooled_series *s)
{
	print_sample(x, f->name, p, s, NULL, NULL, s->rate_per_s);
}

static void emit_errors(const struct exposition *x, const struct family *f, const struct pool *p,
			const struct pooled_series *s)
{
	for (size_t i = 0; i < s->n_errors; i++)
		print_sample(x, f->name, p, s, "error", s->errors[i].name,
			     (double)s->errors[i].count);
}

static void emit_starts(const struct exposition *x, const struct family *f, const struct pool *p,
			const struct pooled_series *s)
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

static void print_head(const struct exposition *x, const struct family *f)
{
	bool info = strcmp(f->type, "info") == 0;
	const char *suffix = info && !x->open_metrics ? "_info" : "";

	fprintf(x->to, "# HELP %s%s %s\n", f->name, suffix, f->help);
	fprintf(x->to, "# TYPE %s%s %s\n", f->name, suffix,
		info && !x->open_metrics ? "gauge" : f->type);
	if (f->unit && x->open_metrics)
		fprintf(x->to, "# UNIT %s %s\n", f->name, f->unit);
}

static void print_family(const struct exposition *x, const struct family *f)
{
	print_head(x, f);
	if (f->of_result)
		f->of_result(x, f);
	for (size_t i = 0; i < x->source->result->n_runs; i++) {
		const struct pool *p = &x->source->pools[i];

		if (f->of_run)
			f->of_run(x, f, p);
		for (size_t k = 0; f->of_series && k < p->n; k++)
			f->of_series(x, f, p, &p->series[k]);
	}
}

void exposition_write(const struct export_source *source, FILE *to, bool open_metrics)
{
	struct exposition x = {source, to, open_metrics};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		print_family(&x, &families[i]);
	if (open_metrics)
		fputs("# EOF\n", to);
}
