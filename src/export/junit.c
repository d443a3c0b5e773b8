/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JUnit XML: one suite per workload, one case per series. CI systems identify a case by its class
 * and name, so with several results the class contains the result. A case with figures passes,
 * because only `cgchurn compare --format junit` judges. An invalid trial is a failed case, a workload
 * that was given up is an error, and one without a trial is skipped.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/num.h"
#include "export/export.h"
#include "export/text.h"

static void print_property(FILE *to, const char *name, double ns)
{
	char value[NUM_TEXT_SIZE];

	fprintf(to, "        <property name=\"%s\" value=\"%s\"/>\n", name,
		num_format_double(ns, value));
}

/* A workload of a result; `tag` is NULL where there is only one result. */
struct place {
	const struct export_source *source;
	const struct pool *pool;
	const char *tag;
};

static void print_class(FILE *to, const struct place *where)
{
	fputs("cgchurn.", to);
	markup_print(where->pool->run->workload, to);
	if (where->tag)
		putc(' ', to);
	markup_print(where->tag, to);
}

static void print_case_head(FILE *to, const struct place *where, const char *name)
{
	fputs("    <testcase classname=\"", to);
	print_class(to, where);
	fputs("\" name=\"", to);
	markup_print(name, to);
	fputs("\">\n", to);
}

static void print_series(FILE *to, const struct place *where, const struct series *s)
{
	char text[EXPORT_SUMMARY_SIZE], name[NUM_TEXT_SIZE + 8];
	struct export_percentile p[SERIES_PERCENTILES];
	size_t n = export_percentiles(s, false, p);

	snprintf(text, sizeof(text), "%s.%s.%s", s->id.actor, s->id.span,
		 span_time_names[s->id.time]);
	print_case_head(to, where, text);
	fputs("      <properties>\n", to);
	print_property(to, "count", (double)s->histogram.count);
	print_property(to, "rate_per_s", s->rate_per_s);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "p%s_ns", p[i].name);
		print_property(to, name, p[i].ns);
	}
	fputs("      </properties>\n      <system-out>", to);
	markup_print(export_summary(s, text), to);
	fputs("</system-out>\n    </testcase>\n", to);
}

/* A workload without trials has one case, which says why. */
static void print_none(FILE *to, const struct place *where, const char *why)
{
	print_case_head(to, where, "trials");
	fprintf(to, "      <%s message=\"", where->pool->run->failure ? "error" : "skipped");
	markup_print(why, to);
	fputs("\"/>\n    </testcase>\n", to);
}

static void print_invalid(FILE *to, const struct place *where, const struct result_trial *t)
{
	char name[48];

	snprintf(name, sizeof(name), "trial %llu", (unsigned long long)t->index + 1);
	print_case_head(to, where, name);
	fputs("      <failure message=\"", to);
	for (size_t i = 0; i < t->n_reasons; i++) {
		fputs(i ? "; " : "", to);
		markup_print(t->reasons[i], to);
	}
	fputs("\"/>\n    </testcase>\n", to);
}

/* Of a workload that has no trial, or was given up. */
static const char *why_none(const struct pool *p)
{
	if (p->run->failure)
		return p->run->failure;
	return p->run->n_trials ? NULL : export_why_none(p);
}

static double seconds_of(const struct pool *p)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < p->run->n_trials; i++)
		ns += p->run->trials[i].duration_ns;
	return (double)ns / 1e9;
}

static void print_host(FILE *to, const struct result *r)
{
	if (r->host.name) {
		fputs(" hostname=\"", to);
		markup_print(r->host.name, to);
		putc('"', to);
	}
}

static void print_suite(FILE *to, const struct place *where)
{
	const struct pool *p = where->pool;
	const char *why = why_none(p);
	size_t n = p->n + p->n_invalid + (why != NULL);

	fputs("  <testsuite name=\"", to);
	print_class(to, where);
	fprintf(to, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\"",
		n, p->n_invalid, why && p->run->failure, why && !p->run->failure, seconds_of(p));
	print_host(to, where->source->result);
	fputs(">\n", to);
	for (size_t i = 0; i < p->n; i++)
		print_series(to, where, &p->series[i].all);
	for (size_t i = 0; i < p->run->n_trials; i++)
		if (!p->run->trials[i].valid)
			print_invalid(to, where, &p->run->trials[i]);
	if (why)
		print_none(to, where, why);
	fputs("  </testsuite>\n", to);
}

static int begin(struct export *x)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cgchurn\">\n", x->to);
	return 0;
}

static int add(struct export *x, const struct export_source *source)
{
	_cleanup_free char *tag = x->n_results > 1 ? export_tag(source->result) : NULL;

	if (x->n_results > 1 && !tag)
		return -ENOMEM;
	for (size_t i = 0; i < source->result->n_runs; i++)
		print_suite(x->to, &(struct place){source, &source->pools[i], tag});
	return 0;
}

static int end(struct export *x)
{
	fputs("</testsuites>\n", x->to);
	return 0;
}

const struct exporter exporter_junit = {
	.name = "junit",
	.begin = begin,
	.add = add,
	.end = end,
};
