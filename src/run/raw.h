/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every sample of a trial as text, so that others can compute what we publish: a file
 * WORKLOAD-trial-N.csv a trial, with the header
 *
 *	actor,worker,span,time,offset_ns,value_ns
 *
 * offset_ns counts from the window's start: of the intended start where there is a schedule, of the
 * actual one in a closed loop. Rows of one worker are in the order of its steps; those of different
 * workers are mixed.
 */
#ifndef CGCHURN_RUN_RAW_H
#define CGCHURN_RUN_RAW_H

#include <stdio.h>

#include "base/err.h"
#include "run/workers.h"

struct raw_file {
	FILE *file;
	const struct plan *plan;
	int error; /* the first errno of a write, or 0 */
};

/* Makes the folder where it is missing. EXIT_USAGE in `e`. */
int raw_folder_prepare(const char *folder, struct err *e);

/* EXIT_CANNOT in `e`. A file of that name is replaced. */
int raw_file_open(struct raw_file *f, const char *folder, const struct plan *plan, uint64_t trial,
		  struct err *e);

/* Takes what the workers' rings hold; where `f` is NULL, nothing. */
void raw_file_drain(struct raw_file *f, const struct workers *workers);

/* How many samples found a ring full. */
uint64_t raw_lost(const struct workers *workers);

/* Closes; 0 or the negative errno of the first failed write. */
int raw_file_close(struct raw_file *f);

#endif
