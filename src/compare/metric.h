/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One figure of one series that two sides are compared by. Per trial the logarithm of the figure;
 * per unit the median of its trials, or for a percentile, where the workload's plan says so, that
 * of all its trials' samples together. A share of samples above a threshold has no logarithm where
 * it is 0, so there a unit's value is the share itself and the interval comes from the bootstrap.
 */
#ifndef CGCHURN_COMPARE_METRIC_H
#define CGCHURN_COMPARE_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare/data.h"

#define METRIC_NOTES_MAX 8
#define METRIC_TEXT_SIZE 200

/* A share is judged only where this many samples lie above on at least one side, and found
 * equivalent only where they do on both. */
#define METRIC_SAMPLES_ABOVE 10

struct metric {
	size_t workload;
	const struct data_series *series; /* NULL: no side has it */
	struct series_id id;
	char metric[32];
	enum metric_kind kind;
	double percentile;
	uint64_t threshold_ns;
	const struct workload_primary *primary; /* belongs to the data; NULL: exploratory */
	double clock_step_ns;                   /* of the results' clocks (data_clock_step_ns) */
	bool pooled;       /* a unit's percentile is that of its pooled trials */
	size_t decided_at; /* the number of blocks of the look that closed it; 0: none */
	bool futile;       /* closed because more blocks would hardly decide it */
	bool selected;     /* undecided, because the runs that are left are a selection */
	struct decision decision;
	double typical[2];             /* the median of units; shares: their mean. NAN unknown */
	char reason[METRIC_TEXT_SIZE]; /* why this verdict */
};

/* What is to be looked at: primaries first, then the exploratory rest. */
struct metrics {
	struct metric *items;
	size_t n, n_primaries;
};

/*
 * The primaries of the workloads of either side, also where there is nothing to compare them with,
 * and for each series of both sides p50, p90, p99, the rate of each
 * actor's steps and the shares above thresholds, as far as all trials support them. `tolerance`
 * above 0 replaces the workloads' own. -ENOMEM.
 */
int metrics_list(const struct data *d, double tolerance, struct metrics *ret);
void metrics_finish(struct metrics *m);

/* Of the trials of one side, per unit. */
struct metric_sample {
	double *values; /* one a unit that has trials */
	size_t *units;  /* whose they are */
	size_t n;
	size_t trials;
	size_t parts;          /* that have a figure each: trials, or units where pooled */
	size_t missing;        /* parts whose figure has no logarithm; then n is 0 */
	size_t zeros;          /* of these, because it is 0; the others do not have it */
	double within_squares; /* of trials about their unit's mean */
	size_t within_degrees;
};

/* -ENOMEM. Not for shares. */
int metric_sample(const struct metric *m, int side, struct metric_sample *ret);
void metric_sample_finish(struct metric_sample *s);

/*
 * How far apart values of this sample may be that the figure cannot tell apart, as a logarithm. A
 * percentile is that of a bucket. A mean can be off by a step of the clock, where all samples are
 * off alike. A rate counts steps, of which one may end just before or just after the window.
 * Not for shares.
 */
double metric_resolution(const struct metric *m, int side, const struct metric_sample *s);

/* The figure of one trial, not its logarithm; NAN where its samples do not support it. */
double metric_of_trial(const struct metric *m, const struct data_trial *trial);

/* Tolerance of exploratory metrics. */
#define METRIC_EXPLORATORY_TOLERANCE 0.05

/* "ns", "1/s" or "" for shares. */
const char *metric_unit(const struct metric *m);

/*
 * Sentences about what differs beside the figure: failures, missed starts, scatter. Returns how
 * many. All but the last are of the series, and the same for each of its metrics.
 */
size_t metric_notes(const struct metric *m, char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE]);

/* The sentence about unequal scatter, which is of the metric; false where there is none. */
bool metric_note_scatter(const struct metric *m, char text[METRIC_TEXT_SIZE]);

/* The sentence about invalid trials of a workload; false where there are none. */
bool metric_note_invalid(const struct data *d, size_t workload, char text[METRIC_TEXT_SIZE]);

#endif
