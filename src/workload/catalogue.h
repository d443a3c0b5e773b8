/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where workload files and suites lie: CGCHURN_WORKLOADS (a folder) where it is set, else
 * workloads/ in the build folder the program runs from, else the installed folder
 * (DATADIR/cgchurn/workloads). Suites lie in its sub-folder suites/, seccomp profiles in
 * profiles/.
 */
#ifndef CGCHURN_WORKLOAD_CATALOGUE_H
#define CGCHURN_WORKLOAD_CATALOGUE_H

#include <limits.h>
#include <stddef.h>

#include "base/err.h"
#include "workload/workload.h"

enum catalogue_section { CATALOGUE_WORKLOADS, CATALOGUE_SUITES, CATALOGUE_PROFILES };

/*
 * NAME_OR_PATH: with a slash or ending in ".json" it is a path as it stands, else NAME.json in the
 * folder of the section. EXIT_USAGE in `e`, with the nearest name as a hint, where there is none.
 */
int catalogue_find(enum catalogue_section section, const char *name_or_path,
		   char ret_path[PATH_MAX], struct err *e);

/* All files of the section, by name, ascending. The caller frees with array_free_texts(). */
int catalogue_list(enum catalogue_section section, char ***ret_paths, size_t *ret_n, struct err *e);

/*
 * A suite: workloads that are run together, as a JSON file names them:
 *
 *	{ "schema": "cgchurn-suite/1", "name": "headline", "why": "...",
 *	  "workloads": ["migrate-under-fork", ...] }
 */
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
