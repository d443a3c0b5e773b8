/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/mounts.h"
#include "cgroup/root.h"

enum { TEXT_MAX = 1 << 16 };

static void look_at_worker(pid_t pid, struct standing_worker *ret)
{
	static const char key[] = "\nCpus_allowed_list:\t";
	_cleanup_free char *status = NULL;
	char path[48];
	const char *at;

	if (pid <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	io_read_all(AT_FDCWD, path, TEXT_MAX, &ret->cgroups, NULL);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (io_read_all(AT_FDCWD, path, TEXT_MAX, &status, NULL) < 0)
		return;
	at = strstr(status, key);
	if (at)
		ret->cpus = strndup(at + strlen(key), strcspn(at + strlen(key), "\n"));
}

static int look_at_workers(struct standing *s, const struct workers *workers)
{
	s->workers = calloc(workers->n_members, sizeof(*s->workers));
	if (!s->workers)
		return -ENOMEM;
	s->n_workers = workers->n_members;
	for (size_t i = 0; i < s->n_workers; i++)
		look_at_worker(workers->members[i].pid, &s->workers[i]);
	if (io_read_attr(AT_FDCWD, "/sys/devices/system/cpu/online", s->online, sizeof(s->online)) <
	    0)
		s->online[0] = '\0';
	return 0;
}

static int64_t read_number(const char *group, const char *file, const char *key)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return io_read_number(AT_FDCWD, path, key);
}

/* cgroup v2 counts throttling in us, v1 in ns. */
void standing_look_at_group(struct standing_group *g)
{
	int64_t v2 = read_number(g->path, "cpu.stat", "throttled_usec");
	int64_t v1 = v2 < 0 ? read_number(g->path, "cpu.stat", "throttled_time") : 0;
	int64_t frozen = read_number(g->path, "cgroup.stat.local", "frozen_usec");

	g->throttled_ns = v2 >= 0 ? (uint64_t)v2 * NS_PER_US : v1 > 0 ? (uint64_t)v1 : 0;
	g->has_frozen = frozen >= 0;
	g->frozen_ns = g->has_frozen ? (uint64_t)frozen * NS_PER_US : 0;
}

static void watch_freezer(struct standing *s, struct standing_group *g)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/freezer.state", g->path);
	g->watch = -1;
	if (access(path, F_OK) < 0)
		return;
	if (s->watch_fd < 0)
		s->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->watch_fd >= 0)
		g->watch = inotify_add_watch(s->watch_fd, path, IN_MODIFY);
}

/* A group below `mount`, and those above it; not one that is there already. */
static int add_groups(struct standing *s, const char *mount, const char *group)
{
	char path[PATH_MAX];
	char *slash;

	snprintf(path, sizeof(path), "%s", group);
	for (; strlen(path) > strlen(mount); *slash = '\0') {
		struct standing_group *g;

		for (size_t i = 0; i < s->n_groups; i++)
			if (strcmp(s->groups[i].path, path) == 0)
				return 0;
		g = array_grow(&s->groups, &s->n_groups, sizeof(*g));
		if (!g)
			return -ENOMEM;
		memcpy(g->path, path, sizeof(path));
		standing_look_at_group(g);
		watch_freezer(s, g);
		slash = strrchr(path, '/');
	}
	return 0;
}

/* The groups from that of this worker upward. */
static int add_worker_groups(struct standing *s, const struct cgroup_mount *m, const char *name,
			     const char *cgroups)
{
	char group[PATH_MAX];

	return cgroup_folder(m, cgroups, name, group) < 0 ? 0 : add_groups(s, m->path, group);
}

static int add_mount(struct standing *s, const struct cgroup_mount *m)
{
	static const char *const names[] = {"cpu", "freezer"};
	int r = 0;

	for (size_t i = 0; i < s->n_workers && r == 0; i++) {
		const char *cgroups = s->workers[i].cgroups;

		if (m->v2 && cgroups)
			r = add_worker_groups(s, m, "", cgroups);
		for (size_t k = 0; k < 2 && r == 0 && cgroups && !m->v2; k++)
			if (cgroup_mount_has_option(m, names[k]))
				r = add_worker_groups(s, m, names[k], cgroups);
	}
	return r;
}

