/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static ssize_t read_once(int fd, void *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t io_read_attr(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_fd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;

	if (fd < 0)
		return -errno;
	while (used < size) {
		ssize_t n = read_once(fd, buf + used, size - used);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	if (used == size)
		return -E2BIG;
	if (used && buf[used - 1] == '\n')
		used--;
	buf[used] = '\0';
	return (ssize_t)used;
}

int64_t io_read_number(int dirfd, const char *path, const char *key)
{
	char text[4096];
	size_t length = key ? strlen(key) : 0;
	ssize_t r = io_read_attr(dirfd, path, text, sizeof(text));

	if (r < 0)
		return r;
	if (!key)
		return strtoll(text, NULL, 10);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
	}
	return -ENODATA;
}

DIR *io_open_folder(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		close_fd(fd);
	return dir;
}

int io_write_attr(int dirfd, const char *path, const char *text)
{
	_cleanup_fd int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t size = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, text, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

static int read_to_end(int fd, size_t limit, char **buf, size_t *used)
{
	size_t size = 0;

	for (;;) {
		ssize_t n;

		if (*used + 1 >= size) {
			char *grown = realloc(*buf, size = size ? size * 2 : 16384);

			if (!grown)
				return -ENOMEM;
			*buf = grown;
		}
		n = read_once(fd, *buf + *used, size - *used - 1);
		if (n <= 0)
			return (int)n;
		*used += (size_t)n;
		if (*used > limit)
			return -EFBIG;
	}
}

int io_read_fd(int fd, size_t limit, char **ret_text, size_t *ret_size)
{
	_cleanup_free char *buf = NULL;
	size_t used = 0;
	int r = read_to_end(fd, limit, &buf, &used);
	if (r < 0)
		return r;
	buf[used] = '\0';
	*ret_text = steal_ptr(buf);
	if (ret_size)
		*ret_size = used;
	return 0;
}

int io_read_all(int dirfd, const char *path, size_t limit, char **ret_text, size_t *ret_size)
{
	_cleanup_fd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : io_read_fd(fd, limit, ret_text, ret_size);
}

int io_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

void io_own_path(char ret[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	ret[n < 0 ? 0 : n] = '\0';
}

/* The program's folder, without a final slash; "" where it cannot be told. */
static void own_folder(char ret[PATH_MAX])
{
	char *slash;

	io_own_path(ret);
	slash = strrchr(ret, '/');
	*(slash ? slash : ret) = '\0';
}

int io_find_own(const char *built, const char *installed, char ret[PATH_MAX])
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
