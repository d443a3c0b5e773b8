/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A resource is declared with its release beside it:
 *
 *	_cleanup_fd int fd = -1;
 *	_cleanup_free char *text = NULL;
 *
 * To hand it to the caller, use steal_fd() or steal_ptr().
 */
#ifndef CGCHURN_BASE_CLEANUP_H
#define CGCHURN_BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Closes unless negative, keeps errno, returns -1: `fd = close_fd(fd);` */
static inline int close_fd(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

static inline void cleanup_fd(int *fd)
{
	close_fd(*fd);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define steal_ptr(p)                            \
	({                                      \
		__typeof__(p) *where_ = &(p);   \
		__typeof__(p) taken_ = *where_; \
		*where_ = NULL;                 \
		taken_;                         \
	})

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_fd _cleanup_(cleanup_fd)
#define _cleanup_free _cleanup_(cleanup_free)
#define _cleanup_file _cleanup_(cleanup_file)
#define _cleanup_dir _cleanup_(cleanup_dir)

#endif
