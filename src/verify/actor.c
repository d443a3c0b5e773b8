/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"
#include "verify/actor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cgroup/group.h"

const struct actor_kind actor_kinds[] = {
	{"mover", SCHEDULE_MOVERS, actor_moves},
	{"spawner", SCHEDULE_SPAWNERS, actor_spawns},
	{"killer", SCHEDULE_KILLERS, actor_kills},
	{"freezer", SCHEDULE_FREEZERS, actor_freezes},
	{"builder", SCHEDULE_BUILDERS, actor_builds},
	{"toggler", SCHEDULE_TOGGLERS, actor_toggles},
	{"squeezer", SCHEDULE_SQUEEZERS, actor_squeezes},
	{"hog", SCHEDULE_HOGS, actor_hogs},
	/* Late: the others are pinned to CPUs that they find online. */
	{"unplugger", SCHEDULE_UNPLUGGERS, actor_unplugs},
	/* Last: it interrupts those that it finds started. */
	{"interrupter", SCHEDULE_INTERRUPTERS, actor_interrupts},
	{NULL, 0, NULL},
};

static void do_nothing(int signal_number)
{
}

void actors_prepare(void)
{
	struct sigaction interrupted = {.sa_handler = do_nothing}; /* no SA_RESTART: EINTR */

	sigaction(SIGUSR1, &interrupted, NULL);
}

_Noreturn void actor_main(struct actor *a, const struct actor_kind *kind)
{
	char name[32];

	snprintf(name, sizeof(name), "cgchurn-%s", kind->name);
	prctl(PR_SET_NAME, name);
	/* Orphans of what it kills come to it, for it to reap. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	rng_init(&a->rng, a->shared->schedule.seed, (uint64_t)(a->slot - a->shared->actors) + 1);
	kind->run(a);
	atomic_store(&a->slot->state, BOARD_DONE);
	_exit(0);
}

bool actor_goes_on(struct actor *a)
{
	struct shared *b = a->shared;
	uint32_t pauses;

	atomic_fetch_add(&a->slot->operations, 1);
	actor_does(a, "between two operations");
	while ((pauses = atomic_load(&b->pauses)) % 2) {
		atomic_store(&a->slot->rests_in, pauses);
		clock_sleep_until(clock_now_ns() + NS_PER_MS / 4);
	}
	return !shared_stops(b);
}

void actor_does(struct actor *a, const char *what)
{
	atomic_store(&a->slot->since_ns, clock_now_ns());
	atomic_store(&a->slot->doing, what);
}

void actor_dozes(struct actor *a, uint64_t most_ns)
{
	clock_sleep_until(clock_now_ns() + rng_below(&a->rng, most_ns + 1));
}

struct scene actor_scene(const struct actor *a)
{
	return (struct scene){.view = &a->shared->view,
			      .patience_ns = a->shared->patience_ns,
			      .group_fd = a->shared->view.test_groups_fd};
}

int actor_makes_group(struct actor *a, const char *name)
{
	int parent = a->shared->view.test_groups_fd, fd;

	actor_does(a, "mkdir of a group");
	if (mkdirat(parent, name, 0755) < 0) {
		actor_fails(a, "making the group %s: %s", name, strerror(errno));
		return -1;
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		actor_fails(a, "opening the group %s: %s", name, strerror(errno));
	return fd;
}

static pid_t clone_into(int group_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group_fd};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* In the child. It may be the child of a parent that died meanwhile. */
static void begin_child(const struct shared *b, pid_t parent)
{
	child_dies_with(parent);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	alarm(shared_lifetime_s(b));
}

/* As a container runtime does it: fork, put the child into the group, let it go. */
static pid_t fork_and_move(const struct shared *b, int group_fd)
{
	pid_t self = getpid(), pid;
	int ends[2], r;
	char id[16];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		begin_child(b, self);
		if (read(ends[0], id, 1) != 0)
			_exit(1);
		close(ends[0]);
		return 0;
	}
	r = pid < 0 ? -errno : 0;
	snprintf(id, sizeof(id), "%d", (int)pid);
	if (pid > 0)
		r = io_write_attr(group_fd, "cgroup.procs", id);
	if (pid > 0 && r < 0)
		actor_reaps(pid);
	close(ends[1]);
	close(ends[0]);
	return r < 0 ? r : pid;
}

pid_t actor_forks_into(struct actor *a, int group_fd, bool plainly)
{
	pid_t self = getpid(), pid;

	if (plainly)
		return fork_and_move(a->shared, group_fd);
	pid = clone_into(group_fd);
	if (pid == 0)
		begin_child(a->shared, self);
	return pid < 0 ? -errno : pid;
}

void actor_reaps(pid_t pid)
{
	kill(pid, SIGKILL);
	child_reap(pid, NULL);
}

void actor_ends_waiter(struct actor *a, struct waiter *w, const char *change, bool came)
{
	struct scene s = actor_scene(a);
	int unwoken;

	if (!came) {
		waiter_cancel(w);
		return;
	}
	actor_does(a, "waiting for who waits for a change of cgroup.events");
	unwoken = waiter_end(w);
	if (unwoken < 0)
		return;
	s.unwoken = unwoken;
	s.change = change;
	shared_check(a->shared, INVARIANT_NOTIFY, &s);
}

void actor_removes_group(struct actor *a, int parent_fd, const char *name)
{
	_cleanup_fd int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scene s = actor_scene(a);

	s.group_fd = fd;
	actor_does(a, "rmdir of a group");
	s.removal = group_remove(parent_fd, name, clock_now_ns() + s.patience_ns);
	shared_check(a->shared, INVARIANT_REMOVAL, &s);
	atomic_fetch_add(&a->shared->groups, 1);
}
