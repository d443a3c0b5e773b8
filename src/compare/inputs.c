/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "result/result.h"

static int no_memory(struct err *e)
{
	return err_set(e, EXIT_FAULT, ENOMEM, "out of memory");
}

static int refuse_open(const char *path, int errnum, struct err *e)
{
	int r = err_sys(e, EXIT_USAGE, errnum, "%s", path);

	if (errnum == EMFILE)
		err_hint(e,
			 "Raise the limit on open files (`ulimit -Hn`), or compare fewer files.");
	return r;
}

static const struct input *find_file(const struct inputs *inputs, dev_t device, ino_t inode)
{
	for (size_t i = 0; i < inputs->n; i++)
		if (inputs->items[i].device == device && inputs->items[i].inode == inode)
			return &inputs->items[i];
	return NULL;
}

/* Takes over `fd`, whatever happens. */
static int add_file(struct inputs *inputs, const char *path, int opened, const struct stat *st,
		    struct err *e)
{
	_cleanup_fd int fd = opened;
	const struct input *same = find_file(inputs, st->st_dev, st->st_ino);
	struct input *added;
	char *copy;

	if (!S_ISREG(st->st_mode))
		return err_set(e, EXIT_USAGE, EINVAL, "%s: neither a regular file nor a folder",
			       path);
	if (st->st_size > RESULT_FILE_SIZE_MAX)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: found %jd bytes, allowed: at most %d",
			       path, (intmax_t)st->st_size, RESULT_FILE_SIZE_MAX);
	if (same)
		return err_set(e, EXIT_USAGE, EINVAL, "%s: the same file as %s", path, same->path);
	copy = strdup(path);
	added = copy ? array_grow(&inputs->items, &inputs->n, sizeof(*added)) : NULL;
	if (!added) {
		free(copy);
		return no_memory(e);
	}
	*added = (struct input){copy, steal_fd(&fd), st->st_dev, st->st_ino};
	return 0;
}

struct names {
	char **items;
	size_t n;
};

static void names_finish(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static bool is_result_name(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int add_name(struct names *names, const char *name)
{
	char *copy = strdup(name), **added;

	added = copy ? array_grow(&names->items, &names->n, sizeof(*added)) : NULL;
	if (!added) {
		free(copy);
		return -ENOMEM;
	}
	*added = copy;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes over `opened`. */
static int list_folder(int opened, struct names *names)
{
	_cleanup_dir DIR *dir = fdopendir(opened);
	const struct dirent *entry;
	int r = 0;

	if (!dir) {
		close_fd(opened);
		return -errno;
	}
	while (r == 0 && (errno = 0, entry = readdir(dir)))
		if (is_result_name(entry->d_name))
			r = add_name(names, entry->d_name);
	if (r == 0 && errno)
		r = -errno;
	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), by_bytes);
	return r;
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
enum { OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };

static int open_in_folder(struct inputs *inputs, const char *folder, const char *name,
			  struct err *e)
{
	_cleanup_free char *path = NULL;
	struct stat st;
	int fd;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return no_memory(e);
	}
	fd = open(path, OPEN_FLAGS);
	if (fd < 0 || fstat(fd, &st) < 0) {
		close_fd(fd);
		return refuse_open(path, errno, e);
	}
	return add_file(inputs, path, fd, &st, e);
}

static int add_folder(struct inputs *inputs, const char *path, int fd, struct err *e)
{
	_cleanup_(names_finish) struct names names = {0};
	int r = list_folder(fd, &names);

	if (r < 0)
		return err_sys(e, EXIT_USAGE, -r, "%s", path);
	if (!names.n)
		return err_set(e, EXIT_USAGE, ENOENT,
			       "%s: the folder holds no file whose name ends in .json", path);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = open_in_folder(inputs, path, names.items[i], e);
	return r;
}

static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		/* Where it fails, opening too many files will say so. */
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int inputs_open(struct inputs *inputs, const char *path, struct err *e)
{
	struct stat st;
	int fd;

	raise_limit();
	fd = open(path, OPEN_FLAGS);
	if (fd < 0 || fstat(fd, &st) < 0) {
		close_fd(fd);
		return refuse_open(path, errno, e);
	}
	return S_ISDIR(st.st_mode) ? add_folder(inputs, path, fd, e)
				   : add_file(inputs, path, fd, &st, e);
}

void inputs_finish(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->n; i++) {
		free(inputs->items[i].path);
		close_fd(inputs->items[i].fd);
	}
	free(inputs->items);
	*inputs = (struct inputs){0};
}

int inputs_check_distinct(const struct inputs *a, const struct inputs *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct input *same = find_file(a, b->items[i].device, b->items[i].inode);

		if (same)
			return err_set(e, EXIT_USAGE, EINVAL,
				       "%s: the same file as %s: on both sides", b->items[i].path,
				       same->path);
	}
	return 0;
}

int input_read(struct input *input, char **ret_text, size_t *ret_size, struct err *e)
{
	int r = io_read_fd(input->fd, RESULT_FILE_SIZE_MAX, ret_text, ret_size);

	input->fd = close_fd(input->fd);
	if (r == -ENOMEM)
		return no_memory(e);
	return r < 0 ? err_sys(e, EXIT_USAGE, -r, "%s", input->path) : 0;
}
