/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/name.h"

#include <stdio.h>

#include "base/escape.h"

const char *export_name(const struct result_run *run, const struct series *s,
			char buf[EXPORT_NAME_SIZE])
{
	snprintf(buf, EXPORT_NAME_SIZE, "%s/%s/%s/%s", run->workload, s->id.actor, s->id.span,
		 span_time_names[s->id.time]);
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

static const char *find_own(const char *const *own, char c)
{
	while (*own && **own != c)
		own++;
	return *own ? *own + 1 : NULL;
}

void export_print(const char *text, const char *const *own, FILE *to)
{
	size_t length;

	for (; *text; text += length) {
		bool hidden = escape_hides(text, &length);
		const char *other = find_own(own, *text);

		if (other)
			fputs(other, to);
		else if (hidden)
			putc('?', to);
		else
			fwrite(text, 1, length, to);
	}
}
