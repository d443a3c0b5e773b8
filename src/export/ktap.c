/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst): a test a workload, with a nested one a series.
 * As in the JUnit form, having been measured is all that "ok" says.
 */
#include <string.h>

#include "base/escape.h"
#include "export/export.h"
#include "export/summary.h"

/* A description and a reason end with the line, and "#" begins a directive. */
static void print_plain(FILE *to, const char *text)
{
	size_t length;

	for (; *text; text += length)
		if (escape_hides(text, &length) || *text == '#')
			putc('?', to);
		else
			fwrite(text, 1, length, to);
}

static void print_nested(FILE *to, const struct pool *p)
{
	char text[EXPORT_SUMMARY_SIZE];

	fprintf(to, "  KTAP version 1\n  1..%zu\n", p->n);
	for (size_t i = 0; i < p->n; i++) {
		const struct result_series *s = p->series[i].first;

		fprintf(to, "  # %s\n  ok %zu %s.%s.%s\n", export_summary(&p->series[i], text),
			i + 1, s->actor, s->span, span_time_names[s->time]);
	}
}

static void print_run(FILE *to, size_t number, const struct pool *p)
{
	const char *why = export_why_none(p);

	if (p->n)
		print_nested(to, p);
	if (p->run->failure) {
		fputs("# ", to);
		print_plain(to, p->run->failure);
		putc('\n', to);
	}
	fprintf(to, "%s %zu %s", p->run->failure ? "not ok" : "ok", number, p->run->workload);
	if (why && !p->run->failure) {
		fputs(" # SKIP ", to);
		print_plain(to, why);
	}
	putc('\n', to);
}

static int write_ktap(const struct export_source *source, FILE *to)
{
	fprintf(to, "KTAP version 1\n1..%zu\n", source->result->n_runs);
	for (size_t i = 0; i < source->result->n_runs; i++)
		print_run(to, i + 1, &source->pools[i]);
	return 0;
}

const struct exporter exporter_ktap = {
	"ktap",
	write_ktap,
};
