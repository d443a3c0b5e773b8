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

char *export_tag(const struct result *r)
{
	const char *host = r->host.name ? r->host.name : "", *label = r->label ? r->label : "";
	char *tag;

	if (asprintf(&tag, "%s%s%s%s%s", host, *host ? " " : "", label, *label ? " " : "",
		     r->started_at) < 0)
		return NULL;
	return tag;
}
