/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/read.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/suggest.h"

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
		return err_sys(e, EXIT_USAGE, errno, "cannot open %s", origin);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EXIT_USAGE, EINVAL, "%s: found %s, allowed: a regular file",
			       origin, file_type(st.st_mode));
	r = io_read_fd(fd, limit, ret_text, ret_size);
	if (r == -EFBIG)
		return err_set(e, EXIT_USAGE, EFBIG, "%s: found %jd bytes, allowed: at most %zu",
			       origin, (intmax_t)st.st_size, limit);
	if (r < 0)
		return err_sys(e, r == -ENOMEM ? EXIT_FAULT : EXIT_USAGE, -r, "cannot read %s",
			       origin);
	return 0;
}

/* A sentence that ends in the list of words; `text`, unless NULL, is what stands there instead. */
static int refuse_word(const struct json_at *at, const char *sentence, const char *text,
		       const char *const *words, size_t n)
{
	const char *near = text ? suggest_name(text, words, n) : NULL;
	char list[256];

	suggest_list(words, n, list, sizeof(list));
	if (sentence)
		json_complain(at, "%s, allowed: %s", sentence, list);
	else
		json_refuse(at, "%s", list);
	if (near)
		err_hint(at->e, "Did you mean \"%s\"?", near);
	return -EINVAL;
}

/* Its index, or `n`. */
static size_t find_word(const char *text, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], text) != 0)
		i++;
	return i;
}

int json_want_object(const struct json_at *at, const char *const *keys, size_t n)
{
	if (!json_object_is_type(at->value, json_type_object))
		return json_refuse(at, "an object");
	if (!keys)
		return 0;
	json_object_object_foreach(at->value, key, value)
	{
		struct json_at member = json_member(at, key);

		(void)value;
		if (find_word(key, keys, n) == n)
			return refuse_word(&member, "unknown key", key, keys, n);
	}
	return 0;
}

int json_want_array(const struct json_at *at, size_t min, size_t max, size_t *ret_n)
{
	size_t n;

	if (!json_object_is_type(at->value, json_type_array))
		return json_refuse(at, "an array");
	n = json_object_array_length(at->value);
	if (n < min || n > max)
		return json_refuse(at, "an array of %zu to %zu", min, max);
	*ret_n = n;
	return 0;
}

int json_each_member(const struct json_at *object, json_visit *visit, void *to)
{
	int r = json_want_object(object, NULL, 0);

	if (r < 0)
		return r;
	json_object_object_foreach(object->value, key, value)
	{
		struct json_at at = json_member(object, key);

		(void)value;
		r = visit(&at, to);
		if (r < 0)
			return r;
	}
	return 0;
}

int json_visit_text(const char *text, size_t size, const char *origin, json_visit *visit, void *to,
		    struct err *e)
{
	struct json_doc doc;
	struct json_at root;
	int r = json_doc_init(&doc, text, size, origin, e);

	if (r < 0)
		return r;
	root = json_root(&doc, e);
	r = visit(&root, to);
	json_doc_finish(&doc);
	return r;
}

int json_each_element(const struct json_at *array, size_t max, json_visit *visit, void *to)
{
	size_t n;
	int r = json_want_array(array, 0, max, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at at = json_element(array, i);

		r = visit(&at, to);
	}
	return r;
}

int json_get_bool(const struct json_at *at, bool *ret)
{
	if (!json_object_is_type(at->value, json_type_boolean))
		return json_refuse(at, "true or false");
	*ret = json_object_get_boolean(at->value);
	return 0;
}

bool json_is_string(const struct json_at *at)
{
	return json_object_is_type(at->value, json_type_string);
}

bool json_is_number(const struct json_at *at)
{
	return json_object_is_type(at->value, json_type_int) ||
	       json_object_is_type(at->value, json_type_double);
}

/* json-c keeps integers as int64 or uint64 and saturates between them, so the sign comes first. */
static bool whole_number(struct json_object *value, uint64_t *ret)
{
	double d = json_object_get_double(value);

	if (json_object_is_type(value, json_type_int)) {
		*ret = json_object_get_uint64(value);
		return json_object_get_int64(value) >= 0;
	}
	if (!json_object_is_type(value, json_type_double) || !(d >= 0 && d <= 0x1.0p53))
		return false;
	*ret = (uint64_t)d;
	return d == floor(d);
}

int json_get_u64(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!whole_number(at->value, &value) || value < min || value > max)
		return json_refuse(at, "a whole number from %llu to %llu", (unsigned long long)min,
				   (unsigned long long)max);
	*ret = value;
	return 0;
}

int json_get_double(const struct json_at *at, double min, double max, double *ret)
{
	double value = json_object_get_double(at->value);

	if (!json_is_number(at) || !(value >= min && value <= max))
		return json_refuse(at, "a number from %.15g to %.15g", min, max);
	*ret = value;
	return 0;
}

int json_get_string(const struct json_at *at, size_t max, const char **ret)
{
	if (!json_is_string(at) || (size_t)json_object_get_string_len(at->value) > max)
		return json_refuse(at, "a string of at most %zu bytes", max);
	*ret = json_object_get_string(at->value);
	return 0;
}

int json_dup_string(const struct json_at *at, size_t max, char **ret)
{
	const char *text;
	char *copy;
	int r = json_get_string(at, max, &text);

	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return json_fail_memory(at);
	*ret = copy;
	return 0;
}

int json_get_choice(const struct json_at *at, const char *const *words, size_t n, size_t *ret)
{
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : NULL;
	size_t index = text ? find_word(text, words, n) : n;

	if (index == n)
		return refuse_word(at, NULL, text, words, n);
	*ret = index;
	return 0;
}
