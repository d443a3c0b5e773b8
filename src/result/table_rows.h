/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of result_print_table(), private to this folder. */
#ifndef CGCHURN_RESULT_TABLE_ROWS_H
#define CGCHURN_RESULT_TABLE_ROWS_H

#include <stdio.h>

#include "result/pool.h"

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

/* A run's rows are of its valid trials, or of all where none is valid: the notes say so. */
#define TABLE_TRIALS POOL_VALID_ELSE_ALL

/* One series, the trials of a run together. */
struct table_row {
	char cells[TABLE_COLUMNS][WORKLOAD_NAME_SIZE];
};

/* The rows of a run; the caller frees. -ENOMEM. */
int table_make_rows(const struct pool *pool, struct table_row **ret);

void table_print_rows(const struct table_row *rows, size_t n, FILE *to, bool colour);

/* What the rows cannot say. */
void table_print_notes(const struct pool *pool, const struct host *h, FILE *to);

/* What the time went to, of attributed series. */
void table_print_attribution(const struct pool *pool, FILE *to);

/* A stretch of windows for people: "50.0 s", "12 min", "3.5 h". */
#define TABLE_WINDOW_SIZE 32
const char *table_format_window(double seconds, char buf[TABLE_WINDOW_SIZE]);

/* Operations per second with three digits: "0.05", "20.0", "12 600", "1.26M". */
const char *table_format_rate(double per_s, char buf[TABLE_WINDOW_SIZE]);

#endif
