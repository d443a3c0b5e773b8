/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/stuck.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/io.h"

enum { GENERATIONS = 8 }; /* of a round's processes there are fewer */

static void note(struct evidence *e, pid_t pid)
{
	if (pid > 0 && e->n_stuck < EVIDENCE_STUCK_MAX)
		e->stuck[e->n_stuck++] = pid;
}

void stuck_find_in_group(int group_fd, struct evidence *ret)
{
	_cleanup_dir DIR *dir = io_open_folder(group_fd, ".");
	_cleanup_free char *text = NULL;
	struct dirent *entry;

	if (io_read_all(group_fd, "cgroup.procs", 1 << 20, &text, NULL) == 0)
		for (char *line, *at = text; (line = strsep(&at, "\n"));)
			note(ret, (pid_t)strtol(line, NULL, 10));
	while (dir && (entry = readdir(dir))) {
		_cleanup_fd int below = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(group_fd, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			stuck_find_in_group(below, ret);
	}
}

/* The mask in a line of /proc/PID/status, 0 where there is none. */
static uint64_t mask_of(const char *status, const char *key)
{
	const char *line = strstr(status, key);

	return line ? strtoull(line + strlen(key), NULL, 16) : 0;
}

static bool was_killed(const struct view *v, const char *pid)
{
	const uint64_t bit = UINT64_C(1) << (SIGKILL - 1);
	char path[NAME_MAX + sizeof("/status")], text[8192];

	snprintf(path, sizeof(path), "%s/status", pid);
	if (io_read_attr(v->proc_fd, path, text, sizeof(text)) < 0)
		return false;
	return (mask_of(text, "\nSigPnd:") | mask_of(text, "\nShdPnd:")) & bit;
}

static bool descends_from(const struct view *v, const char *pid, pid_t ancestor)
{
	struct proc_stat t;
	char name[16];

	snprintf(name, sizeof(name), "%.15s", pid);
	for (int i = 0; i < GENERATIONS && proc_stat_read(v->proc_fd, name, &t) == 0; i++) {
		if (i == 0 && proc_stat_is_dead(&t))
			return false;
		if (t.parent == ancestor)
			return true;
		snprintf(name, sizeof(name), "%d", (int)t.parent);
	}
	return false;
}

void stuck_find_below(const struct view *v, pid_t pid, struct evidence *ret)
{
	_cleanup_dir DIR *dir = io_open_folder(v->proc_fd, ".");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    descends_from(v, entry->d_name, pid) && was_killed(v, entry->d_name))
			note(ret, (pid_t)strtol(entry->d_name, NULL, 10));
	if (!ret->n_stuck)
		note(ret, pid);
}

void stuck_describe(struct evidence *e)
{
	char text[CHILD_TEXT_SIZE];

	for (uint32_t i = 0; i < e->n_stuck; i++) {
		size_t used = strlen(e->text);

		snprintf(e->text + used, sizeof(e->text) - used, "\nStuck: %s",
			 child_describe(e->stuck[i], text));
	}
	e->n_stuck = 0;
}
