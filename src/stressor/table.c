/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "stressor/stressor.h"

/* The build's list (meson.build), once as declarations and once as the table. */
#define STRESSOR(name) extern const struct stressor stressor_##name;
#include "stressor/list.h"
#undef STRESSOR

#define STRESSOR(name) &stressor_##name,
static const struct stressor *const stressors[] = {
#include "stressor/list.h"
};
#undef STRESSOR

enum { N_STRESSORS = sizeof(stressors) / sizeof(stressors[0]) };

const struct stressor *stressor_find(const char *name)
{
	for (size_t i = 0; i < N_STRESSORS; i++)
		if (strcmp(stressors[i]->kind.name, name) == 0)
			return stressors[i];
	return NULL;
}

const struct kind_table *stressor_kinds(void)
{
	static const struct kind *kinds[N_STRESSORS];
	static const struct kind_table table = {kinds, N_STRESSORS};

	for (size_t i = 0; i < N_STRESSORS; i++)
		kinds[i] = &stressors[i]->kind;
	return &table;
}
