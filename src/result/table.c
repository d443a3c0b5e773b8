/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/escape.h"
#include "host/host.h"
#include "result/table_rows.h"

enum { HEAD_INDENT = 12 };

static void print_tool(const struct result *r, FILE *to)
{
	text_printf_wrapped("", 0, to, "%s %s, %s, seed %llu%s%s%s", host_known(r->tool_name),
			    host_known(r->tool_version), host_known(r->started_at),
			    (unsigned long long)r->seed, r->label ? ", label \"" : "",
			    r->label ? r->label : "", r->label ? "\"" : "");
	if (!r->complete)
		text_print_wrapped("incomplete", HEAD_INDENT, "interrupted, or still under way",
				   to);
	if (r->attributed)
		text_print_wrapped("attributed", HEAD_INDENT,
				   "measured with tracing attached: not to be compared with plain "
				   "results",
				   to);
	if (r->raw)
		text_print_wrapped("raw", HEAD_INDENT,
				   "samples were written out while they were taken", to);
}

static const char *patch_words(enum tristate present)
{
	switch (present) {
	case TRISTATE_YES:
		return "per-threadgroup patch: present";
	case TRISTATE_NO:
		return "per-threadgroup patch: absent";
	case TRISTATE_UNKNOWN:
		break;
	}
	return "per-threadgroup patch: unknown";
}

static void print_lock(const struct host *h, FILE *to)
{
	static const char *const words[] = {
		[LOCK_REGIME_UNKNOWN] = "",
		[LOCK_REGIME_GLOBAL] = " (the default: a migration waits for a grace period and "
				       "for all forks under way)",
		[LOCK_REGIME_GLOBAL_FAVORED] = " (favordynmods without the patch: no grace "
					       "period, but all forks under way)",
		[LOCK_REGIME_PER_THREADGROUP] = " (favordynmods with the patch: a migration "
						"waits for its own process only)",
		[LOCK_REGIME_PER_THREADGROUP_RESIDUAL] =
			" (favordynmods was on and is off: a migration still locks its own "
			"process only, until reboot)",
	};

	text_printf_wrapped("lock", HEAD_INDENT, to, "%s%s; %s", host_regime_word(h),
			    words[host_regime(h)], host_known(h->lock_confidence));
}

static void print_machine(const struct host *h, FILE *to)
{
	char cpus[32] = "an unknown number of CPUs", inherited[HOST_INHERITED_SIZE];

	if (h->cpu_count == 1)
		strcpy(cpus, "1 CPU");
	else if (h->cpu_count > 0)
		snprintf(cpus, sizeof(cpus), "%lld CPUs", (long long)h->cpu_count);
	text_printf_wrapped("machine", HEAD_INDENT, to, "%s, %s; accelerator: %s", cpus,
			    host_known(h->cpu_model), host_known(h->accelerator));
	if (host_inherited(h, inherited))
		text_printf_wrapped("inherited", HEAD_INDENT, to, "%s", inherited);
	if (host_counts_instructions(h))
		text_printf_wrapped(
			"clock", HEAD_INDENT, to, "%s, %lld ns an instruction, %lld busy CPU%s: %s",
			host_known(h->clock_emulator), (long long)h->clock_ns_per_instruction,
			(long long)h->clock_busy_cpus, h->clock_busy_cpus == 1 ? "" : "s",
			host_clock_limits);
	else if (h->accelerator && strcmp(h->accelerator, "tcg") == 0)
		text_print_wrapped("emulated", HEAD_INDENT,
				   "TCG translates each instruction: absolute times mean nothing "
				   "here. Compare only with results of the same emulation.",
				   to);
}

static void print_instrument(const struct result_instrument *i, FILE *to)
{
	char clock[NUM_TEXT_SIZE], step[NUM_TEXT_SIZE], record[NUM_TEXT_SIZE];

	text_printf_wrapped("instrument", HEAD_INDENT, to,
			    "median per operation of tight loops before the run: one clock read "
			    "%s, an empty step (two clock reads) %s, one record %s; nothing is "
			    "subtracted, resampled or corrected",
			    num_format_ns(i->clock_ns, clock), num_format_ns(i->null_step_ns, step),
			    num_format_ns(i->record_ns, record));
}

