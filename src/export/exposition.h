/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Prometheus scrapes, in its own text format (version 0.0.4) and as OpenMetrics 1.0: the same
 * families but for a few words. Gauges for the percentiles of a finished run, one histogram; labels
 * are few and their values too. No timestamps, which the textfile collector refuses, except in
 * OpenMetrics on demand: `promtool tsdb create-blocks-from openmetrics` takes those.
 */
#ifndef CGCHURN_EXPORT_EXPOSITION_H
#define CGCHURN_EXPORT_EXPOSITION_H

#include "export/export.h"

/* The functions of both exporters (struct exporter). */
int exposition_begin(struct export *x);
int exposition_add(struct export *x, const struct export_source *source);
int exposition_end(struct export *x, bool open_metrics);
void exposition_finish(struct export *x);

#endif
