/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder that stands for "/": the /proc and /sys of a machine that a test makes up. */
#ifndef CGCHURN_TESTS_FAKE_ROOT_H
#define CGCHURN_TESTS_FAKE_ROOT_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fake_root {
	char path[64];
	int fd;
};

static inline void fake_root_init(struct fake_root *f)
{
	strcpy(f->path, "/tmp/cgchurn-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->fd = open(f->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->fd >= 0);
}

/* Writes a file, its folders made as needed. */
static inline void fake_root_add(struct fake_root *f, const char *path, const void *data,
				 size_t size)
{
	char folder[512];
	int fd;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		mkdirat(f->fd, folder, 0755);
	}
	fd = openat(f->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static inline void fake_root_text(struct fake_root *f, const char *path, const char *text)
{
	fake_root_add(f, path, text, strlen(text));
}

static inline int fake_root_remove_one(const char *path, const struct stat *st, int type,
				       struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fake_root_finish(struct fake_root *f)
{
	close(f->fd);
	nftw(f->path, fake_root_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
