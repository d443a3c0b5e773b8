/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `run` prints at its end. */
#ifndef CGCHURN_COMMAND_RUN_SHOW_H
#define CGCHURN_COMMAND_RUN_SHOW_H

#include <stdbool.h>

#include "result/result.h"

/*
 * The table on standard output, unless `quiet`; where `output` is "-", the JSON there and the table
 * on standard error. `lost`: the result could not be written to its file, so rather than to lose it
 * the JSON is printed.
 */
void run_show(const struct result *r, const char *output, bool quiet, bool lost);

#endif
