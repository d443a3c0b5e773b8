/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be known beside the verdicts of a whole comparison, because these alone would mislead:
 * every format shows all of it.
 */
#ifndef CGCHURN_COMPARE_REMARKS_H
#define CGCHURN_COMPARE_REMARKS_H

#include <stddef.h>

#define REMARK_TEXT_SIZE 400

struct comparison;

struct remark {
	const char *word;            /* stable, for programs: "order", "given-up" */
	char text[REMARK_TEXT_SIZE]; /* one sentence or more, for people */
};

struct remarks {
	struct remark *items;
	size_t n;
};

/* Of a comparison with all its verdicts. Fills c->remarks, to be released also after -ENOMEM. */
int remarks_list(struct comparison *c);
void remarks_finish(struct remarks *r);

#endif
