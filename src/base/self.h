/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the running program's own files lie: beside it in its build folder, else where it was
 * installed. So a build can be tried without installing it, and no build folder's path is compiled
 * in.
 */
#ifndef CGCHURN_BASE_SELF_H
#define CGCHURN_BASE_SELF_H

#include <limits.h>

/*
 * `built` is relative to the folder of the program ("../workloads"), `installed` absolute. The
 * first that exists, as an absolute path. -ENOENT where neither does; `ret` then holds `installed`
 * for the message.
 */
int self_find(const char *built, const char *installed, char ret[PATH_MAX]);

#endif
