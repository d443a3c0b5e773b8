/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Movers, spawners and killers: they move processes, create them in groups, and kill groups. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "verify/actor.h"
#include "verify/waiter.h"

/* What this mover moves, and nobody else does: an actor is a process of its own. */
static struct {
	struct shared_subject *subjects;
	uint32_t n;
	int procs[VIEW_GROUPS_MAX]; /* cgroup.procs of each group */
} mover;

static int open_procs(const struct view *v)
{
	char path[64];

	for (uint32_t g = 0; g < v->n_groups; g++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", v->groups[g]);
		mover.procs[g] = openat(v->test_groups_fd, path, O_WRONLY | O_CLOEXEC);
		if (mover.procs[g] < 0)
			return -errno;
	}
	return 0;
}

static _Noreturn void become_subject(struct actor *a, struct shared_subject *s, pid_t parent)
{
	char path[PATH_MAX], fd[12], number[12];
	char *const argv[] = {path, fd, number, NULL};
	ssize_t n;

	child_dies_with(parent);
	n = TEMP_FAILURE_RETRY(write(mover.procs[shared_group_at(s, 0)], "0", 1));
	snprintf(path, sizeof(path), "%s", a->subject_path);
	snprintf(fd, sizeof(fd), "%d", a->shared_fd);
	snprintf(number, sizeof(number), "%d", (int)(s - a->shared->subjects));
	if (n == 1)
		execve(path, argv, (char *[]){NULL});
	shared_fault(a->shared, "starting a subject: %s", strerror(errno));
	_exit(1);
}

/* Returns when it runs; pids.max may keep its first threads back for a while. */
static bool start_subject(struct actor *a, struct shared_subject *s)
{
	pid_t self = getpid(), pid;

	actor_does(a, "starting a process to move");
	atomic_store(&s->mover, self);
	pid = fork();
	if (pid == 0)
		become_subject(a, s, self);
	if (pid < 0) {
		shared_fault(a->shared, "fork: %s", strerror(errno));
		return false;
	}
	atomic_store(&s->pid, pid);
	while (atomic_load(&s->beats) == 0) {
		if (!actor_goes_on(a))
			return false;
		clock_sleep_until(clock_now_ns() + NS_PER_MS / 2);
	}
	return true;
}

static bool start_subjects(struct actor *a)
{
	struct shared *b = a->shared;
	int r = open_procs(&b->view);

	if (r < 0) {
		shared_fault(b, "opening cgroup.procs: %s", strerror(-r));
		return false;
	}
	mover.n = (uint32_t)b->schedule.value[SCHEDULE_SUBJECTS];
	mover.subjects = &b->subjects[a->index * mover.n];
	for (uint32_t i = 0; i < mover.n; i++)
		if (!start_subject(a, &mover.subjects[i]))
			return false;
	return mover.n > 0;
}

static void check_subject(struct actor *a, const struct shared_subject *s)
{
	struct scene_subject subject = {.pid = atomic_load(&s->pid),
					.group = shared_group_at(s, atomic_load(&s->epoch))};
	struct scene scene = actor_scene(a);

	scene.subjects = &subject;
	scene.n_subjects = 1;
	actor_does(a, "looking where threads are");
	if (shared_check(a->shared, INVARIANT_TOGETHER, &scene) == 0)
		shared_check(a->shared, INVARIANT_KILL_SPARES, &scene);
}

static bool move(struct actor *a)
{
	struct shared *b = a->shared;
	struct shared_subject *s = &mover.subjects[rng_below(&a->rng, mover.n)];
	uint32_t from = shared_group_at(s, atomic_load(&s->epoch));
	uint32_t to =
		(from + 1 + (uint32_t)rng_below(&a->rng, b->view.n_groups - 1)) % b->view.n_groups;
	char id[16];
	int length = snprintf(id, sizeof(id), "%d", (int)atomic_load(&s->pid));
	ssize_t n;

	actor_does(a, "write to cgroup.procs");
	shared_move_begins(s, to);
	n = write(mover.procs[to], id, (size_t)length);
	shared_move_ends(s, n == length);
	if (n < 0)
		shared_refused(b, errno);
	else
		shared_count(b, COUNT_MOVES);
	check_subject(a, s);
	if (b->schedule.pace_ns)
		actor_sleeps(a, b->schedule.pace_ns);
	return true;
}

/* All are killed before the first is reaped, because the others go on to make work. */
static void end_subjects(struct actor *a)
{
	actor_does(a, "reaping processes that were moved");
	for (uint32_t i = 0; i < mover.n; i++)
		if (atomic_load(&mover.subjects[i].pid) > 0)
			kill(atomic_load(&mover.subjects[i].pid), SIGKILL);
	for (uint32_t i = 0; i < mover.n; i++)
		if (atomic_load(&mover.subjects[i].pid) > 0)
			child_reap(atomic_load(&mover.subjects[i].pid), NULL);
}

const struct actor_kind actor_mover = {
	.name = "mover",
	.key = SCHEDULE_MOVERS,
	.begin = start_subjects,
	.step = move,
	.end = end_subjects,
};

/*
 * Several times, while others are moved out of the group and into it. Not where controllers are
 * switched above it: that moves all tasks between lists of the kernel's, and a reader of one list may
 * miss a task that comes from another.
 */
