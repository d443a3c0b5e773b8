/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small whole-file reads and writes through descriptors, and atomic replacement of a file. */
#ifndef CGCHURN_BASE_IO_H
#define CGCHURN_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads at most `size` - 1 bytes of `path` relative to `dirfd` (AT_FDCWD works) into `buf` and
 * terminates it. One trailing newline is dropped. For attributes of /proc, /sys and cgroups.
 * Returns the length, or a negative errno; -E2BIG where the file is larger.
 */
ssize_t io_read_attr(int dirfd, const char *path, char *buf, size_t size);

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

/*
 * Replaces `path` by a file with this content: a temporary file beside it, fsync, rename. A reader
 * sees the old or the new content, never half; a symbolic link at `path` is replaced, not followed;
 * on failure the old file stays and the temporary one goes. The name of the temporary file cannot
 * be guessed. Mode 0644 less the umask. -EOPNOTSUPP where `path` is, or leads to, what is there and
 * is no regular file: a device such as /dev/null or a pipe would not be written to but replaced.
 */
int io_replace_file(const char *path, const void *data, size_t size);

#endif
