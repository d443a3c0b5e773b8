/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/stress_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/escape.h"
#include "base/num.h"
#include "base/replace.h"

const char *report_skip_reason(const struct stress *s, enum invariant_id id)
{
	if (s->counts.checks[id] || (s->broken && s->invariant == id))
		return NULL;
	if (id == INVARIANT_KERNEL_LOG && s->log_error < 0)
		return "/dev/kmsg cannot be read";
	if (id == INVARIANT_PIDS)
		return "the run group has no pids controller; --enable-controllers may help";
	if (id == INVARIANT_OOM)
		return "no round drew a memory hog, or the run group has no memory controller; "
		       "--enable-controllers may help";
	return "no round checked it";
}

void report_begin_ktap(FILE *to)
{
	fprintf(to, "KTAP version 1\n1..%d\n", INVARIANTS);
	fflush(to);
}

/* Every line as a comment. */
static void print_comment(const char *text, FILE *to)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		fprintf(to, "# %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

void report_print_replay(const struct stress *s, FILE *to)
{
	char limits[SCHEDULE_TEXT_SIZE];
	bool unplugs = s->broken_limits.may_unplug && s->broken_limits.at_most[SCHEDULE_UNPLUGGERS];

	schedule_limits_format(&s->broken_limits, limits);
	fprintf(to, "cgchurn stress --replay %" PRIu64 "%s%s%s", s->broken_seed,
		unplugs ? " --unplug-cpus" : "", limits[0] ? " --at-most " : "", limits);
}

static void print_breach(const struct stress *s, FILE *to)
{
	char schedule[SCHEDULE_TEXT_SIZE];
	struct schedule smallest;

	print_comment(s->evidence.text, to);
	schedule_draw(&smallest, s->broken_seed, &s->broken_limits);
	schedule_format(&smallest, schedule);
	fprintf(to, "# Broken after %" PRIu64 " s, in round %" PRIu64 ".\n",
		(s->broken_ns - s->begun_ns) / NS_PER_S, s->rounds);
	fprintf(to, "# The smallest case seen to fail, after %u more rounds of which %u failed:\n",
		s->shrunk_runs, s->shrunk_failed);
	fprintf(to, "#   %s\n# Replay: ", schedule);
	report_print_replay(s, to);
	fputc('\n', to);
}

void report_print_ktap(const struct stress *s, FILE *to)
{
	for (int i = 0; i < INVARIANTS; i++) {
		const char *skipped = report_skip_reason(s, (enum invariant_id)i);
		bool broken = s->broken && s->invariant == (enum invariant_id)i;
		char count[NUM_TEXT_SIZE];

		fprintf(to, "%sok %d %s%s%s\n", broken ? "not " : "", i + 1, invariants[i].name,
			skipped ? " # SKIP " : "", skipped ? skipped : "");
		fprintf(to, "# %s check%s: %s\n", num_format_count(s->counts.checks[i], count),
			s->counts.checks[i] == 1 ? "" : "s", invariants[i].promise);
		if (broken)
			print_breach(s, to);
	}
	fprintf(to, "# seed %" PRIu64 ": ", s->seed);
	report_print_summary(s, to);
	fputc('\n', to);
	if (s->log.missed)
		fprintf(to, "# The kernel's log overran %" PRIu64 " times: lines were lost.\n",
			s->log.missed);
	fflush(to);
}

static void print_errors(const struct round_counts *c, FILE *to)
{
	const char *separator = "; operations that failed: ";
	char count[NUM_TEXT_SIZE];

	for (int i = 0; i < SHARED_ERRNOS; i++) {
		const char *name = strerrorname_np(i);

		if (!c->refused[i])
			continue;
		fprintf(to, "%s%s %s", separator, name ? name : "other errors",
			num_format_count(c->refused[i], count));
		separator = ", ";
	}
}

void report_print_summary(const struct stress *s, FILE *to)
{
	/* The last only where it was asked for. */
	static const char *const names[COUNTS] = {
		[COUNT_MOVES] = "moves",         [COUNT_THREADS] = "threads",
		[COUNT_CHILDREN] = "children",   [COUNT_EXECS] = "execs",
		[COUNT_KILLS] = "kills",         [COUNT_FREEZES] = "freezes",
		[COUNT_REMOVALS] = "removals",   [COUNT_TOGGLES] = "controller toggles",
		[COUNT_OOM_KILLS] = "OOM kills", [COUNT_UNPLUGS] = "CPUs taken offline",
	};
	char text[NUM_TEXT_SIZE];

	fprintf(to, "%s round%s", num_format_count(s->rounds, text), s->rounds == 1 ? "" : "s");
	for (int i = 0; i < COUNTS - !s->limits.may_unplug; i++)
		fprintf(to, ", %s %s", num_format_count(s->counts.done[i], text), names[i]);
	fprintf(to, " in %" PRIu64 " s", (clock_now_ns() - s->begun_ns) / NS_PER_S);
	print_errors(&s->counts, to);
}

/* All names and texts in it are ours, so nothing needs escaping. */
static void print_status(const struct stress *s, FILE *to)
{
	char now[CLOCK_RFC3339_SIZE];

	clock_rfc3339(now);
	fprintf(to,
		"{\n  \"schema\": \"cgchurn-stress-status/1\",\n  \"state\": \"%s\",\n"
		"  \"written_at\": \"%s\",\n  \"seed\": %" PRIu64 ",\n  \"rounds\": %" PRIu64 ",\n"
		"  \"elapsed_s\": %" PRIu64 ",\n  \"duration_s\": %" PRIu64 ",\n"
		"  \"moves\": %" PRIu64 ",\n  \"broken\": %s%s%s,\n  \"checks\": {",
		s->state, now, s->seed, s->rounds, (clock_now_ns() - s->begun_ns) / NS_PER_S,
		s->duration_ns / NS_PER_S, s->counts.done[COUNT_MOVES], s->broken ? "\"" : "",
		s->broken ? invariants[s->invariant].name : "null", s->broken ? "\"" : "");
	for (int i = 0; i < INVARIANTS; i++)
		fprintf(to, "%s\n    \"%s\": %" PRIu64, i ? "," : "", invariants[i].name,
			s->counts.checks[i]);
	fputs("\n  }\n}\n", to);
}

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
	fprintf(to, "      <system-out>%" PRIu64 " checks</system-out>\n    </testcase>\n",
		s->counts.checks[id]);
}

static void print_junit(const struct stress *s, FILE *to)
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

/* Replaces the file with what `print` prints. */
static int replace(const struct stress *s, void (*print)(const struct stress *s, FILE *to),
		   const char *path)
{
	_cleanup_free char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return -ENOMEM;
	print(s, memory);
	return fclose(memory) == 0 ? io_replace_file(path, text, size) : -ENOMEM;
}

int report_write_status(const struct stress *s, const char *path)
{
	return replace(s, print_status, path);
}

int report_write_junit(const struct stress *s, const char *path)
{
	return replace(s, print_junit, path);
}
