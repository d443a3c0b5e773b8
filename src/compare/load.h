/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From opened files to the data of a comparison; meant to run confined (seccomp/reader.h). */
#ifndef CGCHURN_COMPARE_LOAD_H
#define CGCHURN_COMPARE_LOAD_H

#include "base/err.h"
#include "compare/data.h"
#include "compare/inputs.h"

/* Reads and checks one; the caller destroys it. EXIT_USAGE in `e`. */
int load_result(struct input *input, struct result **ret, struct err *e);

/* Reads, checks and adds each file in turn, holding one at a time. EXIT_USAGE in `e`. */
int load_side(struct data *d, int side, struct inputs *inputs, struct err *e);

#endif