static void print_header(const struct result *r, FILE *to)
{
	const struct host *h = &r->host;

	print_tool(r, to);
	text_printf_wrapped("kernel", HEAD_INDENT, to, "%s%s%s; %s", host_known(h->kernel_release),
			    h->kernel_version ? " " : "",
			    h->kernel_version ? h->kernel_version : "",
			    patch_words(h->lock_patch_present));
	print_lock(h, to);
	if (lock_expectation(h))
		text_print_wrapped("RCU", HEAD_INDENT, lock_expectation(h), to);
	print_machine(h, to);
	print_instrument(&r->instrument, to);
}

/* "3 trials of 5.00 s, pooled, 1 more not valid, 5 planned" */
static void append_trials(char *text, size_t size, const struct result_run *run)
{
	char window[NUM_TEXT_SIZE];
	size_t n = 0, first = 0;

	for (size_t i = run->n_trials; i--;)
		if (pool_takes(run, &run->trials[i], TABLE_TRIALS)) {
			first = i;
			n++;
		}
	text_append(text, size, "%zu trial%s", n, n == 1 ? "" : "s");
	if (n)
		text_append(text, size, " of %s",
			    num_format_ns((double)run->trials[first].duration_ns, window));
	text_append(text, size, "%s", n > 1 ? ", pooled" : "");
	if (n < run->n_trials)
		text_append(text, size, ", %zu more not valid", run->n_trials - n);
	if (run->n_trials < run->trials_planned)
		text_append(text, size, ", %llu planned", (unsigned long long)run->trials_planned);
}

static void print_run_heading(const struct result_run *run, FILE *to, bool colour)
{
	const struct result_hierarchy *h = &run->hierarchy;
	char text[1024] = "", groups[NUM_TEXT_SIZE];

	append_trials(text, sizeof(text), run);
	text_append(text, sizeof(text), "; %s group%s", num_format_count(h->groups, groups),
		    h->groups == 1 ? "" : "s");
	for (size_t i = 0; i < h->n_controllers; i++)
		text_append(text, sizeof(text), "%s%s", i ? ", " : "; controllers ",
			    h->controllers[i]);
	fprintf(to, "\n%s%s%s\n", colour ? "\033[1m" : "", run->workload, colour ? "\033[0m" : "");
	text_print_wrapped("", 2, text, to);
}

/* Nothing outside of a guest that counts instructions can make a start late. */
static void forget_late(struct pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		pool->series[i].all.late = 0;
}

static void print_run(const struct host *h, const struct result_run *run, FILE *to, bool colour)
{
	_cleanup_free struct table_row *rows = NULL;
	struct pool pool;

	print_run_heading(run, to, colour);
	if (run->failure)
		text_print_wrapped("", 2, run->failure, to);
	if (pool_init(&pool, run, TABLE_TRIALS) < 0 || table_make_rows(&pool, &rows) < 0)
		fputs("  (no memory left for the table)\n", to);
	else {
		if (host_counts_instructions(h))
			forget_late(&pool);
		if (pool.n)
			table_print_rows(rows, pool.n, to, colour);
		table_print_notes(&pool, h, to);
		table_print_attribution(&pool, to);
	}
	pool_finish(&pool);
}

static bool has_spread(const struct result *r)
{
	for (size_t i = 0; i < r->n_runs; i++)
		if (r->runs[i].n_trials > 1)
			return true;
	return false;
}

void result_print_table(const struct result *r, FILE *to, bool colour)
{
	print_header(r, to);
	for (size_t i = 0; i < r->n_runs; i++)
		print_run(&r->host, &r->runs[i], to, colour);
	if (has_spread(r)) {
		fputc('\n', to);
		text_print_wrapped(
			"spread", 8,
			"(max - min) / ((max + min) / 2) of the trials' p50s; the other columns "
			"are of "
			"all trials' samples together. A dash: fewer than 10 samples lie "
			"beyond.",
			to);
	}
}
