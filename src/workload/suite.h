/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A suite: workloads that are run together, as a JSON file names them:
 *
 *	{ "schema": "cgchurn-suite/1", "name": "headline", "why": "...",
 *	  "workloads": ["migrate-under-fork", ...] }
 */
#ifndef CGCHURN_WORKLOAD_SUITE_H
#define CGCHURN_WORKLOAD_SUITE_H

#include <stddef.h>

#include "base/err.h"
#include "workload/workload.h"

#define SUITE_SCHEMA "cgchurn-suite/1"
#define SUITE_WORKLOADS_MAX 1000

struct suite {
	char name[WORKLOAD_NAME_SIZE];
	char *why;
	char **workloads; /* names in the catalogue, or paths */
	size_t n_workloads;
};

/* Reads a suite file, as strictly as a workload. The caller frees with suite_finish(). */
int suite_load(const char *path, struct suite *ret, struct err *e);
void suite_finish(struct suite *s); /* a zeroed struct is fine */

#endif
