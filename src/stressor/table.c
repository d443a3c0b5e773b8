/* SPDX-License-Identifier: GPL-2.0-or-later */
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

const struct kind_table *stressor_kinds(void)
{
	static const struct kind *kinds[N_STRESSORS];
	static const struct kind_table table = {kinds, N_STRESSORS};

	for (size_t i = 0; i < N_STRESSORS; i++)
		kinds[i] = &stressors[i]->kind;
	return &table;
}

/* The kind is what a stressor begins with. */
_Static_assert(offsetof(struct stressor, kind) == 0, "a kind's address is its stressor's");

const struct stressor *stressor_find(const char *name)
{
	return (const struct stressor *)kind_find(stressor_kinds(), name);
}
