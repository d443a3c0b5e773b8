/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workload/kind.h"

#include <string.h>

const struct kind *kind_find(const struct kind_table *table, const char *name)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->kinds[i]->name, name) == 0)
			return table->kinds[i];
	return NULL;
}

uint32_t kind_spans_on(const struct kind *kind, const void *options)
{
	uint32_t all = (UINT32_C(1) << kind->n_spans) - 1;

	return kind->spans_on ? kind->spans_on(options) & all : all;
}

int kind_span_index(const struct kind *kind, const char *span)
{
	for (size_t i = 0; i < kind->n_spans; i++)
		if (strcmp(kind->spans[i].name, span) == 0)
			return (int)i;
	return -1;
}

void kind_defaults(const struct kind *kind, void *options)
{
	memset(options, 0, KIND_OPTIONS_SIZE);
	for (size_t i = 0; i < kind->n_options; i++) {
		const struct kind_option *option = &kind->options[i];

		if (option->type != KIND_PATH)
			memcpy((char *)options + option->offset, &option->fallback,
			       sizeof(option->fallback));
	}
}
