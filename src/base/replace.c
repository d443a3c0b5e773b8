/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"

enum { LINKS_MAX = 40 }; /* as the kernel's MAXSYMLINKS */
enum { STALL_MS = 10000 };

enum kind {
	KIND_FILE,       /* a regular file, or nothing yet: replaced */
	KIND_DESCRIPTOR, /* one of our own, reached through /proc/self/fd */
	KIND_STREAM,     /* a character device, FIFO or socket: written to */
};

struct target {
	enum kind kind;
	int dirfd; /* of the folder it is in, once links are followed */
	int fd;    /* KIND_DESCRIPTOR */
	char name[NAME_MAX + 1];
};

static void target_finish(struct target *t)
{
	close_fd(t->dirfd);
}

#define _cleanup_target __attribute__((cleanup(target_finish)))

/* From the folder where it stands to where `path` leads from there. */
static int enter(struct target *t, const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	_cleanup_free char *parent = NULL;
	int fd;

	if (!*last)
		return *path ? -EISDIR : -ENOENT;
	if (strlen(last) > NAME_MAX)
		return -ENAMETOOLONG;
	parent = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!parent)
		return -ENOMEM;
	fd = openat(t->dirfd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close_fd(t->dirfd);
	t->dirfd = fd;
	strcpy(t->name, last);
	return 0;
}

/*
 * The kernel's rule under fs.protected_symlinks (may_follow_link() in fs/namei.c), which it cannot
 * apply here because the link is read and not followed: in a folder where everybody may make links,
 * only one's own and those of the folder's owner are followed.
 */
static int check_link(const struct target *t, const struct stat *link)
{
	const mode_t shared = S_ISVTX | S_IWOTH;
	struct stat folder;

	if (fstat(t->dirfd, &folder) < 0)
		return -errno;
	if ((folder.st_mode & shared) != shared || link->st_uid == geteuid() ||
	    link->st_uid == folder.st_uid)
		return 0;
	return -EACCES;
}

/* Whether the folder is /proc/self/fd, by whatever way it was reached. */
static bool is_own_descriptors(int dirfd)
{
	char link[48], here[PATH_MAX], own[PATH_MAX];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	return realpath(link, here) && realpath("/proc/self/fd", own) && strcmp(here, own) == 0;
}

/* A link of /proc leads to what is open, not to a name. Only our own descriptors are written to. */
static int take_descriptor(struct target *t)
{
	uint64_t number;

	if (!is_own_descriptors(t->dirfd) || num_parse_u64(t->name, &number) < 0)
		return -EOPNOTSUPP;
	t->kind = KIND_DESCRIPTOR;
	t->fd = (int)number;
	return 0;
}

static int take_kind(struct target *t, mode_t mode)
{
	if (S_ISDIR(mode))
		return -EISDIR;
	if (S_ISBLK(mode))
		return -EOPNOTSUPP;
	t->kind = S_ISREG(mode) ? KIND_FILE : KIND_STREAM;
	return 0;
}

/* One link further: 1. 0 where it stands at what is no link, or at nothing, with its kind. */
static int step(struct target *t)
{
	_cleanup_fd int fd = openat(t->dirfd, t->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[PATH_MAX];
	struct statfs fs;
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (!S_ISLNK(st.st_mode))
		return take_kind(t, st.st_mode);
	if (fs.f_type == PROC_SUPER_MAGIC)
		return take_descriptor(t);
	r = check_link(t, &st);
	if (r < 0)
		return r;
	n = readlinkat(fd, "", path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	r = enter(t, path);
	return r < 0 ? r : 1;
}

static int find(const char *path, struct target *t)
{
	int r = enter(t, path);

	if (r < 0)
		return r;
	r = 1;
	for (int links = 0; r == 1; links++)
		r = links > LINKS_MAX ? -ELOOP : step(t);
	return r;
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

static int replace(const struct target *t, const void *data, size_t size)
{
	char temporary[NAME_MAX + 32];
	uint64_t random;
	int r;

	if (strlen(t->name) > NAME_MAX - 24)
		return -ENAMETOOLONG;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(temporary, sizeof(temporary), ".%s.%016llx", t->name, (unsigned long long)random);
	r = write_synced(t->dirfd, temporary, data, size);
	if (r == 0 && renameat(t->dirfd, temporary, t->dirfd, t->name) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		unlinkat(t->dirfd, temporary, 0);
	return r;
}

/* Through a non-blocking descriptor, as long as somebody takes it. */
static int write_stream(const struct target *t, const char *data, size_t size)
{
	_cleanup_fd int fd = openat(t->dirfd, t->name,
				    O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	if (fd < 0)
		return -errno;
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n > 0) {
			data += n;
			size -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -errno;
		} else if (poll(&ready, 1, STALL_MS) == 0) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

int io_replace_file(const char *path, const void *data, size_t size)
{
	_cleanup_target struct target t = {.dirfd = AT_FDCWD};
	int r = find(path, &t);

	if (r < 0)
		return r;
	if (t.kind == KIND_FILE)
		return replace(&t, data, size);
	if (t.kind == KIND_STREAM)
		return write_stream(&t, data, size);
	/* What was printed before stands before it. */
	if (t.fd == STDOUT_FILENO)
		fflush(stdout);
	return io_write_all(t.fd, data, size);
}

bool io_is_replaced(const char *path)
{
	_cleanup_target struct target t = {.dirfd = AT_FDCWD};

	return find(path, &t) < 0 || t.kind == KIND_FILE;
}
