/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the time went to, below a run's rows. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/escape.h"
#include "result/table_rows.h"
#include "stats/order.h"

enum { LABEL_WIDTH = 40, COLUMN_WIDTH = 18, RATIOS_MAX = 1000 };

/* Traced to plain, of the trials that have both. */
struct ratios {
	double p50[RATIOS_MAX], rate[RATIOS_MAX];
	size_t n;
};

static void add_ratios(struct ratios *to, const struct series *s)
{
	const struct series_attribution *a = s->attribution;

	if (!a || !a->plain_count || !s->histogram.count || a->plain_p50_ns <= 0 ||
	    to->n == RATIOS_MAX)
		return;
	to->p50[to->n] = sparse_histogram_percentile(&s->histogram, 50) / a->plain_p50_ns;
	to->rate[to->n++] = s->rate_per_s / a->plain_rate_per_s;
}

/* "18.3 us  92 %": a sample's share of the part, on average. */
static void print_cell(const struct part_band *band, uint64_t ns, FILE *to)
{
	uint64_t total = part_band_total(band);
	char time[NUM_TEXT_SIZE], cell[64];

	if (!band->count)
		snprintf(cell, sizeof(cell), "-");
	else
		snprintf(cell, sizeof(cell), "%s %5.1f %%",
			 num_format_ns((double)ns / (double)band->count, time),
			 total ? 100 * (double)ns / (double)total : 0);
	fprintf(to, "%*s", COLUMN_WIDTH, cell);
}

static void print_part(const struct series_attribution *a, const char *label,
		       const uint64_t ns[BANDS], FILE *to)
{
	fprintf(to, "    %-*s", LABEL_WIDTH, label);
	for (unsigned b = 0; b < BANDS; b++)
		print_cell(&a->bands[b], ns[b], to);
	fputc('\n', to);
}

/* Largest first, by the whole of the series. */
static void print_parts(const struct series_attribution *a, FILE *to)
{
	bool printed[PARTS] = {false};
	uint64_t ns[BANDS];

	printed[PART_CHILD_GATE] = true;
	for (unsigned n = 0; n < PARTS - 1; n++) {
		unsigned largest = PARTS;
		bool any = false;

		for (unsigned i = 0; i < PARTS; i++)
			if (!printed[i] &&
			    (largest == PARTS ||
			     a->bands[BAND_ALL].part_ns[i] > a->bands[BAND_ALL].part_ns[largest]))
				largest = i;
		printed[largest] = true;
		for (unsigned b = 0; b < BANDS; b++) {
			ns[b] = a->bands[b].part_ns[largest];
			any |= ns[b] != 0;
		}
		if (any)
			print_part(a, part_labels[largest], ns, to);
	}
}

static void print_total(const struct series_attribution *a, FILE *to)
{
	uint64_t ns[BANDS];

	for (unsigned b = 0; b < BANDS; b++)
		ns[b] = part_band_total(&a->bands[b]);
	print_part(a, "together", ns, to);
}

static void print_notes(const struct series_attribution *a, FILE *to)
{
	char mean[NUM_TEXT_SIZE], longest[NUM_TEXT_SIZE], lost[NUM_TEXT_SIZE];
	const struct part_band *all = &a->bands[BAND_ALL];

	if (all->part_ns[PART_CHILD_GATE])
		text_printf_wrapped(
			"", 4, to,
			"Within that, its children were held up by migrations: %s a "
			"sample on average, at most %s.",
			num_format_ns((double)all->part_ns[PART_CHILD_GATE] / (double)all->count,
				      mean),
			num_format_ns((double)a->parts[PART_CHILD_GATE].max_ns, longest));
	if (a->lost)
		text_printf_wrapped("", 4, to,
				    "%s samples had too many interruptions to be taken apart.",
				    num_format_count(a->lost, lost));
}

/* Of each trial that has a plain one beside it. */
static void print_cost(const struct result_run *run, const struct series_id *id, FILE *to)
{
	struct ratios ratios = {.n = 0};

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *t = &run->trials[i];
		const struct series *s = series_find(t->series, t->n_series, id);

		if (s && pool_takes(run, t, TABLE_TRIALS))
			add_ratios(&ratios, s);
	}
	if (ratios.n)
		text_printf_wrapped("", 4, to,
				    "Cost of tracing: p50 %+.1f %%, rate %+.1f %% against trials "
				    "without, in turn.",
				    100 * (order_median(ratios.p50, ratios.n) - 1),
				    100 * (order_median(ratios.rate, ratios.n) - 1));
}

static void print_series(const struct result_run *run, const struct series *s, FILE *to)
{
	static const char *const headings[BANDS] = {"all", "p45 to p55", "slowest 1 %"};
	char label[SERIES_LABEL_SIZE];

	if (!s->attribution || !s->attribution->bands[BAND_ALL].count)
		return;
	fprintf(to, "\n  %s: where a sample's time went\n    %*s", series_label(&s->id, label),
		LABEL_WIDTH, "");
	for (unsigned b = 0; b < BANDS; b++)
		fprintf(to, "%*s", COLUMN_WIDTH, headings[b]);
	fputc('\n', to);
	print_parts(s->attribution, to);
	print_total(s->attribution, to);
	print_notes(s->attribution, to);
	print_cost(run, &s->id, to);
}

static uint64_t sum_of(const struct result_stack_samples *l)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PARTS; i++)
		sum += l->parts[i];
	return sum;
}

/* Looks do not begin and end with a span. */
static const char *look_label(unsigned part)
{
	return part == PART_ASLEEP ? "asleep for something else or until its next start"
				   : part_labels[part];
}

/* "migrator: RCU grace period 31 %, running on a CPU 5 %, ..." */
static void print_stack_samples(const struct result_stack_samples *l, FILE *to)
{
	uint64_t sum = sum_of(l);
	char text[1024] = "", count[NUM_TEXT_SIZE];

	for (unsigned i = 0; i < PARTS; i++)
		if (l->parts[i])
			text_append(text, sizeof(text), "%s%s %.1f %%", *text ? ", " : "",
				    look_label(i), 100 * (double)l->parts[i] / (double)sum);
	text_printf_wrapped("", 2, to, "%s, by %s looks at its stacks: %s.", l->actor,
			    num_format_count(sum, count), text);
}

/* An actor's looks of all trials, at its first appearance. */
static void print_stack_samples_of(const struct result_run *run,
				   const struct result_stack_samples *first, FILE *to)
{
	struct result_stack_samples all = *first;

	memset(all.parts, 0, sizeof(all.parts));
	for (size_t i = 0; i < run->n_trials; i++)
		for (size_t k = 0; k < run->trials[i].n_stack_samples; k++) {
			const struct result_stack_samples *l = &run->trials[i].stack_samples[k];

			for (unsigned p = 0; p < PARTS && strcmp(l->actor, all.actor) == 0; p++)
				all.parts[p] += l->parts[p];
		}
	if (sum_of(&all))
		print_stack_samples(&all, to);
}

void table_print_attribution(const struct pool *pool, FILE *to)
{
	const struct result_run *run = pool->run;

	for (size_t i = 0; i < pool->n; i++)
		print_series(run, &pool->series[i].all, to);
	for (size_t i = 0; run->n_trials && i < run->trials[0].n_stack_samples; i++)
		print_stack_samples_of(run, &run->trials[0].stack_samples[i], to);
}
