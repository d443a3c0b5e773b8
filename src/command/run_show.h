/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `run` prints at its end. */
#ifndef CGCHURN_COMMAND_RUN_SHOW_H
#define CGCHURN_COMMAND_RUN_SHOW_H

#include <stdbool.h>

#include "result/result.h"

/*
 * The table on standard output, unless `quiet`; where `output` is "-" or what io_is_replaced() says
 * no to, the JSON goes there and the table to standard error. Rather than to lose a result, the
 * JSON is printed where that fails, and where it was `lost` before: could not be written to its
 * file. JSON is printed without a trial, too. `in_part`: interrupted_explain() says where the
 * result is. 0, or the negative errno of writing to `output` now.
 */
int run_show(const struct result *r, const char *output, bool quiet, bool lost, bool in_part);

#endif
