/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of figures a series, for the formats that carry text for people. */
#ifndef CGCHURN_EXPORT_SUMMARY_H
#define CGCHURN_EXPORT_SUMMARY_H

#include "result/pool.h"

#define EXPORT_SUMMARY_SIZE 256

/* "20 000 samples, 4 000/s, p50 61.0 us, p99 122 us, max 230 us, 3 errors" */
const char *export_summary(const struct series *s, char buf[EXPORT_SUMMARY_SIZE]);

/* Why a workload has no figures, as a sentence; NULL where it has some. */
const char *export_why_none(const struct pool *p);

#endif
