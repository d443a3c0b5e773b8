/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that read results share. */
#ifndef CGCHURN_COMMAND_RESULTS_H
#define CGCHURN_COMMAND_RESULTS_H

#include <stdio.h>

#include "base/err.h"
#include "command/command.h"
#include "compare/inputs.h"

/* inputs_open() of all paths; prints what was skipped. inputs_finish() in any case. */
int results_open(struct inputs *inputs, char *const *paths, size_t n, struct err *e);

/*
 * Runs `work` in a confined process (confined_make()) and writes what it printed to `output`,
 * replaced whole, or to standard output where that is NULL.
 */
int results_make(int (*work)(void *data, FILE *to, struct err *e), void *data, const char *output,
		 struct err *e);

/* Refuses a --max-boots that looks cannot be planned for: EXIT_USAGE in `e`. */
int results_check_max_boots(const struct option_u64 *max_boots, bool paired, struct err *e);

#endif
