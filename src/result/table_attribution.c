/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the time went to, below a run's rows. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/escape.h"
#include "result/table_rows.h"

enum { LABEL_WIDTH = 40, COLUMN_WIDTH = 18, RATIOS_MAX = 1000 };

/* A series of a run, its trials added up. */
struct taken_apart {
	struct part_band bands[BANDS];
	uint64_t lost, child_max_ns;
	double p50_ratios[RATIOS_MAX], rate_ratios[RATIOS_MAX]; /* traced to plain, by trial */
	size_t n_ratios;
};

static void add_ratios(struct taken_apart *t, const struct result_series *s)
{
	const struct result_attribution *a = s->attribution;

	if (!a->plain_count || !s->histogram.count || a->plain_p50_ns <= 0 ||
	    t->n_ratios == RATIOS_MAX)
		return;
	t->p50_ratios[t->n_ratios] =
		sparse_histogram_percentile(&s->histogram, 50) / a->plain_p50_ns;
	t->rate_ratios[t->n_ratios++] = s->rate_per_s / a->plain_rate_per_s;
}

static void add_series(struct taken_apart *t, const struct result_series *s)
{
	const struct result_attribution *a = s->attribution;

	t->lost += a->lost;
	for (unsigned b = 0; b < BANDS; b++) {
		t->bands[b].count += a->bands[b].count;
		for (unsigned i = 0; i < PARTS; i++)
			t->bands[b].part_ns[i] += a->bands[b].part_ns[i];
	}
	if (a->parts[PART_CHILD_GATE].max_ns > t->child_max_ns)
		t->child_max_ns = a->parts[PART_CHILD_GATE].max_ns;
	add_ratios(t, s);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
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

static void print_part(const struct taken_apart *t, const char *label, const uint64_t ns[BANDS],
		       FILE *to)
{
	fprintf(to, "    %-*s", LABEL_WIDTH, label);
	for (unsigned b = 0; b < BANDS; b++)
		print_cell(&t->bands[b], ns[b], to);
	fputc('\n', to);
}

/* Largest first, by the whole of the series. */
static void print_parts(const struct taken_apart *t, FILE *to)
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
			     t->bands[BAND_ALL].part_ns[i] > t->bands[BAND_ALL].part_ns[largest]))
				largest = i;
		printed[largest] = true;
		for (unsigned b = 0; b < BANDS; b++) {
			ns[b] = t->bands[b].part_ns[largest];
			any |= ns[b] != 0;
		}
		if (any)
			print_part(t, part_labels[largest], ns, to);
	}
}

static void print_total(const struct taken_apart *t, FILE *to)
{
	uint64_t ns[BANDS];

	for (unsigned b = 0; b < BANDS; b++)
		ns[b] = part_band_total(&t->bands[b]);
	print_part(t, "together", ns, to);
}

static void print_notes(struct taken_apart *t, FILE *to)
{
	char mean[NUM_TEXT_SIZE], longest[NUM_TEXT_SIZE], lost[NUM_TEXT_SIZE];
	const struct part_band *all = &t->bands[BAND_ALL];

	if (all->part_ns[PART_CHILD_GATE])
		text_printf_wrapped(
			"", 4, to,
			"Within that, its children were held up by migrations: %s a "
			"sample on average, at most %s.",
			num_format_ns((double)all->part_ns[PART_CHILD_GATE] / (double)all->count,
				      mean),
			num_format_ns((double)t->child_max_ns, longest));
	if (t->lost)
		text_printf_wrapped("", 4, to,
				    "%s samples had too many interruptions to be taken apart.",
				    num_format_count(t->lost, lost));
	if (t->n_ratios)
		text_printf_wrapped("", 4, to,
				    "Cost of tracing: p50 %+.1f %%, rate %+.1f %% against trials "
				    "without, in turn.",
				    100 * (median(t->p50_ratios, t->n_ratios) - 1),
				    100 * (median(t->rate_ratios, t->n_ratios) - 1));
}

static void print_taken_apart(struct taken_apart *t, const struct result_series *s, FILE *to)
{
	static const char *const headings[BANDS] = {"all", "p45 to p55", "slowest 1 %"};

	fprintf(to, "\n  %s %s (%s): where a sample's time went\n    %*s", s->actor, s->span,
		span_time_names[s->time], LABEL_WIDTH, "");
	for (unsigned b = 0; b < BANDS; b++)
		fprintf(to, "%*s", COLUMN_WIDTH, headings[b]);
	fputc('\n', to);
	print_parts(t, to);
	print_total(t, to);
	print_notes(t, to);
}

static void print_series(const struct result_run *run, const struct table_row *row, FILE *to)
{
	struct taken_apart t = {.lost = 0};

	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *s = result_find_series(
			&run->trials[i], row->series->actor, row->series->span, row->series->time);

		if (table_uses(run, &run->trials[i]) && s && s->attribution)
			add_series(&t, s);
	}
	if (t.bands[BAND_ALL].count)
		print_taken_apart(&t, row->series, to);
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
	size_t used = 0;

	for (unsigned i = 0; i < PARTS && used < sizeof(text); i++)
		if (l->parts[i])
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %.1f %%",
						 used ? ", " : "", look_label(i),
						 100 * (double)l->parts[i] / (double)sum);
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

void table_print_attribution(const struct result_run *run, const struct table_row *rows, size_t n,
			     FILE *to)
{
	for (size_t i = 0; i < n; i++)
		print_series(run, &rows[i], to);
	for (size_t i = 0; run->n_trials && i < run->trials[0].n_stack_samples; i++)
		print_stack_samples_of(run, &run->trials[0].stack_samples[i], to);
}
