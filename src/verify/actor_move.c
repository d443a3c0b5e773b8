/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Movers: each moves processes that nobody else moves, and looks where all their threads are. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "verify/actor.h"

/* What one mover moves, and into what. */
struct mover {
	struct actor *a;
	uint32_t first, n; /* of the board's subjects */
	int procs[VIEW_GROUPS_MAX];
};

static int open_groups(struct mover *m)
{
	const struct view *v = &m->a->shared->view;
	char path[64];

	for (uint32_t g = 0; g < v->n_groups; g++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", v->groups[g]);
		m->procs[g] = openat(v->test_groups_fd, path, O_WRONLY | O_CLOEXEC);
		if (m->procs[g] < 0)
			return -errno;
	}
	return 0;
}

static _Noreturn void become_subject(struct mover *m, uint32_t index, pid_t mover)
{
	struct shared_subject *s = &m->a->shared->subjects[index];
	char path[PATH_MAX], fd[12], number[12];
	char *const argv[] = {path, fd, number, NULL};
	ssize_t n;

	child_dies_with(mover);
	do
		n = write(m->procs[shared_group_at(s, 0)], "0", 1);
	while (n < 0 && errno == EINTR);
	snprintf(path, sizeof(path), "%s", m->a->subject_path);
	snprintf(fd, sizeof(fd), "%d", m->a->shared_fd);
	snprintf(number, sizeof(number), "%u", index);
	if (n == 1)
		execve(path, argv, (char *[]){NULL});
	shared_fault(m->a->shared, "starting a subject: %s", strerror(errno));
	_exit(1);
}

/* Until it runs; pids.max may keep its first threads back for a while. */
static bool wait_started(struct mover *m, struct shared_subject *s)
{
	while (atomic_load(&s->beats) == 0) {
		if (!actor_goes_on(m->a))
			return false;
		clock_sleep_until(clock_now_ns() + NS_PER_MS / 2);
	}
	return true;
}

static bool start_subject(struct mover *m, uint32_t index)
{
	struct shared_subject *s = &m->a->shared->subjects[index];
	pid_t self = getpid(), pid;

	actor_does(m->a, "starting a process to move");
	atomic_store(&s->mover, self);
	pid = fork();
	if (pid == 0)
		become_subject(m, index, self);
	if (pid < 0) {
		actor_fails(m->a, "fork: %s", strerror(errno));
		return false;
	}
	atomic_store(&s->pid, pid);
	return wait_started(m, s);
}

static struct scene scene_of(const struct mover *m, const struct scene_subject *subject)
{
	struct scene scene = actor_scene(m->a);

	scene.subjects = subject;
	scene.n_subjects = 1;
	return scene;
}

static void look(struct mover *m, struct shared_subject *s)
{
	struct scene_subject subject = {.pid = atomic_load(&s->pid),
					.group = shared_group_at(s, atomic_load(&s->epoch))};
	struct scene scene = scene_of(m, &subject);

	actor_does(m->a, "looking where threads are");
	if (shared_check(m->a->shared, INVARIANT_TOGETHER, &scene) == 0)
		shared_check(m->a->shared, INVARIANT_KILL_SPARES, &scene);
}

static void move(struct mover *m, struct shared_subject *s)
{
	struct shared *b = m->a->shared;
	uint32_t from = shared_group_at(s, atomic_load(&s->epoch));
	uint32_t to = (from + 1 + (uint32_t)rng_below(&m->a->rng, b->view.n_groups - 1)) %
		      b->view.n_groups;
	char id[16];
	int length = snprintf(id, sizeof(id), "%d", (int)atomic_load(&s->pid));
	ssize_t n;

	actor_does(m->a, "write to cgroup.procs");
	shared_move_begins(s, to);
	n = write(m->procs[to], id, (size_t)length);
	shared_move_ends(s, n == length);
	if (n < 0)
		shared_refused(b, errno);
	atomic_fetch_add(&b->moves, n == length);
}

/* All are killed before the first is reaped: who lives on makes work. */
static void end_subjects(struct mover *m)
{
	struct shared_subject *subjects = &m->a->shared->subjects[m->first];

	actor_does(m->a, "reaping processes that were moved");
	for (uint32_t i = 0; i < m->n; i++)
		if (atomic_load(&subjects[i].pid) > 0)
			kill(atomic_load(&subjects[i].pid), SIGKILL);
	for (uint32_t i = 0; i < m->n; i++)
		if (atomic_load(&subjects[i].pid) > 0)
			actor_reaps(atomic_load(&subjects[i].pid));
}

void actor_moves(struct actor *a)
{
	struct shared *b = a->shared;
	uint32_t each = (uint32_t)b->schedule.value[SCHEDULE_SUBJECTS];
	struct mover m = {.a = a, .first = a->index * each, .n = each};
	int r = open_groups(&m);
	bool goes_on = r == 0;

	if (r < 0)
		actor_fails(a, "opening cgroup.procs: %s", strerror(-r));
	for (uint32_t i = 0; i < m.n && goes_on; i++)
		goes_on = start_subject(&m, m.first + i);
	while (goes_on && m.n && actor_goes_on(a)) {
		struct shared_subject *s = &b->subjects[m.first + rng_below(&a->rng, m.n)];

		move(&m, s);
		look(&m, s);
		if (b->schedule.pace_ns)
			actor_dozes(a, b->schedule.pace_ns);
	}
	end_subjects(&m);
}
