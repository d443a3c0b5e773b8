/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/escape.h"
#include "base/io.h"
#include "result/json.h"

static int refuse_open(const char *path, int errnum, struct err *e)
{
	int r = err_sys(e, EXIT_USAGE, errnum, "cannot open %s", path);

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
	if (same && !inputs->repeats)
		return err_set(e, EXIT_USAGE, EINVAL, "%s: the same file as %s", path, same->path);
	copy = strdup(path);
	added = copy ? array_grow(&inputs->items, &inputs->n, sizeof(*added)) : NULL;
	if (!added) {
		free(copy);
		return err_no_memory(e);
	}
	*added = (struct input){copy, steal_fd(&fd), st->st_dev, st->st_ino};
	return 0;
}

static bool ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), n = strlen(end);

	return length > n && strcmp(name + length - n, end) == 0;
}

static bool is_result_name(const char *name)
{
	return name[0] != '.' && ends_in(name, ".json");
}

static bool is_compressed_name(const char *name)
{
	static const char *const ends[] = {".json.gz", ".json.xz", ".json.zst", ".json.bz2"};

	for (size_t i = 0; name[0] != '.' && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_in(name, ends[i]))
			return true;
	return false;
}

/* What was passed over for one reason: how many, and the first by its name. */
struct skips {
	size_t n;
	char first[NAME_MAX + 1];
};

static void skip(struct skips *s, const char *name)
{
	if (!s->n++ || strcmp(name, s->first) < 0)
		snprintf(s->first, sizeof(s->first), "%s", name);
}

/* What a folder holds. */
struct listing {
	char **names; /* of results */
	size_t n;
	struct skips compressed, folders;
};

static void listing_finish(struct listing *l)
{
	array_free_texts(l->names, l->n);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether a folder in the folder holds what would be results there. */
static bool holds_results(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		close_fd(fd);
		return false;
	}
	while ((entry = readdir(dir)))
		if (is_result_name(entry->d_name) || is_compressed_name(entry->d_name))
			return true;
	return false;
}

static int list_entry(int folder, const struct dirent *entry, struct listing *l)
{
	const char *name = entry->d_name;
	bool may_be_folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;

	if (is_result_name(name))
		return array_add_text(&l->names, &l->n, "%s", name);
	if (is_compressed_name(name))
		skip(&l->compressed, name);
	else if (name[0] != '.' && may_be_folder && holds_results(folder, name))
		skip(&l->folders, name);
	return 0;
}

