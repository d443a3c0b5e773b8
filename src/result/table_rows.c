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

static void cell_percentile(char *cell, const struct sparse_histogram *h, double q)
{
	if (sparse_histogram_percentile_supported(h, q))
		cell_ns(cell, sparse_histogram_percentile(h, q));
	else
		strcpy(cell, "-");
}

/* How far the trials' medians lie apart, as a share of their middle. */
static void cell_spread(char *cell, const struct pooled_series *s)
{
	double low = s->p50_low_ns, high = s->p50_high_ns;
	double share = high > 0 ? 200 * (high - low) / (high + low) : 0;

	if (s->n_p50 < 2)
		strcpy(cell, "-");
	else
		snprintf(cell, WORKLOAD_NAME_SIZE, "%.*f%%", share < 9.95 ? 1 : 0, share);
}

static void make_row(const struct pooled_series *pooled, struct table_row *row)
{
	const struct series *s = &pooled->all;
	char buf[TABLE_WINDOW_SIZE];

	strcpy(row->cells[TABLE_ACTOR], s->id.actor);
	strcpy(row->cells[TABLE_SPAN], s->id.span);
	strcpy(row->cells[TABLE_TIME], span_time_names[s->id.time]);
	cell_count(row->cells[TABLE_COUNT], s->histogram.count);
	strcpy(row->cells[TABLE_RATE], table_format_rate(s->rate_per_s, buf));
	for (size_t i = 0; i < SERIES_SHOWN; i++)
		cell_percentile(row->cells[TABLE_P50 + i], &s->histogram,
				series_shown_percentiles[i]);
	if (s->histogram.count)
		cell_ns(row->cells[TABLE_MAX], (double)s->histogram.max_ns);
	else
		strcpy(row->cells[TABLE_MAX], "-");
	cell_count(row->cells[TABLE_ERRORS], series_errors(s));
	cell_spread(row->cells[TABLE_SPREAD], pooled);
}

int table_make_rows(const struct pool *pool, struct table_row **ret)
{
	struct table_row *rows = calloc(pool->n + 1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < pool->n; i++)
		make_row(&pool->series[i], &rows[i]);
	*ret = rows;
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