static int find_groups(struct standing *s)
{
	struct cgroup_mounts mounts = {0};
	int r = mounts_read(MOUNTS_SELF, &mounts);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < mounts.n && r == 0; i++)
		if (cgroup_mount_reachable(&mounts.items[i]))
			r = add_mount(s, &mounts.items[i]);
	mounts_finish(&mounts);
	return r;
}

/* From here on poll(2) says whether it changed: cgroup-v2.rst, cgroup.events. */
static void watch_events(struct standing *s, int run_group_fd)
{
	char text[256];

	s->events_fd = openat(run_group_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (s->events_fd >= 0 && read(s->events_fd, text, sizeof(text)) < 0)
		s->events_fd = close_fd(s->events_fd);
}

int standing_begin(struct standing *s, const struct workers *workers, int run_group_fd)
{
	char link[48], path[PATH_MAX] = "";
	int r;

	*s = (struct standing){.watch_fd = -1, .events_fd = -1};
	snprintf(link, sizeof(link), "/proc/self/fd/%d", run_group_fd);
	if (readlink(link, path, sizeof(path) - 1) > 0 && strrchr(path, '/'))
		snprintf(s->root, sizeof(s->root), "%.255s", strrchr(path, '/') + 1);
	r = look_at_workers(s, workers);
	if (r == 0)
		r = find_groups(s);
	if (r == 0)
		watch_events(s, run_group_fd);
	return r;
}

static void judge_writes(const struct standing *s, struct trial_outcome *o)
{
	_Alignas(struct inotify_event) char buf[4096];
	const struct inotify_event *event;
	ssize_t n = s->watch_fd < 0 ? 0 : read(s->watch_fd, buf, sizeof(buf));

	for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*event) + event->len)) {
		event = (const void *)(buf + at);
		for (size_t i = 0; i < s->n_groups; i++)
			if (s->groups[i].watch == event->wd && event->mask & IN_MODIFY)
				trial_invalidate(o,
						 "freezer.state of %.180s was written to: "
						 "workers were frozen or thawed",
						 s->groups[i].path);
	}
}

/* The run group holds workers all the time, so it is not `populated` that has changed. */
static void judge_events(const struct standing *s, const struct workers *workers,
			 struct trial_outcome *o)
{
	struct pollfd p = {.fd = s->events_fd, .events = POLLPRI};

	for (size_t i = 0; i < s->n_groups; i++)
		if (s->groups[i].has_frozen)
			return; /* which is exact, and judged already */
	if (workers->n_running && s->events_fd >= 0 && poll(&p, 1, 0) > 0 && p.revents & POLLPRI)
		trial_invalidate(o, "the run group was frozen or thawed meanwhile");
}

int standing_end(struct standing *s, const struct workers *workers, struct trial_outcome *o)
{
	_cleanup_(standing_finish) struct standing after = {.watch_fd = -1, .events_fd = -1};
	int r = look_at_workers(&after, workers);

	for (size_t i = 0; i < s->n_groups && r == 0; i++) {
		struct standing_group *g =
			array_grow(&after.groups, &after.n_groups, sizeof(*after.groups));

		if (!g)
			return -ENOMEM;
		memcpy(g->path, s->groups[i].path, sizeof(g->path));
		standing_look_at_group(g);
	}
	if (r < 0)
		return r;
	standing_judge(s, &after, workers->plan, o);
	judge_writes(s, o);
	judge_events(s, workers, o);
	return 0;
}

static bool is_inside(const char *path, size_t length, const char *root)
{
	size_t n = strlen(root);

	for (size_t i = 0; i + n < length; i++)
		if (path[i] == '/' && strncmp(path + i + 1, root, n) == 0 &&
		    (i + 1 + n == length || path[i + 1 + n] == '/'))
			return true;
	return false;
}

