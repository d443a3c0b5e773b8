/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Empties the group FOLDER and removes what lies below it as on a kernel without cgroup.kill
 * (before 5.14): the linker leads writes of attributes here (-Wl,--wrap), and that one finds no
 * file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "cgroup/group.h"

int __real_io_write_attr(int dirfd, const char *path, const char *text);
int __wrap_io_write_attr(int dirfd, const char *path, const char *text);

int __wrap_io_write_attr(int dirfd, const char *path, const char *text)
{
	return strcmp(path, "cgroup.kill") == 0 ? -ENOENT : __real_io_write_attr(dirfd, path, text);
}

int main(int argc, char **argv)
{
	uint64_t deadline = clock_now_ns() + 5 * NS_PER_S;
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1, r;

	if (fd < 0)
		return EXIT_USAGE;
	r = group_kill(fd);
	if (r == 0)
		r = group_wait_empty(fd, deadline);
	if (r == 0)
		r = group_remove_below(fd, deadline);
	if (r < 0)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-r));
	return r < 0 ? EXIT_FAULT : EXIT_DONE;
}
