/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/replace.h"
#include "base/escape.h"
#include "verify/stress_report.h"

static void print_case(const struct stress *s, enum invariant_id id, FILE *to)
{
	const char *skipped = report_skip_reason(s, id);

	fprintf(to, "    <testcase classname=\"cgchurn.stress\" name=\"%s\">\n",
		invariants[id].name);
	if (skipped) {
		fputs("      <skipped message=\"", to);
		markup_print(skipped, to);
		fputs("\"/>\n", to);
	} else if (s->broken && s->invariant == id) {
		fputs("      <failure message=\"", to);
		markup_print(invariants[id].promise, to);
		fputs("\">", to);
		markup_print_lines(s->evidence.text, to);
		fputs("\nReplay: ", to);
		report_print_replay(s, to);
		fputs("</failure>\n", to);
	}
	fprintf(to, "      <system-out>%" PRIu64 " looked at</system-out>\n    </testcase>\n",
		s->counts.checks[id]);
}

static void print_all(const struct stress *s, FILE *to)
{
	int skipped = 0;

	for (int i = 0; i < INVARIANTS; i++)
		skipped += report_skip_reason(s, (enum invariant_id)i) != NULL;
	fprintf(to,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"cgchurn stress\">\n"
		"  <testsuite name=\"invariants\" tests=\"%d\" failures=\"%d\" errors=\"0\" "
		"skipped=\"%d\">\n",
		INVARIANTS, s->broken, skipped);
	for (int i = 0; i < INVARIANTS; i++)
		print_case(s, (enum invariant_id)i, to);
	fputs("  </testsuite>\n</testsuites>\n", to);
}

int report_write_junit(const struct stress *s, const char *path)
{
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return -ENOMEM;
	print_all(s, memory);
	return fclose(memory) == 0 ? io_replace_file(path, text, size) : -ENOMEM;
}
