/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison wants to know of a workload beyond its primaries. */
#ifndef CGCHURN_COMPARE_SPEC_H
#define CGCHURN_COMPARE_SPEC_H

/* The warm-up of each trial in seconds; 0 where the text does not say or cannot be read. */
double spec_warmup_s(const char *spec);

#endif
