/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spawners bear children into groups; killers kill subtrees in which processes multiply. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/group.h"
#include "verify/actor.h"

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

static int open_group(const struct view *v, uint32_t group)
{
	return openat(v->test_groups_fd, v->groups[group], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void spawn(struct actor *a, uint32_t group)
{
	_cleanup_fd int fd = open_group(&a->shared->view, group);
	struct scene s = actor_scene(a);

	if (fd < 0) {
		actor_fails(a, "opening a group: %s", strerror(errno));
		return;
	}
	actor_does(a, "clone3 into a group");
	s.child.pid = actor_forks_into(a, fd, false);
	if (s.child.pid == 0)
		stay();
	if (s.child.pid < 0) {
		shared_refused(a->shared, s.child.pid);
		actor_dozes(a, NS_PER_MS);
		return;
	}
	s.child.groups = UINT64_C(1) << group;
	shared_check(a->shared, INVARIANT_CLONE_INTO, &s);
	actor_reaps(s.child.pid);
}

void actor_spawns(struct actor *a)
{
	while (actor_goes_on(a)) {
		spawn(a, (uint32_t)rng_below(&a->rng, a->shared->view.n_groups));
		if (rng_below(&a->rng, 8) == 0)
			actor_dozes(a, 2 * NS_PER_MS);
	}
}

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
				stay();
			depth++;
			alive = 0;
			n = 0;
		}
		alive += pid > 0;
		if (waitpid(-1, NULL, alive < WIDTH ? WNOHANG : 0) > 0)
			alive--;
	}
}

static void start_multiplying(struct actor *a, int fd)
{
	pid_t pid = actor_forks_into(a, fd, rng_below(&a->rng, 2));

	if (pid == 0)
		multiply(a->shared);
	if (pid < 0)
		shared_refused(a->shared, pid);
}

/* Who ends by the alarm of its own was not killed; that the group is empty then proves nothing. */
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

/* One subtree, "NAME" and "NAME/0"; killed at the top while they multiply in both. */
static void kill_one(struct actor *a, int area, const char *name)
{
	_cleanup_fd int top = -1, below = -1;
	struct scene s = actor_scene(a);
	struct waiter waiter;
	int r;

	actor_does(a, "mkdir of a group");
	if (mkdirat(area, name, 0755) < 0 ||
	    (top = openat(area, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    mkdirat(top, "0", 0755) < 0 ||
	    (below = openat(top, "0", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		actor_fails(a, "making a group to kill: %s", strerror(errno));
		return;
	}
	actor_does(a, "starting processes to kill");
	for (int i = 0; i < 2; i++)
		start_multiplying(a, i ? below : top);
	actor_dozes(a, 5 * NS_PER_MS);
	waiter_start(&waiter, top, WAITER_POLL, "populated", 0, s.patience_ns);
	actor_does(a, "write to cgroup.kill");
	r = group_kill(top);
	if (r < 0)
		actor_fails(a, "killing a group: %s", strerror(-r));
	s.group_fd = top;
	actor_does(a, "waiting for a killed group to empty");
	r = shared_check(a->shared, INVARIANT_KILL_DRAINS, &s);
	actor_ends_waiter(a, &waiter, "populated is 0", r > 0);
	if (r < 0)
		return;
	reap_killed(a, &s);
	actor_removes_group(a, top, "0");
	actor_removes_group(a, area, name);
	atomic_fetch_add(&a->shared->kills, 1);
}

void actor_kills(struct actor *a)
{
	char name[32];
	_cleanup_fd int area = -1;

	snprintf(name, sizeof(name), "kill-%u", a->index);
	area = actor_makes_group(a, name);
	for (uint64_t n = 0; area >= 0 && actor_goes_on(a); n++) {
		kill_one(a, area, "victim");
		actor_dozes(a, 5 * NS_PER_MS);
	}
	if (area >= 0)
		actor_removes_group(a, a->shared->view.test_groups_fd, name);
}
