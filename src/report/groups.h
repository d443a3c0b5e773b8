/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which results belong together; inside src/report/ only. */
#ifndef CGCHURN_REPORT_GROUPS_H
#define CGCHURN_REPORT_GROUPS_H

#include "report/model.h"

/* Finds or makes the group of a result. EXIT_USAGE in `e` where there would be too many. */
int groups_place(struct report *r, size_t argument, const struct result *result, size_t *ret,
		 struct err *e);

/* Names them by what sets them apart. -ENOMEM. */
int groups_name(struct report *r);

#endif
