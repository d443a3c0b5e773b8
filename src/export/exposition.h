/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Prometheus scrapes, in its own text format (version 0.0.4) and as OpenMetrics 1.0: the same
 * families but for a few words. Gauges for the percentiles of a finished run, one histogram, no
 * timestamps (the textfile collector refuses them); labels are few and their values too.
 */
#ifndef CGCHURN_EXPORT_EXPOSITION_H
#define CGCHURN_EXPORT_EXPOSITION_H

#include "export/export.h"

void exposition_write(const struct export_source *source, FILE *to, bool open_metrics);

#endif
