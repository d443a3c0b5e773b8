/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/table_rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/escape.h"

static const char *const headings[TABLE_COLUMNS] = {
	"actor", "span", "time",  "count", "rate/s", "p50",
	"p90",   "p99",  "p99.9", "max",   "errors", "spread",
};

bool table_uses(const struct result_run *run, const struct result_trial *trial)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return trial->valid;
	return true;
}

/* Without the blank before the unit, so that a column's figures hold together. */
static void cell_ns(char cell[WORKLOAD_NAME_SIZE], double ns)
{
	char buf[NUM_TEXT_SIZE], *blank;

	num_format_ns(ns, buf);
	blank = strchr(buf, ' ');
	snprintf(cell, WORKLOAD_NAME_SIZE, "%.*s%s", (int)(blank - buf), buf, blank + 1);
}

static void cell_count(char cell[WORKLOAD_NAME_SIZE], uint64_t count)
{
	static const char units[] = "MGTPE";
	char buf[NUM_TEXT_SIZE];
	double value = (double)count / 1e6;
	size_t unit = 0;

	if (count < 1000000) {
		snprintf(cell, WORKLOAD_NAME_SIZE, "%s", num_format_count(count, buf));
		return;
	}
	for (; value >= 999.5 && unit < 4; unit++)
		value /= 1000;
	snprintf(cell, WORKLOAD_NAME_SIZE, "%.*f%c",
		 value < 9.995   ? 2
		 : value < 99.95 ? 1
				 : 0,
		 value, units[unit]);
}

const char *table_format_rate(double per_s, char buf[TABLE_WINDOW_SIZE])
{
	char cell[WORKLOAD_NAME_SIZE];

	if (per_s < 999.5)
		snprintf(buf, TABLE_WINDOW_SIZE, "%.*f",
			 per_s < 9.995   ? 2
			 : per_s < 99.95 ? 1
					 : 0,
			 per_s);
	else {
		cell_count(cell, per_s < 1e18 ? (uint64_t)llround(per_s) : UINT64_MAX);
		snprintf(buf, TABLE_WINDOW_SIZE, "%.31s", cell);
	}
	return buf;
}

const char *table_format_window(double seconds, char buf[TABLE_WINDOW_SIZE])
{
	if (seconds < 0.9995)
		return num_format_ns(seconds * 1e9, buf);
	if (seconds < 600)
		snprintf(buf, TABLE_WINDOW_SIZE, "%.*f s", seconds < 99.95 ? 1 : 0, seconds);
	else if (seconds < 2 * 3600)
		snprintf(buf, TABLE_WINDOW_SIZE, "%.0f min", seconds / 60);
	else
		snprintf(buf, TABLE_WINDOW_SIZE, "%.3g h", seconds / 3600);
	return buf;
}

static void cell_percentile(char *cell, const struct histogram *h, double q)
{
	if (histogram_percentile_supported(h, q))
		cell_ns(cell, histogram_percentile(h, q));
	else
		strcpy(cell, "-");
}

/* How far the trials' medians lie apart, as a share of their middle. */
struct spread {
	double low, high;
	size_t n;
};

static void spread_add(struct spread *s, const struct sparse_histogram *h)
{
	double p50;

	if (!sparse_histogram_percentile_supported(h, 50))
		return;
	p50 = sparse_histogram_percentile(h, 50);
	s->low = s->n && s->low < p50 ? s->low : p50;
	s->high = s->n && s->high > p50 ? s->high : p50;
	s->n++;
}

static void cell_spread(char *cell, const struct spread *s)
{
	double share = s->n > 1 && s->high > 0 ? 200 * (s->high - s->low) / (s->high + s->low) : 0;

	if (s->n < 2)
		strcpy(cell, "-");
	else
		snprintf(cell, WORKLOAD_NAME_SIZE, "%.*f%%", share < 9.95 ? 1 : 0, share);
}

static void add_series(struct table_row *row, struct histogram *pool, struct spread *spread,
		       const struct result_series *s)
{
	sparse_histogram_add_to(&s->histogram, pool);
	spread_add(spread, &s->histogram);
	row->planned += s->planned;
	row->late += s->late;
	row->missed += s->missed;
	row->errors += result_series_errors(s);
}

