/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "json/lint.h"
#include "json/path.h"

static int parse(const char *text, size_t size, struct json_object **ret)
{
	/* json-c counts scalars as a level of their own. */
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
	struct json_object *root;
	enum json_tokener_error problem;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)size);
	problem = json_tokener_get_error(tokener);
	/* A bare number could go on; only the end of the text ends it. */
	if (problem == json_tokener_continue) {
		root = json_tokener_parse_ex(tokener, "", -1);
		problem = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (problem != json_tokener_success) {
		json_object_put(root);
		return -EINVAL;
	}
	*ret = root;
	return 0;
}

int json_doc_init(struct json_doc *doc, const char *text, size_t size, const char *origin,
		  struct err *e)
{
	char buf[JSON_ORIGIN_SIZE];
	struct json_object *root;
	int r;

	if (size > INT32_MAX)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: larger than 2 GiB",
			       json_origin(origin, buf));
	r = json_lint(text, size, origin, e);
	if (r < 0)
		return r;
	/* What passed json_lint() fails here only where memory ran out. */
	if (parse(text, size, &root) < 0)
		return err_set(e, EXIT_FAULT, ENOMEM, "%s: json-c could not parse it",
			       json_origin(origin, buf));
	*doc = (struct json_doc){.origin = origin, .text = text, .size = size, .root = root};
	return 0;
}

void json_doc_finish(struct json_doc *doc)
{
	json_object_put(doc->root);
	doc->root = NULL;
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

/* Up to `size` bytes; a file that shrank meanwhile gives fewer. */
static ssize_t read_up_to(int fd, char *buf, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

int json_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_size, struct err *e)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	_cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	_cleanup_free char *text = NULL;
	char buf[JSON_ORIGIN_SIZE];
	const char *origin = json_origin(path, buf);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, EXIT_USAGE, errno, "%s", origin);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EXIT_USAGE, EINVAL, "%s: found %s, allowed: a regular file",
			       origin, file_type(st.st_mode));
	if ((uint64_t)st.st_size > limit)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: found %jd bytes, allowed: at most %zu",
			       origin, (intmax_t)st.st_size, limit);
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return err_sys(e, EXIT_FAULT, ENOMEM, "%s", origin);
	n = read_up_to(fd, text, (size_t)st.st_size);
	if (n < 0)
		return err_sys(e, EXIT_USAGE, (int)-n, "%s", origin);
	text[n] = '\0';
	*ret_text = steal_ptr(text);
	*ret_size = (size_t)n;
	return 0;
}