static void check_lists_of(struct actor *a, int fd, pid_t pid)
{
	enum { LOOKS = 8 };
	struct scene s = actor_scene(a);

	if (a->shared->schedule.value[SCHEDULE_CONTROLLER_TOGGLERS])
		return;
	s.group_fd = fd;
	s.listed = pid;
	actor_does(a, "reading the lists of a group");
	for (int i = 0; i < LOOKS; i++)
		if (shared_check(a->shared, INVARIANT_LISTS, &s) < 0)
			return;
}

static bool spawn(struct actor *a)
{
	uint32_t group;
	_cleanup_fd int fd = actor_opens_group(a, &group);
	struct scene s = actor_scene(a);

	if (fd < 0)
		return false;
	actor_does(a, "clone3 into a group");
	s.child.pid = actor_forks_into(a, fd, false);
	if (s.child.pid == 0)
		actor_child_stays();
	if (s.child.pid < 0) {
		actor_sleeps(a, NS_PER_MS);
		return true;
	}
	s.child.groups = UINT64_C(1) << group;
	shared_check(a->shared, INVARIANT_CLONE_INTO, &s);
	check_lists_of(a, fd, s.child.pid);
	actor_reaps(s.child.pid);
	return true;
}

const struct actor_kind actor_spawner = {
	.name = "spawner",
	.key = SCHEDULE_SPAWNERS,
	.pause_ns = 2 * NS_PER_MS,
	.pause_one_in = 8,
	.step = spawn,
};

/*
 * Forks as fast as it can, at most WIDTH children at a time, the first of which do the same until
 * DEPTH: some hundred processes at most, some thousand in its life.
 */
static _Noreturn void multiply(const struct shared *b)
{
	enum { WIDTH = 6, DEPTH = 3 };
	int alive = 0, depth = 0;

	for (uint64_t n = 0;; n++) {
		pid_t pid = alive < WIDTH ? fork() : -1;

		if (pid == 0) {
			alarm(shared_lifetime_s(b));
			if (n % 2)
				_exit(0);
			if (n > 2 || depth == DEPTH)
				actor_child_stays();
			depth++;
			alive = 0;
			n = 0;
		}
		alive += pid > 0;
		if (waitpid(-1, NULL, alive < WIDTH ? WNOHANG : 0) > 0)
			alive--;
	}
}

/* A process that its own alarm ended was not killed: the empty group proves nothing then. */
static void reap_killed(struct actor *a, struct scene *s)
{
	pid_t pid;
	int status;

	actor_does(a, "reaping what was killed");
	while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (pid > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
			s->outlived = pid;
	if (s->outlived)
		shared_check(a->shared, INVARIANT_KILL_DRAINS, s);
}

/* `top` and its child `below` are filled, and killed at the top. Whether they are empty. */
static bool fill_and_kill(struct actor *a, int top, int below)
{
	struct scene s = actor_scene(a);
	struct waiter waiter;
	int r;

	actor_does(a, "starting processes to kill");
	for (int i = 0; i < 2; i++)
		if (actor_forks_into(a, i ? below : top, rng_below(&a->rng, 2)) == 0)
			multiply(a->shared);
	actor_sleeps(a, 5 * NS_PER_MS);
	waiter_start(&waiter, top, WAITER_POLL, "populated", 0, s.patience_ns);
	actor_does(a, "write to cgroup.kill");
	r = group_kill(top);
	if (r < 0)
		shared_fault(a->shared, "killing a group: %s", strerror(-r));
	s.group_fd = top;
	actor_does(a, "waiting for a killed group to empty");
	r = shared_check(a->shared, INVARIANT_KILL_DRAINS, &s);
	actor_does(a, "ending who waits for a change of cgroup.events");
	waiter_check(&waiter, a->shared, "populated is 0", s.patience_ns, r > 0);
	if (r >= 0)
		reap_killed(a, &s);
	return r >= 0;
}

/* The kill is over: who is born into the group afterwards lives. */
static void check_born_later(struct actor *a, int top)
{
	struct scene_subject born = {.where = "that was killed before it was born"};
	struct scene s = actor_scene(a);

	actor_does(a, "clone3 into a group that was killed");
	born.pid = actor_forks_into(a, top, false);
	if (born.pid == 0)
		actor_child_stays();
	if (born.pid < 0)
		return;
	s.subjects = &born;
	s.n_subjects = 1;
	actor_sleeps(a, NS_PER_MS);
	shared_check(a->shared, INVARIANT_KILL_SPARES, &s);
	actor_reaps(born.pid);
}

static bool kill_one(struct actor *a)
{
	static const char name[] = "victim";
	_cleanup_fd int top = actor_makes_group(a, a->area_fd, name);
	_cleanup_fd int below = top < 0 ? -1 : actor_makes_group(a, top, "0");

	if (below < 0 || !fill_and_kill(a, top, below))
		return false;
	check_born_later(a, top);
	actor_removes_group(a, top, "0", false);
	actor_removes_group(a, a->area_fd, name, false);
	shared_count(a->shared, COUNT_KILLS);
	return true;
}

const struct actor_kind actor_killer = {
	.name = "killer",
	.key = SCHEDULE_KILLERS,
	.area = "kill",
	.pause_ns = 5 * NS_PER_MS,
	.step = kill_one,
};
