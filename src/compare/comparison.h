/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both sides, what was asked, and what came out: everything that a report of a comparison shows.
 */
#ifndef CGCHURN_COMPARE_COMPARISON_H
#define CGCHURN_COMPARE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "compare/data.h"
#include "compare/metric.h"

#define COMPARISON_SCHEMA "cgchurn-comparison/1"

struct comparison_options {
	double tolerance; /* above 0: for all metrics; 0: the workloads' own */
	bool paired;      /* units of one block are a pair */
	size_t max_blocks; /* above 0: judge by looks after each block, of at most so many (looks.h) */
	uint64_t seed;
	bool decision_required;  /* what is undecided is an error, in formats that have such */
	bool primaries_only;     /* leave the exploratory rest and the remarks out */
	struct decider *decider; /* to use; NULL: one of its own */
};

/* What must be known beside the verdicts, because these alone would mislead: in every format. */
#define REMARK_TEXT_SIZE 400
struct remark {
	const char *word;            /* stable, for programs: "order", "given-up" */
	char text[REMARK_TEXT_SIZE]; /* one sentence or more, for people */
};

struct remarks {
	struct remark *items;
	size_t n;
};

struct comparison {
	const struct data *data; /* the caller's; lives as long */
	struct comparison_options options;
	struct metrics metrics;
	struct remarks remarks; /* on all of it, the gravest first */
	size_t blocks;          /* that were complete, where these are looked at */
	size_t n_tested;   /* primaries that could be estimated: the family of Holm's correction */
	double smallest_p; /* that units of these numbers can reach */
};

/*
 * Compares. The facts must have been judged, and `d` arranged. EXIT_USAGE in `e` where the sides
 * have no workload in common. With `paired`: EXIT_USAGE in `e` where units cannot be paired by
 * their blocks, or are too few to decide that many primaries (2^n >= 40 m). With `max_blocks`:
 * EXIT_USAGE in `e` where units have no blocks in ascending order, or more of them. -ENOMEM.
 */
int comparison_make(const struct data *d, const struct comparison_options *options,
		    struct comparison *ret, struct err *e);
void comparison_finish(struct comparison *c);

/*
 * EXIT_REGRESSION for a regression among the primaries (exploratory metrics alarm nobody), else
 * EXIT_DONE. `decision_required`: EXIT_INCONCLUSIVE where a primary is undecided, where there is
 * none, or where only one boot was looked at; a regression found between boots comes first.
 */
enum exit_code comparison_exit_code(const struct comparison *c, bool decision_required);

/* The fewest units a side with which each primary of the family can be decided. */
size_t comparison_units_needed(const struct comparison *c);

/* Whether more blocks could decide a primary; false without `max_blocks`. */
bool comparison_is_open(const struct comparison *c);

/* How many primaries have this verdict. */
size_t comparison_count(const struct comparison *c, enum verdict verdict);

/*
 * remarks.c, for a comparison with all its verdicts: fills c->remarks, to be released also after
 * -ENOMEM.
 */
int remarks_list(struct comparison *c);
void remarks_finish(struct remarks *r);

/* estimate.c, inside src/compare/ only. */

/* Fills the decision's estimate and the typical values. Where there is none, the reason. -ENOMEM.
 */
int estimate_metric(const struct data *d, const struct comparison_options *options,
		    struct decider *decider, struct metric *m);

/* Writes the reason of a verdict that was just given. `hardest`: by how much the correction
 * multiplies the smallest p that there can be, at the least. */
void estimate_explain(const struct data *d, struct metric *m, size_t hardest);

/*
 * After the verdicts: a primary whose workload's runs are a selection (data.h) is undecided, except
 * where it is a regression all the same.
 */
void estimate_doubt_selection(const struct data *d, struct metric *m);

#endif
