/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that cgchurn starts: cgchurn-worker and cgchurn-child. */
#ifndef CGCHURN_RUN_HELPERS_H
#define CGCHURN_RUN_HELPERS_H

#include <limits.h>

#include "base/err.h"
#include "run/instrument.h"

struct helpers {
	char worker[PATH_MAX], child[PATH_MAX]; /* absolute */
};

/* EXIT_CANNOT in `e` where one of them is missing. */
int helpers_find(struct helpers *ret, struct err *e);

/* The same for cgchurn-subject alone, which only the stress needs. */
int helpers_find_subject(char ret[PATH_MAX], struct err *e);

/* Starts a worker that measures what measuring costs, and waits for it; some 50 ms, 60 s at most.
 */
int helpers_measure_instrument(const struct helpers *h, struct instrument *ret, struct err *e);

#endif
