/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What groups show of themselves: populated, frozen, drained, counted, gone. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "verify/invariant.h"
#include "verify/stuck.h"
#include "verify/waiter.h"

/*
 * The tasks in the group ("": the test groups' own) and in those below it, or a negative errno.
 *
 * cgroup.threads, not cgroup.procs: a leader that has exited before its threads is moved no more,
 * and cgroup.procs lists its process where it died (css_task_iter_advance() in
 * kernel/cgroup/cgroup.c).
 */
static int count_tasks(const struct view *v, const char *name)
{
	pid_t tids[VIEW_TASKS_MAX];
	size_t length = strlen(name);
	int n = 0;

	for (uint32_t g = 0; g < v->n_groups; g++) {
		const char *group = v->groups[g];
		int members = 0;

		if (!length || (strncmp(group, name, length) == 0 &&
				(group[length] == '/' || group[length] == '\0')))
			members = view_members(v, g, "cgroup.threads", tids);
		if (members < 0)
			return members;
		n += members;
	}
	return n;
}

static int check_populated_of(const struct scene *s, const char *name, struct evidence *ret)
{
	struct patience p = patience_begin(s->patience_ns);
	char events[64];
	int64_t populated;
	int tasks;

	snprintf(events, sizeof(events), "%s%scgroup.events", name, *name ? "/" : "");
	do {
		populated = io_read_number(s->view->test_groups_fd, events, "populated");
		tasks = count_tasks(s->view, name);
		if (populated < 0 || tasks < 0)
			return populated < 0 ? (int)populated : tasks;
		if ((populated == 1) == (tasks > 0))
			return 1;
	} while (patience_again(&p));
	return evidence_set(
		ret,
		"group %s reads populated %" PRId64 " and lists %d tasks, with those of the "
		"groups below it, for %" PRIu64 " ms",
		*name ? name : "test-groups", populated, tasks, s->patience_ns / NS_PER_MS);
}

int check_populated(const struct scene *s, struct evidence *ret)
{
	for (uint32_t g = 0; g < s->view->n_groups; g++) {
		int r = check_populated_of(s, s->view->groups[g], ret);

		if (r < 0)
			return r;
	}
	return (int)s->view->n_groups;
}

int check_ancestors(const struct scene *s, struct evidence *ret)
{
	int r = check_populated_of(s, "", ret), looked_at = 1;

	for (uint32_t g = 0; g < s->view->n_groups && r >= 0; g++) {
		const char *name = s->view->groups[g], *slash = strchr(name, '/');
		char parent[VIEW_NAME_SIZE];

		if (!slash)
			continue;
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - name), name);
		r = check_populated_of(s, parent, ret);
		looked_at++;
	}
	return r < 0 ? r : looked_at;
}

/* Until the number is `wanted`: 1. -EBADMSG after the patience, with what it was in the evidence.
 */
static int wait_number(const struct scene *s, const char *file, const char *key, int64_t wanted,
		       struct evidence *ret)
{
	struct patience p = patience_begin(s->patience_ns);
	int64_t found;

	do {
		found = io_read_number(s->group_fd, file, key);
		if (found == wanted)
			return 1;
		if (found < 0)
			return (int)found;
	} while (patience_again(&p));
	return evidence_set(ret, "%s%s%s is %" PRId64 " and not %" PRId64 " after %" PRIu64 " ms",
			    file, key ? ": " : "", key ? key : "", found, wanted,
			    s->patience_ns / NS_PER_MS);
}

/* The same, of what the group's own processes keep from coming. */
static int wait_members(const struct scene *s, const char *key, int64_t wanted,
			struct evidence *ret)
{
	int r = wait_number(s, "cgroup.events", key, wanted, ret);

	if (r == -EBADMSG)
		stuck_find_in_group(s->group_fd, ret);
	return r;
}

int check_freeze(const struct scene *s, struct evidence *ret)
{
	return wait_members(s, "frozen", 1, ret);
}

int check_unfrozen(const struct scene *s, struct evidence *ret)
{
	return wait_members(s, "frozen", 0, ret);
}

static const char *group_of(const struct scene *s, const struct scene_subject *subject)
{
	return subject->where ? subject->where : s->view->groups[subject->group];
}

/* At once: what the file says was read before the first look at the beats. */
int check_freeze_holds(const struct scene *s, struct evidence *ret)
{
	for (size_t i = 0; i < s->n_subjects; i++) {
		const struct scene_subject *subject = &s->subjects[i];

		if (subject->beats_after != subject->beats_before)
			return evidence_set(ret,
					    "process %d ran on in group %s while that read frozen "
					    "1: %" PRIu64 " times",
					    (int)subject->pid, group_of(s, subject),
					    subject->beats_after - subject->beats_before);
	}
	return (int)s->n_subjects;
}

int check_notify(const struct scene *s, struct evidence *ret)
{
	if (!s->unwoken)
		return 1;
	return evidence_set(ret,
			    "cgroup.events has changed (%s), and who waited for that by%s%s%s was "
			    "not woken for %" PRIu64 " ms",
			    s->change, s->unwoken & WAITER_POLL ? " poll" : "",
			    s->unwoken == (WAITER_POLL | WAITER_INOTIFY) ? " and" : "",
			    s->unwoken & WAITER_INOTIFY ? " inotify" : "",
			    s->patience_ns / NS_PER_MS);
}

/* A leader may have exited before its threads. */
static bool any_thread_lives(const struct view *v, pid_t pid)
{
	pid_t tids[VIEW_TASKS_MAX];
	int n = view_threads(v, pid, tids);
	char task[48];

	for (int k = 0; k < n; k++) {
		snprintf(task, sizeof(task), "%d/task/%d", (int)pid, (int)tids[k]);
		if (view_is_alive(v, task))
			return true;
	}
	return false;
}

