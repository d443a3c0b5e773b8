/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small whole-file reads and writes through descriptors; replace.h has what users name. */
#ifndef CGCHURN_BASE_IO_H
#define CGCHURN_BASE_IO_H

#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads at most `size` - 1 bytes of `path` relative to `dirfd` (AT_FDCWD works) into `buf` and
 * terminates it. One trailing newline is dropped. For attributes of /proc, /sys and cgroups.
 * Returns the length, or a negative errno; -E2BIG where the file is larger.
 */
ssize_t io_read_attr(int dirfd, const char *path, char *buf, size_t size);

/*
 * The value of "key N" in a flat-keyed file; with `key` NULL, of a file that holds one number. Or a
 * negative errno; -ENODATA where the file lacks the key.
 */
int64_t io_read_number(int dirfd, const char *path, const char *key);

/* Opens a folder for readdir(3). NULL with errno. */
DIR *io_open_folder(int dirfd, const char *path);

/* Writes `text` in one write(2), as kernel attributes want it. 0 or a negative errno. */
int io_write_attr(int dirfd, const char *path, const char *text);

/*
 * The whole of a regular file or pipe, up to `limit` bytes, terminated; the caller frees. -EFBIG
 * where it is longer, -EISDIR for a folder. `ret_size` may be NULL and does not count the NUL.
 */
int io_read_all(int dirfd, const char *path, size_t limit, char **ret_text, size_t *ret_size);

/* The same from an open descriptor, from where it stands; the descriptor stays open. */
int io_read_fd(int fd, size_t limit, char **ret_text, size_t *ret_size);

/* All of it, through short writes and EINTR. 0 or a negative errno. */
int io_write_all(int fd, const void *data, size_t size);

/* The running program's absolute path; "" where it cannot be told. */
void io_own_path(char ret[PATH_MAX]);

/*
 * Where a file of the program's own lies: at `built`, relative to the running program's folder
 * ("../workloads"), so that a build can be tried without installing it and no build folder is
 * compiled in; else at `installed`, an absolute path. -ENOENT where neither exists; `ret` then
 * holds `installed` for the message.
 */
int io_find_own(const char *built, const char *installed, char ret[PATH_MAX]);

#endif
