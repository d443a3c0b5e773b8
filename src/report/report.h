/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTML page about one result or many. Results of one argument of the command line with the same
 * label, kernel and regime of the lock form a group. With two groups, the page contains their
 * comparison, and the first group is the base. Pure.
 */
#ifndef CGCHURN_REPORT_REPORT_H
#define CGCHURN_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "result/result.h"

#define REPORT_GROUPS_MAX 8 /* as many as a picture can distinguish */

struct report_settings {
	const char *title;          /* NULL: one of its own */
	const char *const *allowed; /* facts that may differ, as compare's --allow-different */
	size_t n_allowed;
	double tolerance;  /* above 0: for all metrics; 0: the workloads' own */
	bool paired;       /* units of one block are a pair */
	size_t max_blocks; /* above 0: looks after each block, as compare's --max-boots */
	bool pictures;
};

struct report;

int report_create(const struct report_settings *settings, struct report **ret); /* -ENOMEM */
void report_destroy(struct report *r);                                          /* NULL is fine */

/*
 * Adds a result and takes ownership, also on failure. `argument` is the number of its argument.
 * EXIT_USAGE in `e` for more than REPORT_GROUPS_MAX groups, or if the result is already there.
 */
int report_add(struct report *r, size_t argument, const char *origin, struct result *result,
	       struct err *e);

/* Adds the text of a file of `cgchurn sweep`. As sweep_view_read(). */
int report_add_sweep(struct report *r, const char *origin, const char *text, size_t size,
		     struct err *e);

/* Adds a result to the history; it stays the caller's and may be freed. As history_add(). */
int report_add_history(struct report *r, const char *origin, const struct result *result,
		       struct err *e);

/* EXIT_FAULT or EXIT_USAGE in `e`. */
int report_print(struct report *r, FILE *page, struct err *e);

#endif
