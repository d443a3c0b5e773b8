/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workloads of one invocation, loaded and planned before anything is started. */
#ifndef CGCHURN_RUN_LIST_H
#define CGCHURN_RUN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "run/plan.h"
#include "workload/workload.h"

struct run_item {
	struct workload *workload;
	struct plan plan;
	bool planned;
	bool given_up; /* no more trials: this host cannot do it, or all are there */
};

struct run_list {
	struct run_item *items; /* in the order they were named */
	size_t n;
};

/*
 * Appends workloads by name or path. EXIT_USAGE in `e` where one cannot be read, or is named twice.
 * run_list_finish() in any case; a zeroed list is empty.
 */
int run_list_add(struct run_list *l, const char *const *names, size_t n,
		 const struct workload_overrides *overrides, struct err *e);

/* The same for one of them, under a name of its own (NULL: the workload's), so that it can
 * be there more than once. */
int run_list_add_as(struct run_list *l, const char *name,
		    const struct workload_overrides *overrides, const char *as, struct err *e);

/* The same for the workloads of a suite, by name or path. */
int run_list_add_suite(struct run_list *l, const char *suite,
		       const struct workload_overrides *overrides, struct err *e);

/* Plans those that are not planned yet, as plan_init(). */
int run_list_plan(struct run_list *l, const struct plan_settings *settings, struct err *e);

/* Warm-ups and windows of all trials together. */
uint64_t run_list_duration_ns(const struct run_list *l);

void run_list_finish(struct run_list *l);

#endif