/* Whether a worker left the run group, or its group of a v1 hierarchy; `ret` gets the new one. */
static bool has_moved(const char *before, const char *after, const char *root, char ret[128])
{
	size_t length, old_length;
	const char *path = cgroup_find_path(after, "", &length);

	if (path && *root && !is_inside(path, length, root)) {
		snprintf(ret, 128, "%.*s", (int)length, path);
		return true;
	}
	for (const char *line = before; line && *line; line = strchr(line, '\n')) {
		char names[64];
		const char *old;

		if (sscanf(line += *line == '\n', "%*d:%63[^:,]", names) != 1)
			continue; /* v2's have no name */
		old = cgroup_find_path(before, names, &old_length);
		path = cgroup_find_path(after, names, &length);
		if (old && path && (length != old_length || strncmp(old, path, length) != 0)) {
			snprintf(ret, 128, "%.40s:%.*s", names, (int)length, path);
			return true;
		}
	}
	return false;
}

static void judge_worker(const struct standing_worker *before, const struct standing_worker *after,
			 const char *root, const char *who, struct trial_outcome *o)
{
	char group[128];

	if (before->cgroups && after->cgroups &&
	    has_moved(before->cgroups, after->cgroups, root, group))
		trial_invalidate(o, "%s was moved to the group %s", who, group);
	if (before->cpus && after->cpus && strcmp(before->cpus, after->cpus) != 0)
		trial_invalidate(o, "%s was pinned to other CPUs: %.40s, before %.40s", who,
				 after->cpus, before->cpus);
}

static void judge_throttled(const struct standing_group *before, const struct standing_group *after,
			    const char *root, struct trial_outcome *o)
{
	const char *name = strrchr(before->path, '/');

	/* The run group's own is judged with the machine. */
	if (after->throttled_ns > before->throttled_ns && strcmp(name + 1, root) != 0)
		trial_invalidate(o, "the group %.160s was throttled for %llu us", before->path,
				 (unsigned long long)((after->throttled_ns - before->throttled_ns) /
						      NS_PER_US));
}

static uint64_t frozen_ns(const struct standing *before, const struct standing *after, size_t i)
{
	uint64_t from = before->groups[i].frozen_ns, to = after->groups[i].frozen_ns;

	return after->groups[i].has_frozen && to > from ? to - from : 0;
}

/* Whoever freezes a group freezes all below it: only the highest one is named. */
static void judge_frozen(const struct standing *before, const struct standing *after,
			 struct trial_outcome *o)
{
	size_t highest = 0;
	uint64_t ns = 0;

	for (size_t i = 0; i < before->n_groups && i < after->n_groups; i++) {
		uint64_t this_ns = frozen_ns(before, after, i);

		if (!this_ns ||
		    (ns && strlen(before->groups[i].path) > strlen(before->groups[highest].path)))
			continue;
		highest = i;
		ns = this_ns;
	}
	if (ns)
		trial_invalidate(o, "the group %.180s was frozen for %llu ms",
				 before->groups[highest].path,
				 (unsigned long long)(ns / NS_PER_MS));
}

void standing_judge(const struct standing *before, const struct standing *after,
		    const struct plan *plan, struct trial_outcome *o)
{
	if (strcmp(before->online, after->online) != 0)
		trial_invalidate(o, "CPUs went offline or came online: %.60s, before %.60s",
				 after->online, before->online);
	for (size_t i = 0; i < before->n_workers && i < after->n_workers; i++) {
		const struct plan_worker *w = &plan->workers[i];
		char who[64 + WORKLOAD_NAME_SIZE];

		snprintf(who, sizeof(who), "worker %u of %s", w->index,
			 plan->workload->actors[w->actor].name);
		judge_worker(&before->workers[i], &after->workers[i], before->root, who, o);
	}
	for (size_t i = 0; i < before->n_groups && i < after->n_groups; i++)
		judge_throttled(&before->groups[i], &after->groups[i], before->root, o);
	judge_frozen(before, after, o);
}

void standing_finish(struct standing *s)
{
	for (size_t i = 0; i < s->n_workers; i++) {
		free(s->workers[i].cgroups);
		free(s->workers[i].cpus);
	}
	free(s->workers);
	free(s->groups);
	close_fd(s->watch_fd);
	close_fd(s->events_fd);
	*s = (struct standing){.watch_fd = -1, .events_fd = -1};
}
