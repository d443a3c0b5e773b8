/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where commands write what a user names: a file is replaced whole, a stream is written to. */
#ifndef CGCHURN_BASE_REPLACE_H
#define CGCHURN_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Gives `path` this content, by what is there once links are followed:
 *
 * - A regular file, or nothing: a temporary file beside it, fsync, rename. A reader sees the old or
 *   the new content, never half; on failure the old file stays and the temporary one goes, whose
 *   name cannot be guessed. Mode 0644 less the umask. A link that led there stays.
 * - A descriptor of our own (/dev/stdout, /dev/fd/3 and other links into /proc/self/fd), a
 * character device, a FIFO: written to, and never renamed over. A FIFO must have its reader
 * (-ENXIO); -ETIMEDOUT where nothing is taken for 10 s.
 *
 * -EISDIR for a folder, -EOPNOTSUPP for a block device and for what other links of /proc lead to,
 * -EACCES for somebody else's link in a folder where everybody may make one (as under the sysctl
 * fs.protected_symlinks, whether it is set or not).
 */
int io_replace_file(const char *path, const void *data, size_t size);

/*
 * Whether io_replace_file() would replace a file there, or fail: then it may be called again and
 * again for newer versions. False for what is written to, which gets each version after the other.
 */
bool io_is_replaced(const char *path);

#endif
