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

const struct kind_option *kind_find_option(const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->n_options; i++)
		if (strcmp(kind->options[i].name, name) == 0)
			return &kind->options[i];
	return NULL;
}

bool kind_option_counts(const struct kind *kind, const struct kind_option *option,
			const void *options)
{
	const struct kind_option *other =
		option->with ? kind_find_option(kind, option->with) : NULL;
	const char *where;
	uint64_t value;

	if (!other)
		return true;
	where = (const char *)options + other->offset;
	if (other->type == KIND_PATH)
		return *where != '\0';
	memcpy(&value, where, sizeof(value));
	return other->type == KIND_CHOICE ? option->with_choices >> value & 1 : value != 0;
}
