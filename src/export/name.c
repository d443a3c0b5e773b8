/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/name.h"

#include <stdio.h>

const char *export_name(const struct result_run *run, const struct result_series *s,
			char buf[EXPORT_NAME_SIZE])
{
	snprintf(buf, EXPORT_NAME_SIZE, "%s/%s/%s/%s", run->workload, s->actor, s->span,
		 span_time_names[s->time]);
	return buf;
}
