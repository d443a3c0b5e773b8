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

/* For how much the verdicts hold: "" between boots, else " (this boot only)". */
const char *print_scope(const struct comparison *c);

/* Cells. `buf` takes PRINT_CELL_SIZE bytes. */
#define PRINT_CELL_SIZE 64
const char *print_value(enum metric_kind kind, double value, char *buf); /* "6.05 ms", "17 %" */
const char *print_ratio(double shift, char *buf); /* "0.0172", "1/1860", "from 0", "-" */
const char *print_interval(const struct decision *d, char *buf); /* "0.98..1.02" */
const char *print_p(const struct decision *d, char *buf);        /* "0.0022" */
const char *print_change(double shift, char *buf);               /* "58x", "8.6 %" */
const char *print_verdict(const struct decision *d, char *buf);  /* with what could have shown */
const char *print_label(const struct metric *m, char *buf, size_t size); /* "storm cycle p50" */

/* The percentiles of the shift function, and one series of it. */
#define PRINT_QUANTILES 12
extern const double print_quantiles[PRINT_QUANTILES];

/* Of the pooled samples of a side; NAN where they do not support it. */
double print_quantile(const struct data_series *s, int side, double q);

/* A value of a fact for people: digests are shortened. `buf` takes 256 bytes. */
const char *print_fact(const struct fact *fact, int side, char buf[256]);

/*
 * A sentence on what so many `units` ("boots") a side cannot decide of `metrics` primary ones; NULL
 * where they can.
 */
const char *print_reach(const size_t n[2], bool paired, size_t metrics, const char *units,
			char buf[PRINT_CLAUSE_SIZE]);

/* The same of a comparison. */
const char *print_limits(const struct comparison *c, char buf[PRINT_CLAUSE_SIZE]);

#endif