static void fill_cells(struct table_row *row, const struct histogram *pool,
		       const struct spread *spread)
{
	char buf[TABLE_WINDOW_SIZE];

	strcpy(row->cells[TABLE_ACTOR], row->series->actor);
	strcpy(row->cells[TABLE_SPAN], row->series->span);
	strcpy(row->cells[TABLE_TIME], span_time_names[row->series->time]);
	cell_count(row->cells[TABLE_COUNT], row->count);
	strcpy(row->cells[TABLE_RATE], table_format_rate(row->rate_per_s, buf));
	cell_percentile(row->cells[TABLE_P50], pool, 50);
	cell_percentile(row->cells[TABLE_P90], pool, 90);
	cell_percentile(row->cells[TABLE_P99], pool, 99);
	cell_percentile(row->cells[TABLE_P999], pool, 99.9);
	if (pool->count)
		cell_ns(row->cells[TABLE_MAX], (double)pool->max_ns);
	else
		strcpy(row->cells[TABLE_MAX], "-");
	cell_count(row->cells[TABLE_ERRORS], row->errors);
	cell_spread(row->cells[TABLE_SPREAD], spread);
}

/* `pool` is room for a histogram. */
static void make_row(const struct result_run *run, const struct result_series *series,
		     struct histogram *pool, struct table_row *row)
{
	struct spread spread = {0};

	*row = (struct table_row){.series = series};
	memset(pool, 0, sizeof(*pool));
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_trial *trial = &run->trials[i];
		const struct result_series *s =
			result_find_series(trial, series->actor, series->span, series->time);

		if (!table_uses(run, trial))
			continue;
		row->window_s += (double)trial->duration_ns / (double)NS_PER_S;
		if (s)
			add_series(row, pool, &spread, s);
	}
	row->count = pool->count;
	row->clipped = pool->clipped;
	row->rate_per_s = row->window_s > 0 ? (double)row->count / row->window_s : 0;
	fill_cells(row, pool, &spread);
}

/* A trial that ended early may lack series: the one that has most tells which there are. */
static const struct result_trial *fullest_trial(const struct result_run *run)
{
	const struct result_trial *fullest = NULL;

	for (size_t i = 0; i < run->n_trials; i++)
		if (table_uses(run, &run->trials[i]) &&
		    (!fullest || run->trials[i].n_series > fullest->n_series))
			fullest = &run->trials[i];
	return fullest;
}

int table_make_rows(const struct result_run *run, struct table_row **ret, size_t *ret_n)
{
	const struct result_trial *trial = fullest_trial(run);
	size_t n = trial ? trial->n_series : 0;
	_cleanup_free struct histogram *pool = malloc(sizeof(*pool));
	struct table_row *rows = calloc(n + 1, sizeof(*rows));

	if (!pool || !rows) {
		free(rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		make_row(run, &trial->series[i], pool, &rows[i]);
	*ret = rows;
	*ret_n = n;
	return 0;
}

static void fit_columns(const struct table_row *rows, size_t n, int widths[TABLE_COLUMNS])
{
	int total = -2;

	for (int c = 0; c < TABLE_COLUMNS; c++) {
		widths[c] = (int)strlen(headings[c]);
		for (size_t i = 0; i < n; i++) {
			int width = (int)strlen(rows[i].cells[c]);

			widths[c] = width > widths[c] ? width : widths[c];
		}
		total += widths[c] + 2;
	}
	/* Names give way: everything else has a bound of its own. */
	for (int c = TABLE_ACTOR; c <= TABLE_SPAN && total > TEXT_COLUMNS; c++) {
		int less = total - TEXT_COLUMNS, spare = widths[c] - 8;

		less = less < spare ? less : spare;
		if (less > 0) {
			widths[c] -= less;
			total -= less;
		}
	}
}

/* Names to the left, figures to the right; a name that is cut ends in "~". */
static void print_cell(const char *text, enum table_column c, int width, FILE *to)
{
	bool cut = (int)strlen(text) > width;

	if (c > TABLE_ACTOR)
		fputs("  ", to);
	if (c > TABLE_TIME)
		fprintf(to, "%*s", width, text);
	else
		fprintf(to, "%-*.*s%s", width - cut, width - cut, text, cut ? "~" : "");
}

void table_print_rows(const struct table_row *rows, size_t n, FILE *to, bool colour)
{
	int widths[TABLE_COLUMNS];

	fit_columns(rows, n, widths);
	fputs(colour ? "\033[2m" : "", to);
	for (int c = 0; c < TABLE_COLUMNS; c++)
		print_cell(headings[c], c, widths[c], to);
	fputs(colour ? "\033[0m\n" : "\n", to);
	for (size_t i = 0; i < n; i++) {
		for (int c = 0; c < TABLE_COLUMNS; c++)
			print_cell(rows[i].cells[c], c, widths[c], to);
		fputc('\n', to);
	}
}
