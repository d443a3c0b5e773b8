/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stressor: one kind of actor. One const struct, stressor_NAME, in one file NAME.c, and one line
 * in the list of meson.build.
 *
 * setup() runs before the gate and may do anything; it returns 0, or a negative errno after
 * worker_fail(). step() does one scheduled operation, calls worker_start() first, records its
 * spans, counts its failures and goes on: nothing that a step meets ends the worker. teardown()
 * ends and reaps what setup() made, also when setup() failed half-way.
 */
#ifndef CGCHURN_STRESSOR_STRESSOR_H
#define CGCHURN_STRESSOR_STRESSOR_H

#include "stressor/worker.h"
#include "workload/kind.h"

struct stressor {
	struct kind kind; /* name, summary, spans, options: what a workload may say of it */
	int (*setup)(struct worker *w); /* NULL: nothing to do */
	void (*step)(struct worker *w);
	void (*teardown)(struct worker *w); /* NULL: nothing to do */
};

/* A kind's tables: `spans` and `options` of the file, and the struct that the options fill. */
/* clang-format off */
#define STRESSOR_TABLES(type) \
	.spans = spans, .n_spans = sizeof(spans) / sizeof(spans[0]), \
	.options = options, .n_options = sizeof(options) / sizeof(options[0]), \
	.options_size = sizeof(type)
/* clang-format on */

/* NULL where there is none of this name. */
const struct stressor *stressor_find(const char *name);

/* What workloads may name. */
const struct kind_table *stressor_kinds(void);

/* A stressor's own struct in the worker's shared state, zeroed before setup(). */
#define STRESSOR_STATE(type, w)                                                          \
	({                                                                               \
		_Static_assert(sizeof(type) <= WORKER_STATE_SIZE, "state does not fit"); \
		(type *)(void *)(w)->state;                                              \
	})

#endif
