/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"

enum { PF_EXITING = 0x4 }; /* include/linux/sched.h */

static bool is_gone(ssize_t r)
{
	return r == -ENOENT || r == -ESRCH || r == -ENODEV;
}

/* The path in the line "0::/path" of a cgroup file; the v1 lines come before it. */
static int parse_path(char *text, char ret[VIEW_PATH_SIZE])
{
	char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");

	if (!line)
		return -ENODATA;
	line += *line == '\n' ? 4 : 3;
	snprintf(ret, VIEW_PATH_SIZE, "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

static int read_path(const struct view *v, const char *task, char ret[VIEW_PATH_SIZE])
{
	char name[64], text[4096];
	ssize_t n;

	snprintf(name, sizeof(name), "%s/cgroup", task);
	n = io_read_attr(v->proc_fd, name, text, sizeof(text));
	if (n < 0)
		return is_gone(n) ? -ESRCH : (int)n;
	return n == 0 ? -ESRCH : parse_path(text, ret);
}

static int index_of(const struct view *v, const char *path)
{
	size_t length = strlen(v->test_groups_path);

	if (strncmp(path, v->test_groups_path, length) != 0 || path[length] != '/')
		return VIEW_ELSEWHERE;
	for (uint32_t i = 0; i < v->n_groups; i++)
		if (strcmp(path + length + 1, v->groups[i]) == 0)
			return (int)i;
	return VIEW_ELSEWHERE;
}

bool view_is_alive(const struct view *v, const char *task)
{
	struct proc_stat t;

	return proc_stat_read(v->proc_fd, task, &t) == 0 && !proc_stat_is_dead(&t) &&
	       !(t.flags & PF_EXITING);
}

int view_task_group(const struct view *v, const char *task, int expected,
		    char ret_path[VIEW_PATH_SIZE])
{
	char own[VIEW_PATH_SIZE], *path = ret_path ? ret_path : own;
	int r = read_path(v, task, path), group;

	if (r < 0)
		return r == -ESRCH ? VIEW_GONE : r;
	group = index_of(v, path);
	/* The flag is never cleared again: who is alive now was so when the path was read. */
	return group == expected || view_is_alive(v, task) ? group : VIEW_GONE;
}

int view_threads(const struct view *v, pid_t pid, pid_t ret[VIEW_TASKS_MAX])
{
	char name[32];
	struct dirent *entry;
	int n = 0;

	snprintf(name, sizeof(name), "%d/task", (int)pid);
	_cleanup_dir DIR *dir = io_open_folder(v->proc_fd, name);
	if (!dir)
		return is_gone(-errno) ? 0 : -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && n < VIEW_TASKS_MAX)
			ret[n++] = (pid_t)strtol(entry->d_name, NULL, 10);
	return n;
}

int view_members(const struct view *v, uint32_t group, const char *file, pid_t ret[VIEW_TASKS_MAX])
{
	_cleanup_free char *text = NULL;
	char name[64], *end;
	int n = 0, r;

	snprintf(name, sizeof(name), "%s/%s", v->groups[group], file);
	r = io_read_all(v->test_groups_fd, name, 1 << 20, &text, NULL);
	if (r < 0)
		return r;
	for (char *at = text; *at && n < VIEW_TASKS_MAX; at = end + (*end == '\n')) {
		ret[n++] = (pid_t)strtol(at, &end, 10);
		if (end == at)
			return -EPROTO;
	}
	return n;
}
