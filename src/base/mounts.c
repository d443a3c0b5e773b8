/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/io.h"

enum { MOUNTINFO_SIZE_MAX = 64 << 20 }; /* hosts of many containers have 10^5 mounts */

/* Fields of a line, by position; those after the separator count from it. */
enum { FIELD_DEV = 2, FIELD_ROOT, FIELD_PATH, FIELD_OPTIONS, FIELDS_BEFORE };
enum { FIELD_TYPE, FIELD_SOURCE, FIELD_SUPER_OPTIONS, FIELDS_AFTER };

/* The kernel writes blank, tab, newline and backslash as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* Splits a line in place. Between the two groups lie any number of optional fields and a "-". */
static int split(char *line, char *before[FIELDS_BEFORE], char *after[FIELDS_AFTER])
{
	char *save = NULL, *word = strtok_r(line, " ", &save);

	for (int i = 0; i < FIELDS_BEFORE; i++, word = strtok_r(NULL, " ", &save)) {
		if (!word)
			return -EINVAL;
		before[i] = word;
	}
	while (word && strcmp(word, "-") != 0)
		word = strtok_r(NULL, " ", &save);
	for (int i = 0; i < FIELDS_AFTER; i++) {
		after[i] = strtok_r(NULL, " ", &save);
		if (!after[i])
			return -EINVAL;
	}
	return 0;
}

static void mount_finish(struct cgroup_mount *m)
{
	free(m->path);
	free(m->root);
	free(m->options);
	free(m->super_options);
}

static int mount_fill(struct cgroup_mount *m, char *before[], char *after[])
{
	unsigned major, minor;

	if (sscanf(before[FIELD_DEV], "%u:%u", &major, &minor) != 2)
		return -EINVAL;
	unescape(before[FIELD_PATH]);
	unescape(before[FIELD_ROOT]);
	m->dev = makedev(major, minor);
	m->path = strdup(before[FIELD_PATH]);
	m->root = strdup(before[FIELD_ROOT]);
	m->options = strdup(before[FIELD_OPTIONS]);
	m->super_options = strdup(after[FIELD_SUPER_OPTIONS]);
	return m->path && m->root && m->options && m->super_options ? 0 : -ENOMEM;
}

static int add_line(struct cgroup_mounts *m, char *line)
{
	char *before[FIELDS_BEFORE], *after[FIELDS_AFTER];
	struct cgroup_mount *added;
	bool v2;

	if (split(line, before, after) < 0)
		return -EINVAL;
	v2 = strcmp(after[FIELD_TYPE], "cgroup2") == 0;
	if (!v2 && strcmp(after[FIELD_TYPE], "cgroup") != 0)
		return 0;
	added = array_grow(&m->items, &m->n, sizeof(*added));
	if (!added)
		return -ENOMEM;
	added->v2 = v2;
	return mount_fill(added, before, after);
}

int mounts_parse(const char *text, struct cgroup_mounts *ret)
{
	_cleanup_free char *copy = strdup(text);
	struct cgroup_mounts m = {0};
	char *save = NULL;
	int r = copy ? 0 : -ENOMEM;

	for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && r == 0;
	     line = strtok_r(NULL, "\n", &save))
		r = add_line(&m, line);
	if (r < 0)
		mounts_finish(&m);
	else
		*ret = m;
	return r;
}

int mounts_read(const char *path, struct cgroup_mounts *ret)
{
	_cleanup_free char *text = NULL;
	int r = io_read_all(AT_FDCWD, path, MOUNTINFO_SIZE_MAX, &text, NULL);

	return r < 0 ? r : mounts_parse(text, ret);
}

void mounts_finish(struct cgroup_mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		mount_finish(&m->items[i]);
	free(m->items);
	*m = (struct cgroup_mounts){0};
}

static bool list_has(const char *list, const char *option)
{
	size_t length = strlen(option);

	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == length && memcmp(list, option, length) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

bool cgroup_mount_has_option(const struct cgroup_mount *m, const char *option)
{
	return list_has(m->super_options, option) || list_has(m->options, option);
}

bool cgroup_mount_reachable(const struct cgroup_mount *m)
{
	struct stat st;

	return stat(m->path, &st) == 0 && st.st_dev == m->dev;
}

const struct cgroup_mount *mounts_find_v2(const struct cgroup_mounts *m)
{
	const struct cgroup_mount *first = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct cgroup_mount *c = &m->items[i];

		if (!c->v2 || !cgroup_mount_reachable(c))
			continue;
		if (strcmp(c->root, "/") == 0)
			return c;
		if (!first)
			first = c;
	}
	return first;
}
