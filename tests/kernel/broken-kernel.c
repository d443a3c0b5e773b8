/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole program on a kernel that breaks one of its promises: the linker leads what the stress
 * writes and reads here (-Wl,--wrap). BROKEN names what is broken:
 *
 * kill    a write to cgroup.kill of a killer's subtree does nothing
 * thaw    a group that was frozen stays so
 * notify  nobody who polls cgroup.events is woken (waiter.h)
 * enter   the round runner stays at its way into its group, for the test to freeze it there
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

int __real_io_write_attr(int dirfd, const char *path, const char *text);
int __wrap_io_write_attr(int dirfd, const char *path, const char *text);
int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *signals);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *signals);

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
	return strstr(path, "/test-groups/kill-") && strstr(path, "/victim");
}

int __wrap_io_write_attr(int dirfd, const char *path, const char *text)
{
	if (is_broken("kill") && strcmp(path, "cgroup.kill") == 0 && is_victim(dirfd))
		return 0;
	if (is_broken("enter") && strcmp(path, "staff/cgroup.procs") == 0)
		pause();
	if (is_broken("thaw") && strcmp(path, "cgroup.freeze") == 0 && strcmp(text, "0") == 0)
		return 0;
	return __real_io_write_attr(dirfd, path, text);
}

/* Three descriptors are a waiter's; others wait for a group to empty, and go on to do so. */
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *signals)
{
	if (is_broken("notify") && n == 3 && fds[0].events == POLLPRI)
		fds[0].fd = -1;
	return __real_ppoll(fds, n, t, signals);
}
