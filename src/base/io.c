/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
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

/* The directory of `path` as a descriptor, and its last component in `name`. */
static int open_parent(const char *path, char name[NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	_cleanup_free char *parent = NULL;
	int fd;

	if (!*last)
		return -EISDIR;
	if (strlen(last) > NAME_MAX - 24)
		return -ENAMETOOLONG;
	parent = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!parent)
		return -ENOMEM;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	strcpy(name, last);
	return fd;
}

static int write_synced(int dirfd, const char *name, const void *data, size_t size)
{
	_cleanup_fd int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return -errno;
	r = io_write_all(fd, data, size);
	if (r < 0)
		return r;
	/* A pipe-like or in-memory file system may not know fsync; that is not a lost result. */
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		return -errno;
	return 0;
}

static int check_replaceable(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0) < 0 || S_ISREG(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode) ? -EISDIR : -EOPNOTSUPP;
}

int io_replace_file(const char *path, const void *data, size_t size)
{
	char name[NAME_MAX + 1], temporary[NAME_MAX + 32];
	_cleanup_fd int dirfd = open_parent(path, name);
	uint64_t random;
	int r;

	if (dirfd < 0)
		return dirfd;
	r = check_replaceable(dirfd, name);
	if (r < 0)
		return r;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(temporary, sizeof(temporary), ".%s.%016llx", name, (unsigned long long)random);
	r = write_synced(dirfd, temporary, data, size);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		unlinkat(dirfd, temporary, 0);
	return r;
}
