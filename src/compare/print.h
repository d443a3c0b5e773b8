/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison for people and for programs. All formats show the same figures. */
#ifndef CGCHURN_COMPARE_PRINT_H
#define CGCHURN_COMPARE_PRINT_H

#include <stdio.h>

#include "compare/comparison.h"

/* For a terminal, at most 100 columns: what is under test, the primaries, the rest, the verdict in
 * words. */
void comparison_print_text(const struct comparison *c, FILE *to);

/*
 * For a pull request or a mail. What a comment on GitHub has no room for is counted and left out:
 * exploratory rows, then primaries, of these regressions last. -ENOMEM.
 */
int comparison_print_markdown(const struct comparison *c, FILE *to);

/* One test case a metric; a regression of a primary fails. What is undecided is skipped; of the
 * primaries it is an error where a decision is required. */
void comparison_print_junit(const struct comparison *c, FILE *to);

/* doc/schema/cgchurn-comparison-1.json. -ENOMEM. */
int comparison_print_json(const struct comparison *c, FILE *to);

/*
 * "migrations became 58x faster at p50": one clause a primary, in its order. `index` below
 * n_primaries; `buf` takes PRINT_CLAUSE_SIZE bytes.
 */
#define PRINT_CLAUSE_SIZE 320
const char *print_clause(const struct comparison *c, size_t index, char buf[PRINT_CLAUSE_SIZE]);

/* The scope of the verdicts: "" between boots, else " (this boot only)". */
const char *print_scope(const struct comparison *c);

/* Cells. `buf` takes PRINT_CELL_SIZE bytes. */
#define PRINT_CELL_SIZE 64
const char *print_value(enum metric_kind kind, double value, char *buf); /* "6.05 ms", "17 %" */
const char *print_ratio(double shift, char *buf);  /* "0.0172", "1/1860", "1.007", "from 0" */
const char *print_change(double shift, char *buf); /* "58x", "8.6 %" */

#define PRINT_LABEL_SIZE 160
/* "95 % interval"; of primaries judged by looks, what an interval is there (looks.h). */
const char *print_interval_name(const struct comparison *c, bool primary);
const char *print_label(const struct metric *m, char buf[PRINT_LABEL_SIZE]); /* "storm cycle p50" */

/* The cells of a metric's row, the same in all formats. */
struct print_cells {
	char label[PRINT_LABEL_SIZE];
	char base[PRINT_CELL_SIZE], new[PRINT_CELL_SIZE], ratio[PRINT_CELL_SIZE];
	char interval[PRINT_CELL_SIZE]; /* "0.98..1.02" */
	char p[PRINT_CELL_SIZE];        /* "0.0022" */
	char verdict[PRINT_CELL_SIZE];  /* with the minimum detectable change where inconclusive */
};
void print_cells(const struct metric *m, struct print_cells *ret);

/* The percentiles of the shift function. */
#define PRINT_QUANTILES 12
extern const double print_quantiles[PRINT_QUANTILES];

/* A value of a fact for people: digests are shortened. `buf` takes 256 bytes. */
const char *print_fact(const struct fact *fact, int side, char buf[256]);

/*
 * The sentence that `n` units ("boots") per side cannot decide `metrics` primary metrics; NULL
 * where they can.
 */
const char *print_reach(const size_t n[2], bool paired, size_t metrics, const char *units,
			char buf[PRINT_CLAUSE_SIZE]);

/* The same of a comparison. */
const char *print_limits(const struct comparison *c, char buf[PRINT_CLAUSE_SIZE]);

#endif