/* Takes over `opened`. */
static int list_folder(int opened, struct listing *l)
{
	_cleanup_dir DIR *dir = fdopendir(opened);
	const struct dirent *entry;
	int r = 0;

	if (!dir) {
		close_fd(opened);
		return -errno;
	}
	while (r == 0 && (errno = 0, entry = readdir(dir)))
		r = list_entry(dirfd(dir), entry, l);
	if (r == 0 && errno)
		r = -errno;
	if (l->n)
		qsort(l->names, l->n, sizeof(*l->names), by_bytes);
	return r;
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
enum { OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };

static int open_in_folder(struct inputs *inputs, const char *folder, const char *name,
			  struct err *e)
{
	_cleanup_free char *path = text_create("%s/%s", folder, name);
	struct stat st;
	int fd;

	if (!path)
		return err_no_memory(e);
	fd = open(path, OPEN_FLAGS);
	if (fd < 0 || fstat(fd, &st) < 0) {
		close_fd(fd);
		return refuse_open(path, errno, e);
	}
	return add_file(inputs, path, fd, &st, e);
}

static int note_skips(struct inputs *inputs, const char *folder, const struct skips *s,
		      const char *what, const char *advice)
{
	if (!s->n)
		return 0;
	return array_add_text(&inputs->skipped, &inputs->n_skipped,
			      "%s: skipped %zu %s%s (%s%s): %s", folder, s->n, what,
			      s->n == 1 ? "" : "s", s->first, s->n == 1 ? "" : ", ...", advice);
}

static const char compressed_advice[] = "results are read uncompressed",
		  folder_advice[] = "folders are not entered; name them";

static int refuse_empty(const char *path, const struct listing *l, struct err *e)
{
	err_set(e, EXIT_USAGE, ENOENT, "%s: the folder holds no file whose name ends in .json",
		path);
	if (l->compressed.n)
		err_hint(e, "It holds compressed ones (%zu), such as %s: %s.", l->compressed.n,
			 l->compressed.first, compressed_advice);
	else if (l->folders.n)
		err_hint(e, "A folder in it does, %s: %s.", l->folders.first, folder_advice);
	return -ENOENT;
}

static int add_folder(struct inputs *inputs, const char *path, int fd, struct err *e)
{
	_cleanup_(listing_finish) struct listing l = {0};
	int r = list_folder(fd, &l);

	if (r < 0)
		return err_sys(e, EXIT_USAGE, -r, "cannot read %s", path);
	if (!l.n)
		return refuse_empty(path, &l, e);
	if (note_skips(inputs, path, &l.compressed, "compressed file", compressed_advice) < 0 ||
	    note_skips(inputs, path, &l.folders, "folder", folder_advice) < 0)
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		r = open_in_folder(inputs, path, l.names[i], e);
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
	array_free_texts(inputs->skipped, inputs->n_skipped);
	*inputs = (struct inputs){0};
}

void inputs_print_skipped(const struct inputs *inputs, FILE *to)
{
	for (size_t i = 0; i < inputs->n_skipped; i++) {
		escape_print(inputs->skipped[i], to);
		putc('\n', to);
	}
}

int inputs_check_distinct(const struct inputs *a, const struct inputs *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct input *same = find_file(a, b->items[i].device, b->items[i].inode);

		if (!same)
			continue;
		if (strcmp(same->path, b->items[i].path) == 0)
			err_set(e, EXIT_USAGE, EINVAL, "%s: BASE and NEW are the same file",
				same->path);
		else
			err_set(e, EXIT_USAGE, EINVAL, "BASE and NEW hold the same file: %s and %s",
				same->path, b->items[i].path);
		err_hint(e, "`cgchurn compare --aa RESULT...` compares the results of one kernel "
			    "with each other.");
		return -EINVAL;
	}
	return 0;
}

static const char *compression_of(const char *text, size_t size)
{
	static const struct {
		const char *name, *magic;
	} known[] = {
		{"gzip", "\037\213"}, {"xz", "\3757zXZ"}, {"zstd", "(\265/\375"}, {"bzip2", "BZh"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (size > strlen(known[i].magic) &&
		    memcmp(text, known[i].magic, strlen(known[i].magic)) == 0)
			return known[i].name;
	return NULL;
}

int input_read(struct input *input, char **ret_text, size_t *ret_size, struct err *e)
{
	_cleanup_free char *text = NULL;
	const char *compression;
	size_t size = 0;
	int r = io_read_fd(input->fd, RESULT_FILE_SIZE_MAX, &text, &size);

	input->fd = close_fd(input->fd);
	if (r == -ENOMEM)
		return err_no_memory(e);
	if (r < 0)
		return err_sys(e, EXIT_USAGE, -r, "cannot read %s", input->path);
	compression = compression_of(text, size);
	if (compression) {
		err_set(e, EXIT_USAGE, EINVAL, "%s: compressed with %s", input->path, compression);
		err_hint(e, "Results are read uncompressed.");
		return -EINVAL;
	}
	*ret_text = text;
	*ret_size = size;
	text = NULL;
	return 0;
}

int load_result(struct input *input, struct result **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = input_read(input, &text, &size, e);

	return r < 0 ? r : result_from_json(text, size, input->path, ret, e);
}

int load_side(struct data *d, int side, struct inputs *inputs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inputs->n; i++) {
		_cleanup_(cleanup_result) struct result *result = NULL;

		r = load_result(&inputs->items[i], &result, e);
		if (r == 0)
			r = data_add(d, side, inputs->items[i].path, result, e);
	}
	if (r == 0 && inputs->n && !d->side[side].n_invocations)
		return err_set(e, EXIT_USAGE, ENODATA, "%s%s: no result holds a trial",
			       inputs->items[0].path, inputs->n > 1 ? " and others" : "");
	return r;
}
