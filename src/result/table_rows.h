/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of result_print_table(), private to this folder. */
#ifndef CGCHURN_RESULT_TABLE_ROWS_H
#define CGCHURN_RESULT_TABLE_ROWS_H

#include <stdio.h>

#include "result/result.h"

enum table_column {
	TABLE_ACTOR,
	TABLE_SPAN,
	TABLE_TIME,
	TABLE_COUNT,
	TABLE_RATE,
	TABLE_P50,
	TABLE_P90,
	TABLE_P99,
	TABLE_P999,
	TABLE_MAX,
	TABLE_ERRORS,
	TABLE_SPREAD,
	TABLE_COLUMNS
};

/* One series, the trials of a run together. */
struct table_row {
	const struct result_series *series; /* of the first trial that has it: names only */
	uint64_t count, clipped, planned, late, missed, errors;
	double rate_per_s;
	double window_s; /* all trials together */
	char cells[TABLE_COLUMNS][WORKLOAD_NAME_SIZE];
};

/* The trials that a run's rows are made from: the valid ones, or all where none is. */
bool table_uses(const struct result_run *run, const struct result_trial *trial);

/* The rows of a run; the caller frees. -ENOMEM. */
int table_make_rows(const struct result_run *run, struct table_row **ret, size_t *ret_n);

void table_print_rows(const struct table_row *rows, size_t n, FILE *to, bool colour);

/* What the rows cannot say. */
void table_print_notes(const struct result_run *run, const struct table_row *rows, size_t n,
		       FILE *to);

/* What the time went to, of attributed series. */
void table_print_attribution(const struct result_run *run, const struct table_row *rows, size_t n,
			     FILE *to);

/* A stretch of windows for people: "50.0 s", "12 min", "3.5 h". */
#define TABLE_WINDOW_SIZE 32
const char *table_format_window(double seconds, char buf[TABLE_WINDOW_SIZE]);

/* Operations per second with three digits: "0.05", "20.0", "12 600", "1.26M". */
const char *table_format_rate(double per_s, char buf[TABLE_WINDOW_SIZE]);

#endif
