/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that are scripts, found in the libexec folder, or beside a program that was built and
 * not installed. Their tables are generated (script_tables.py).
 */
#ifndef CGCHURN_COMMAND_SCRIPT_H
#define CGCHURN_COMMAND_SCRIPT_H

#include "base/err.h"

/*
 * Becomes the script argv[0] with the arguments after it. CGCHURN in its environment is the path of
 * this program. Returns only where it cannot: a negative errno with `e` filled.
 */
int script_execute(char **argv, struct err *e);

#endif