static int stopped(const struct scene *s, const struct scene_subject *subject, struct evidence *ret)
{
	evidence_set(
		ret, "process %d in group %s, which is not frozen, has not run for %" PRIu64 " ms",
		(int)subject->pid, s->view->groups[subject->group], s->patience_ns / NS_PER_MS);
	stuck_find_below(s->view, subject->pid, ret);
	return -EBADMSG;
}

/* Who has died runs on no more, which is check_spares()'s to judge. */
int check_thaw(const struct scene *s, struct evidence *ret)
{
	int looked_at = 0;

	for (size_t i = 0; i < s->n_subjects; i++) {
		const struct scene_subject *subject = &s->subjects[i];
		uint64_t before = subject->beats ? atomic_load(subject->beats) : 0;
		struct patience p = patience_begin(s->patience_ns);

		if (!subject->beats)
			continue;
		while (atomic_load(subject->beats) == before && patience_again(&p))
			;
		if (atomic_load(subject->beats) != before)
			looked_at++;
		else if (any_thread_lives(s->view, subject->pid))
			return stopped(s, subject, ret);
	}
	return looked_at;
}

int check_drains(const struct scene *s, struct evidence *ret)
{
	if (s->outlived)
		return evidence_set(ret,
				    "process %d, whose group was killed, lived on until its own "
				    "alarm ended it",
				    (int)s->outlived);
	return wait_members(s, "populated", 0, ret);
}

/*
 * With patience: a thread that execs takes the id of its dead leader, and who reads the leader
 * before and the thread after sees both dead.
 */
static bool lives(const struct scene *s, const struct scene_subject *subject)
{
	struct patience p = patience_begin(s->patience_ns);
	bool found;

	while (!(found = any_thread_lives(s->view, subject->pid)) && patience_again(&p))
		;
	return found;
}

/* Whoever killed that has killed it, too. */
static bool parent_died(const struct scene *s, const struct scene_subject *subject)
{
	char task[16];

	snprintf(task, sizeof(task), "%d", (int)subject->parent);
	return subject->parent && !view_is_alive(s->view, task);
}

int check_spares(const struct scene *s, struct evidence *ret)
{
	int looked_at = 0;

	for (size_t i = 0; i < s->n_subjects; i++) {
		const struct scene_subject *subject = &s->subjects[i];

		if (lives(s, subject))
			looked_at++;
		else if (!parent_died(s, subject))
			return evidence_set(ret,
					    "process %d in group %s has died; nobody killed it or "
					    "its group",
					    (int)subject->pid, group_of(s, subject));
	}
	return looked_at;
}

int check_pids(const struct scene *s, struct evidence *ret)
{
	return wait_number(s, "pids.current", NULL, s->pids_before, ret);
}

/* Which controllers hold on to them; kernels before 6.12 do not say. */
static void add_holders(const struct scene *s, struct evidence *ret)
{
	static const char prefix[] = "nr_dying_subsys_";
	char text[4096], *save = NULL;

	if (io_read_attr(s->group_fd, "cgroup.stat", text, sizeof(text)) < 0)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *value = strchr(line, ' ');

		if (strncmp(line, prefix, strlen(prefix)) == 0 && value && strcmp(value, " 0") != 0)
			evidence_add(ret, "\n%s", line);
	}
}

/* Of groups without the memory controller; see test_groups_may_have(). */
int check_dying(const struct scene *s, struct evidence *ret)
{
	int r = wait_number(s, "cgroup.stat", "nr_dying_descendants", 0, ret);

	if (r == -EBADMSG)
		add_holders(s, ret);
	return r;
}

/* Without a file that bounds it the memory goes to swap, and nobody has to be killed. */
static bool may_swap(const struct scene *s)
{
	return faccessat(s->group_fd, "memory.swap.max", F_OK, 0) < 0 &&
	       io_read_number(s->view->proc_fd, "meminfo", "SwapTotal:") > 0;
}

/* The count comes before the signal (__oom_kill_process() in mm/oom_kill.c). */
int check_oom(const struct scene *s, struct evidence *ret)
{
	int64_t kills = io_read_number(s->group_fd, "memory.events", "oom_kill");
	int status = s->child.status;

	if (kills < 0)
		return (int)kills;
	/* On a machine too busy for it to come that far. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && kills > 0)
		return 1;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == OOM_NOTHING_TOUCHED || may_swap(s)))
		return 0;
	return evidence_set(ret,
			    "a process that needs more than memory.max ended with wait status %d, "
			    "and oom_kill of memory.events is %" PRId64,
			    status, kills);
}

int check_removal(const struct scene *s, struct evidence *ret)
{
	if (s->removal == 0)
		return 1;
	if (s->removal != -EBUSY)
		return s->removal;
	evidence_set(ret,
		     "removing a group whose populated is %" PRId64
		     " is refused (EBUSY) for %" PRIu64 " ms",
		     io_read_number(s->group_fd, "cgroup.events", "populated"),
		     s->patience_ns / NS_PER_MS);
	stuck_find_in_group(s->group_fd, ret);
	return -EBADMSG;
}

int check_occupied(const struct scene *s, struct evidence *ret)
{
	if (s->removal == 0)
		return evidence_set(ret, "a group with another one in it was removed");
	return s->removal == -EBUSY ? 1 : s->removal;
}

int check_responds(const struct scene *s, struct evidence *ret)
{
	if (!s->stuck)
		return 1;
	evidence_set(ret, "%s", s->stuck);
	if (s->waiting > 0)
		stuck_find_below(s->view, s->waiting, ret);
	return -EBADMSG;
}
