/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that reach a person.
 *
 * Functions return 0 or a negative errno; those whose failure a user will read about also fill a
 * `struct err` with the sentence, what would help, and the exit code the command should end with.
 * Library code never prints: the command that holds the struct does. Outputs named `ret_` are left
 * untouched on failure.
 */
#ifndef CGCHURN_BASE_ERR_H
#define CGCHURN_BASE_ERR_H

#include <stdio.h>

/* What the program's exit status means; part of the command-line contract. */
enum exit_code {
	EXIT_DONE = 0,         /* done, and no regression */
	EXIT_REGRESSION = 1,   /* a regression, or a broken invariant */
	EXIT_USAGE = 2,        /* wrong usage or bad input; nothing was started */
	EXIT_INCONCLUSIVE = 3, /* a decision was required and could not be made */
	EXIT_CANNOT = 4,       /* this host cannot do it */
	EXIT_FAULT = 5,        /* a fault of cgchurn itself */
	EXIT_INTERRUPTED = 130 /* by a signal; what was finished is saved */
};

struct err {
	enum exit_code exit_code;
	char text[1024]; /* one sentence, without a newline; "" where nothing was set */
	char hint[512];  /* what would help; "" where there is no advice */
};

/*
 * Fills `e` (may be NULL) and returns the negative errno, so that it can end a function:
 *
 *	return err_set(e, EXIT_USAGE, EINVAL, "%s: no such actor", name);
 *
 * `errnum` is positive; 0 becomes EINVAL, so that a failure can never look like success. An error
 * that was set earlier is replaced and its hint cleared.
 */
int err_set(struct err *e, enum exit_code exit_code, int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Memory ran out: EXIT_FAULT. Always -ENOMEM. */
int err_no_memory(struct err *e);

/* As err_set(), with ": <text of errnum>" appended. */
int err_sys(struct err *e, enum exit_code exit_code, int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds what would help. Returns nothing; meant to follow err_set(). */
void err_hint(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "cgchurn: text" and the hint below it, control characters of untrusted input masked. */
void err_print(const struct err *e, FILE *to);

#endif
