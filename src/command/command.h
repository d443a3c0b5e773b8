/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the program: one const struct in one file, and one line in meson.build.
 *
 * Options are data, so that parsing, --help, man pages and shell completions come from one place
 * and cannot drift apart. Parsed values lie in a zeroed struct of the command's own, at the offsets
 * that the table names.
 */
#ifndef CGCHURN_COMMAND_COMMAND_H
#define CGCHURN_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct option_u64 {
	uint64_t value;
	bool given;
};

struct option_double {
	double value;
	bool given;
};

struct option_strings {
	const char **items; /* in the order given; freed by the caller of command_execute() */
	size_t n;
};

enum option_type {
	OPTION_FLAG,     /* bool */
	OPTION_STRING,   /* const char *; the last one wins */
	OPTION_CHOICE,   /* const char *, one of `choices` */
	OPTION_STRINGS,  /* struct option_strings; may be given several times */
	OPTION_U64,      /* struct option_u64 */
	OPTION_DOUBLE,   /* struct option_double */
	OPTION_DURATION, /* struct option_u64, in ns; "500ms", "1.5s", "2m", "12h", bare seconds */
};

struct command_option {
	const char *name; /* long, without the dashes */
	char letter;      /* short, or 0 */
	enum option_type type;
	size_t offset;
	const char *argument;       /* NULL for a flag; FILE, DIR and SUITE are completed as such */
	const char *help;           /* may hold newlines; no final one */
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE */
};

struct command_call {
	const void *options; /* the command's own struct */
	char **arguments;    /* what is not an option */
	size_t n_arguments;
};

struct command {
	const char *name;
	const char *summary;   /* one line for the list of commands */
	const char *arguments; /* "[WORKLOAD...]", or "" */
	const char *help;      /* some paragraphs that teach, with an example; no final newline */
	size_t min_arguments, max_arguments; /* max SIZE_MAX: any number */
	const struct command_option *options;
	size_t n_options;
	size_t options_size;

	/*
	 * Returns an exit code, or a negative errno with `e` filled, which the caller prints and
	 * ends with e->exit_code.
	 */
	int (*main)(const struct command_call *call, struct err *e);
};

/* Parses argv (argv[0] is the command's name), prints --help or runs it. Returns the exit code. */
int command_execute(const struct command *command, int argc, char **argv);

/* --help, which every command has beside its own options. */
extern const struct command_option command_help_option;

/* What `--help` prints. */
void command_print_help(const struct command *command, FILE *to);

#endif
