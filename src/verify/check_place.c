/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is where: threads after a migration, lists against /proc, children at their birth. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "verify/invariant.h"

static const char *group_name(const struct view *v, int group)
{
	return group >= 0 ? v->groups[group] : "none of the groups";
}

/*
 * The group of a task that must be in one of `allowed` (bits). Where it is elsewhere it may be just
 * born, so it gets the patience; in another group of the test groups there is no such excuse.
 */
static int settle(const struct scene *s, const char *task, uint64_t allowed, int expected,
		  char path[VIEW_PATH_SIZE])
{
	struct patience p = patience_begin(s->patience_ns);
	int group;

	do
		group = view_task_group(s->view, task, expected, path);
	while (group == VIEW_ELSEWHERE && patience_again(&p));
	if (group < 0 || (allowed & UINT64_C(1) << group))
		return group;
	/* Once more: an id may have been given away between two reads. */
	return view_task_group(s->view, task, expected, path);
}

static bool is_allowed(int group, uint64_t allowed)
{
	return group == VIEW_GONE || (group >= 0 && (allowed & UINT64_C(1) << group));
}

static int check_thread(const struct scene *s, const struct scene_subject *subject, pid_t tid,
			struct evidence *ret)
{
	uint64_t allowed = UINT64_C(1) << subject->group;
	char task[48], path[VIEW_PATH_SIZE];
	int group;

	snprintf(task, sizeof(task), "%d/task/%d", (int)subject->pid, (int)tid);
	group = settle(s, task, allowed, (int)subject->group, path);
	if (is_allowed(group, allowed))
		return 1;
	if (group != VIEW_ELSEWHERE && group < 0)
		return group;
	return evidence_set(ret,
			    "thread %d of process %d is in %s (%s); the whole process was put into "
			    "%s, and nobody moved it since",
			    (int)tid, (int)subject->pid, path, group_name(s->view, group),
			    s->view->groups[subject->group]);
}

int check_together(const struct scene *s, struct evidence *ret)
{
	pid_t tids[VIEW_TASKS_MAX];
	int looked_at = 0;

	for (size_t i = 0; i < s->n_subjects; i++) {
		int n = view_threads(s->view, s->subjects[i].pid, tids);

		if (n < 0)
			return n;
		for (int k = 0; k < n; k++) {
			int r = check_thread(s, &s->subjects[i], tids[k], ret);

			if (r < 0)
				return r;
			looked_at += r;
		}
	}
	return looked_at;
}

int check_child(const struct scene *s, struct evidence *ret)
{
	char task[16], path[VIEW_PATH_SIZE], names[VIEW_GROUPS_MAX * (VIEW_NAME_SIZE + 1)] = "";
	int group, used = 0;

	snprintf(task, sizeof(task), "%d", (int)s->child.pid);
	group = settle(s, task, s->child.groups, -1, path);
	if (group == VIEW_GONE)
		return 0;
	if (is_allowed(group, s->child.groups))
		return 1;
	if (group != VIEW_ELSEWHERE && group < 0)
		return group;
	for (uint32_t i = 0; i < s->view->n_groups; i++)
		if (s->child.groups & UINT64_C(1) << i)
			used += snprintf(names + used, sizeof(names) - (size_t)used, " %s",
					 s->view->groups[i]);
	return evidence_set(ret, "child %d is in %s (%s); it may be in:%s", (int)s->child.pid, path,
			    group_name(s->view, group), names);
}

/* A task in a list, and of which group. */
struct listed {
	pid_t tid;
	uint32_t group;
};

