/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the program: one const struct in one file, and one line in meson.build.
 *
 * Options are data, so that parsing, --help, man pages and shell completions come from one place
 * and cannot drift apart. Parsed values lie in a struct of the command's own, at the offsets that
 * the table names; it is zeroed except for the fallbacks.
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
	OPTION_DURATION, /* struct option_u64, in ns; "500ms", "1.5s", "2m", "12h", bare seconds */
	OPTION_PERCENT,  /* double, a share in (0, 1]; 0: not given */
	OPTION_HELP,     /* --help, which every command has */
};

struct command_option {
	const char *name;     /* long, without the dashes */
	char letter;          /* short, or 0 */
	const char *argument; /* NULL for a flag; FILE, DIR and SUITE are completed as such */
	enum option_type type;
	size_t offset;              /* in the command's struct, or in the group's */
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE */
	uint64_t fallback;          /* of OPTION_U64 and OPTION_DURATION, where it is not given */
	const char *help;           /* may hold newlines; no final one */

	/* Without a name: the options of this table, whose struct lies at `offset`. */
	const struct command_option *group;
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
	const char *help;      /* paragraphs, indented ones are examples; no final newline */
	size_t min_arguments, max_arguments;  /* max SIZE_MAX: any number */
	const struct command_option *options; /* ends with a zeroed one; NULL: none */
	size_t options_size;

	/*
	 * Returns an exit code, or a negative errno with `e` filled, which the caller prints and
	 * ends with e->exit_code. NULL: the command is a script (command/script.h), which parses
	 * its arguments itself; the table is for --help, man pages and completions.
	 */
	int (*main)(const struct command_call *call, struct err *e);
};

/* Parses argv (argv[0] is the command's name), prints --help or runs it. Returns the exit code. */
int command_execute(const struct command *command, int argc, char **argv);

/* Whether terminal attributes may be printed: a terminal, and NO_COLOR is not set. */
bool command_wants_colour(FILE *to);

/*
 * The tables of commands (`commands` ends in NULL), options and stressors as JSON, from which man
 * pages and completions are made: {"version", "commands": [{"name", "summary", "arguments", "help",
 * "options": [{"name", "letter", "argument", "help", "repeats", "choices"}]}], "stressors":
 * [{"name", "summary"}]}. "letter" and "argument" are null where there is none, "choices" is empty
 * where any value may be given. 0 or -ENOMEM.
 */
int command_describe(const struct command *const *commands, const char *version, FILE *to);

#endif
