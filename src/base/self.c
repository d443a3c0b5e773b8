/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/self.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The program's folder, without a final slash; "" where it cannot be told. */
static void own_folder(char ret[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);
	char *slash;

	ret[n < 0 ? 0 : n] = '\0';
	slash = strrchr(ret, '/');
	*(slash ? slash : ret) = '\0';
}

int self_find(const char *built, const char *installed, char ret[PATH_MAX])
{
	char folder[PATH_MAX], path[2 * PATH_MAX];

	own_folder(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, built);
	if (strlen(path) < PATH_MAX && access(path, F_OK) == 0) {
		strcpy(ret, path);
		return 0;
	}
	snprintf(ret, PATH_MAX, "%s", installed);
	return access(ret, F_OK) == 0 ? 0 : -ENOENT;
}
