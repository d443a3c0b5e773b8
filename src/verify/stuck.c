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

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"

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

static bool descends_from(const struct view *v, const char *pid, pid_t ancestor)
{
	struct proc_stat t;
	char name[16];

	snprintf(name, sizeof(name), "%.15s", pid);
	for (int i = 0; i < GENERATIONS && proc_stat_read(v->proc_fd, name, &t) == 0; i++) {
		if (t.parent == ancestor)
			return true;
		snprintf(name, sizeof(name), "%d", (int)t.parent);
	}
	return false;
}

/* Whether one of its threads was killed and has not ended; its leader may be dead already. */
static bool was_killed(const struct view *v, pid_t pid)
{
	const uint64_t bit = UINT64_C(1) << (SIGKILL - 1);
	pid_t tids[VIEW_TASKS_MAX];
	int n = view_threads(v, pid, tids);

	for (int i = 0; i < n; i++) {
		char task[48], path[64], text[8192];
		struct proc_stat t;

		snprintf(task, sizeof(task), "%d/task/%d", (int)pid, (int)tids[i]);
		snprintf(path, sizeof(path), "%s/status", task);
		if (proc_stat_read(v->proc_fd, task, &t) == 0 && !proc_stat_is_dead(&t) &&
		    io_read_attr(v->proc_fd, path, text, sizeof(text)) >= 0 &&
		    (mask_of(text, "\nSigPnd:") | mask_of(text, "\nShdPnd:")) & bit)
			return true;
	}
	return false;
}

void stuck_find_below(const struct view *v, pid_t pid, struct evidence *ret)
{
	_cleanup_dir DIR *dir = io_open_folder(v->proc_fd, ".");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		pid_t found = (pid_t)strtol(entry->d_name, NULL, 10);

		if (found > 0 && descends_from(v, entry->d_name, pid) && was_killed(v, found))
			note(ret, found);
	}
	if (!ret->n_stuck)
		note(ret, pid);
}

void stuck_describe(struct evidence *e)
{
	char text[CHILD_TEXT_SIZE];

	for (uint32_t i = 0; i < e->n_stuck; i++)
		evidence_add(e, "\nStuck: %s", child_describe(e->stuck[i], text));
	e->n_stuck = 0;
}

enum { PF_KTHREAD = 0x00200000 }; /* include/linux/sched.h */

/* How long a task ran, in ns; 0 also where the kernel keeps no statistics of its scheduler. */
static int read_ran(const struct view *v, const char *task, uint64_t *ret_ns)
{
	char path[NAME_MAX + sizeof("/schedstat")], text[128];
	int n;

	snprintf(path, sizeof(path), "%s/schedstat", task);
	n = (int)io_read_attr(v->proc_fd, path, text, sizeof(text));
	if (n < 0)
		return n;
	return sscanf(text, "%" SCNu64, ret_ns) == 1 ? 0 : -EPROTO;
}

/* Who asks has run. */
static bool keeps_statistics(const struct view *v)
{
	uint64_t ran_ns;

	return read_ran(v, "self", &ran_ns) == 0 && ran_ns > 0;
}

/* 1: it is a kernel thread that is ready to run, or runs. 0 otherwise, or where that cannot be read.
 */
static int is_ready(const struct view *v, const char *task, struct starved_thread *ret)
{
	struct proc_stat t;

	if (proc_stat_read(v->proc_fd, task, &t) < 0 || t.state != 'R' || !(t.flags & PF_KTHREAD))
		return 0;
	snprintf(ret->name, sizeof(ret->name), "%s", t.name);
	return read_ran(v, task, &ret->ran_ns) == 0;
}

void starved_look(const struct view *v, struct starved *ret)
{
	_cleanup_dir DIR *dir = keeps_statistics(v) ? io_open_folder(v->proc_fd, ".") : NULL;
	struct dirent *entry;

	ret->n = 0;
	while (dir && ret->n < STARVED_MAX && (entry = readdir(dir))) {
		struct starved_thread *t = &ret->threads[ret->n];

		t->pid = (pid_t)strtol(entry->d_name, NULL, 10);
		ret->n += t->pid > 0 && is_ready(v, entry->d_name, t);
	}
}

void starved_keep(const struct view *v, struct starved *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct starved_thread now;
		char task[16];

		snprintf(task, sizeof(task), "%d", (int)s->threads[i].pid);
		if (is_ready(v, task, &now) && now.ran_ns == s->threads[i].ran_ns)
			s->threads[kept++] = s->threads[i];
	}
	s->n = kept;
}

void starved_add(const struct view *v, uint64_t for_ns, struct evidence *ret)
{
	struct starved s;

	starved_look(v, &s);
	if (!s.n)
		return;
	clock_sleep_until(clock_now_ns() + for_ns);
	starved_keep(v, &s);
	for (size_t i = 0; i < s.n; i++)
		evidence_add(ret,
			     "\nThe kernel thread %s (%d) is ready to run, and the scheduler has "
			     "given it no CPU for at least %" PRIu64 " ms.",
			     s.threads[i].name, (int)s.threads[i].pid, for_ns / NS_PER_MS);
}
