/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst): a test a workload, with a nested one a series.
 * The plan comes first, so all is kept until the number of tests is known.
 * As in the JUnit form, having been measured is all that "ok" says; a trial that is not valid is a
 * nested test that failed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "export/export.h"
#include "export/text.h"

/* A description and a reason end with the line, and "#" begins a directive. */
static void print_plain(FILE *to, const char *text)
{
	static const char *const own[] = {"#?", NULL};

	export_print(text, own, to);
}

static void print_invalid(FILE *to, const struct pool *p)
{
	size_t number = p->n;

	for (size_t i = 0; i < p->run->n_trials; i++) {
		const struct result_trial *t = &p->run->trials[i];

		if (t->valid)
			continue;
		for (size_t k = 0; k < t->n_reasons; k++) {
			fputs("  # ", to);
			print_plain(to, t->reasons[k]);
			putc('\n', to);
		}
		fprintf(to, "  not ok %zu trial %llu\n", ++number,
			(unsigned long long)t->index + 1);
	}
}

static void print_nested(FILE *to, const struct pool *p)
{
	char text[EXPORT_SUMMARY_SIZE];

	fprintf(to, "  KTAP version 1\n  1..%zu\n", p->n + p->n_invalid);
	for (size_t i = 0; i < p->n; i++) {
		const struct series *s = &p->series[i].all;

		fprintf(to, "  # %s\n  ok %zu %s.%s.%s\n", export_summary(s, text), i + 1,
			s->id.actor, s->id.span, span_time_names[s->id.time]);
	}
	print_invalid(to, p);
}

/* `tag` is NULL where there is only one result, whose workloads are told apart by their names. */
static void print_run(FILE *to, size_t number, const struct pool *p, const char *tag)
{
	bool ok = !p->run->failure && !p->n_invalid;

	if (p->n || p->n_invalid)
		print_nested(to, p);
	if (p->run->failure) {
		fputs("# ", to);
		print_plain(to, p->run->failure);
		putc('\n', to);
	}
	fprintf(to, "%s %zu %s", ok ? "ok" : "not ok", number, p->run->workload);
	if (tag)
		putc(' ', to);
	print_plain(to, tag ? tag : "");
	if (ok && !p->n) {
		fputs(" # SKIP ", to);
		print_plain(to, export_why_none(p));
	}
	putc('\n', to);
}

struct tests {
	FILE *stream; /* into `text` */
	char *text;
	size_t size, n;
};

static int begin(struct export *x)
{
	struct tests *tests = calloc(1, sizeof(*tests));

	x->state = tests;
	if (tests)
		tests->stream = open_memstream(&tests->text, &tests->size);
	return tests && tests->stream ? 0 : -ENOMEM;
}

static int add(struct export *x, const struct export_source *source)
{
	_cleanup_free char *tag = export_tag(source->result);
	struct tests *tests = x->state;

	if (!tag)
		return -ENOMEM;
	fputs("# ", tests->stream);
	print_plain(tests->stream, tag);
	putc('\n', tests->stream);
	for (size_t i = 0; i < source->result->n_runs; i++)
		print_run(tests->stream, ++tests->n, &source->pools[i],
			  x->n_results > 1 ? tag : NULL);
	return 0;
}

static int end(struct export *x)
{
	struct tests *tests = x->state;

	if (fflush(tests->stream) != 0)
		return -ENOMEM;
	fprintf(x->to, "KTAP version 1\n1..%zu\n", tests->n);
	fwrite(tests->text, 1, tests->size, x->to);
	return 0;
}

static void finish(struct export *x)
{
	struct tests *tests = x->state;

	if (tests->stream)
		fclose(tests->stream);
	free(tests->text);
}

const struct exporter exporter_ktap = {
	.name = "ktap",
	.begin = begin,
	.add = add,
	.end = end,
	.finish = finish,
};