static int by_tid(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

/*
 * Without the entries that read 0: tasks that have died and have no id any more, which newer
 * kernels keep in the lists until their last context switch (seen in 7.3).
 */
static int list_all(const struct view *v, struct listed *ret)
{
	pid_t tids[VIEW_TASKS_MAX];
	int n = 0;

	for (uint32_t g = 0; g < v->n_groups; g++) {
		int members = view_members(v, g, "cgroup.threads", tids);

		if (members < 0)
			return members;
		for (int i = 0; i < members && n < VIEW_TASKS_MAX; i++)
			if (tids[i])
				ret[n++] = (struct listed){tids[i], g};
	}
	qsort(ret, (size_t)n, sizeof(*ret), by_tid);
	return n;
}

/* Whether that list of the group has the task, now. */
static bool lists(const struct view *v, uint32_t group, const char *file, pid_t tid)
{
	pid_t tids[VIEW_TASKS_MAX];
	int n = view_members(v, group, file, tids);

	for (int i = 0; i < n; i++)
		if (tids[i] == tid)
			return true;
	return false;
}

static int check_twice(const struct scene *s, const struct listed *all, int n, struct evidence *ret)
{
	for (int i = 1; i < n; i++) {
		const struct listed *a = &all[i - 1], *b = &all[i];

		if (a->tid != b->tid || a->group == b->group)
			continue;
		/* A task that ended there and one of the same id born here cannot be in both again.
		 */
		if (!lists(s->view, a->group, "cgroup.threads", a->tid) ||
		    !lists(s->view, b->group, "cgroup.threads", b->tid))
			continue;
		return evidence_set(ret, "task %d is listed in %s and in %s", (int)a->tid,
				    s->view->groups[a->group], s->view->groups[b->group]);
	}
	return n;
}

/*
 * A thread of the subject that was there before the lists were read, and is there still, has to be
 * in one of them.
 */
static int check_listed(const struct scene *s, const struct scene_subject *subject, pid_t tid,
			const struct listed *all, int n, struct evidence *ret)
{
	const struct listed key = {.tid = tid};
	const struct listed *found = bsearch(&key, all, (size_t)n, sizeof(*all), by_tid);
	struct patience p = patience_begin(s->patience_ns);
	char task[48];

	if (found && found->group == subject->group)
		return 1;
	snprintf(task, sizeof(task), "%d/task/%d", (int)subject->pid, (int)tid);
	/* Just born, it can be seen in /proc for an instant before it is linked into its group. */
	do {
		if (lists(s->view, subject->group, "cgroup.threads", tid) ||
		    !view_is_alive(s->view, task))
			return 1;
	} while (patience_again(&p));
	return evidence_set(ret, "thread %d of process %d lives in %s, whose list lacks it; %s",
			    (int)tid, (int)subject->pid, s->view->groups[subject->group],
			    found ? s->view->groups[found->group] : "no group lists it");
}

/* A process whose leader has ended before its threads is listed where that was. */
static int check_process(const struct scene *s, pid_t pid, pid_t tid, struct evidence *ret)
{
	struct patience p = patience_begin(s->patience_ns);
	char task[48];

	snprintf(task, sizeof(task), "%d/task/%d", (int)pid, (int)tid);
	do {
		for (uint32_t g = 0; g < s->view->n_groups; g++)
			if (lists(s->view, g, "cgroup.procs", pid))
				return 0;
		if (!view_is_alive(s->view, task))
			return 0;
	} while (patience_again(&p));
	return evidence_set(ret, "no cgroup.procs lists process %d, whose thread %d lives",
			    (int)pid, (int)tid);
}

int check_once(const struct scene *s, struct evidence *ret)
{
	static struct listed all[VIEW_TASKS_MAX];
	static pid_t tids[VIEW_TASKS_MAX];
	int looked_at = 0, n;

	for (size_t i = 0; i < s->n_subjects; i++) {
		int threads = view_threads(s->view, s->subjects[i].pid, tids), r = 0;

		if (threads < 0)
			return threads;
		n = list_all(s->view, all);
		if (n < 0)
			return n;
		r = check_twice(s, all, n, ret);
		for (int k = 0; r >= 0 && k < threads; k++)
			r = check_listed(s, &s->subjects[i], tids[k], all, n, ret);
		if (r >= 0 && threads > 0)
			r = check_process(s, s->subjects[i].pid, tids[threads - 1], ret);
		if (r < 0)
			return r;
		looked_at += n;
	}
	return looked_at;
}

static bool have_line(const char *text, pid_t wanted)
{
	char *end;

	for (const char *at = text; *at; at = end + (*end == '\n')) {
		if (strtol(at, &end, 10) == wanted && end != at)
			return true;
		if (end == at)
			return false;
	}
	return false;
}

int check_lists(const struct scene *s, struct evidence *ret)
{
	static const char *const files[] = {"cgroup.procs", "cgroup.threads"};

	for (size_t i = 0; i < 2; i++) {
		_cleanup_free char *text = NULL;
		int r = io_read_all(s->group_fd, files[i], 1 << 20, &text, NULL);

		if (r < 0)
			return r;
		if (s->listed && !have_line(text, s->listed))
			return evidence_set(ret,
					    "%s lacks process %d, which lives in the group and was "
					    "not moved",
					    files[i], (int)s->listed);
		if (!s->listed && *text)
			return evidence_set(ret,
					    "%s lists %.*s, and all who lived in the group have "
					    "ended",
					    files[i], (int)strcspn(text, "\n"), text);
	}
	return 2;
}
