/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole program on a kernel that breaks one of its promises: the linker leads what the stress
 * writes and reads here (-Wl,--wrap). BROKEN names what is broken:
 *
 * kill    a write to cgroup.kill of a killer's subtree does nothing
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

int __real_io_write_attr(int dirfd, const char *path, const char *text);
int __wrap_io_write_attr(int dirfd, const char *path, const char *text);

static bool is_broken(const char *what)
{
	const char *broken = getenv("BROKEN");

	return broken && strcmp(broken, what) == 0;
}

/* Whether the folder is what a killer kills (actor_kills()). */
static bool is_victim(int dirfd)
{
	char link[32], path[512];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return strstr(path, "/arena/kill-") && strstr(path, "/victim");
}

int __wrap_io_write_attr(int dirfd, const char *path, const char *text)
{
	if (is_broken("kill") && strcmp(path, "cgroup.kill") == 0 && is_victim(dirfd))
		return 0;
	return __real_io_write_attr(dirfd, path, text);
}
