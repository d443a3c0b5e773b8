/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of the page. Each prints nothing where the results have no data for it. */
#ifndef CGCHURN_REPORT_SECTION_H
#define CGCHURN_REPORT_SECTION_H

#include "report/model.h"

void section_summary(struct report *r);     /* the outcome, in words */
void section_verdicts(struct report *r);    /* the comparison, with intervals as a forest plot */
void section_attribution(struct report *r); /* time by cause */
void section_sweeps(struct report *r);      /* curves over a number, with the knee */
void section_workloads(struct report *r);   /* figures and pictures of each */
void section_grids(struct report *r);       /* forkers x migrators */
void section_history(struct report *r);
void section_machines(struct report *r); /* what differs between the groups, and what they are */

#endif
