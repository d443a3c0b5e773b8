/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where workload files lie: CGCHURN_WORKLOADS (a folder) where it is set, else workloads/ beside
 * the source tree the program was built from while it runs from its build folder, else the
 * installed folder (DATADIR/cgchurn/workloads).
 */
#ifndef CGCHURN_WORKLOAD_CATALOGUE_H
#define CGCHURN_WORKLOAD_CATALOGUE_H

#include <limits.h>
#include <stddef.h>

#include "base/err.h"

/*
 * NAME_OR_PATH: with a slash or ending in ".json" it is a path as it stands, else NAME.json in the
 * folder of workloads. EXIT_USAGE in `e`, with near names as a hint, where there is none.
 */
int catalogue_find(const char *name_or_path, char ret_path[PATH_MAX], struct err *e);

/* All workloads of the folder, by name, ascending. The caller frees with catalogue_free(). */
int catalogue_list(char ***ret_paths, size_t *ret_n, struct err *e);
void catalogue_free(char **paths, size_t n);

#endif
