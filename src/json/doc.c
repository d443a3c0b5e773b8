/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"

void json_doc_finish(struct json_doc *doc)
{
	json_object_put(doc->root);
	doc->root = NULL;
}

const char *json_origin(const char *origin, char buf[JSON_ORIGIN_SIZE])
{
	size_t length = strlen(origin);

	if (length < JSON_ORIGIN_SIZE)
		return origin;
	snprintf(buf, JSON_ORIGIN_SIZE, "...%s", origin + length - (JSON_ORIGIN_SIZE - 4));
	return buf;
}

size_t json_line(const struct json_doc *doc, const char *where, const char **ret_start)
{
	const char *start = doc->text;
	size_t line = 1;

	for (const char *p = start; p < where; p++)
		if (*p == '\n') {
			line++;
			start = p + 1;
		}
	if (ret_start)
		*ret_start = start;
	return line;
}

static const char *file_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a folder";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	default:
		return "something else";
	}
}

int json_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_size, struct err *e)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	_cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char buf[JSON_ORIGIN_SIZE];
	const char *origin = json_origin(path, buf);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, EXIT_USAGE, errno, "%s", origin);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EXIT_USAGE, EINVAL, "%s: found %s, allowed: a regular file",
			       origin, file_type(st.st_mode));
	r = io_read_fd(fd, limit, ret_text, ret_size);
	if (r == -EFBIG)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: found %jd bytes, allowed: at most %zu",
			       origin, (intmax_t)st.st_size, limit);
	if (r < 0)
		return err_sys(e, r == -ENOMEM ? EXIT_FAULT : EXIT_USAGE, -r, "%s", origin);
	return 0;
}
