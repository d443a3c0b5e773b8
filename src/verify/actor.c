/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/actor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "stressor/clone3_into.h"

const struct actor_kind *const actor_kinds[] = {
	&actor_mover,
	&actor_spawner,
	&actor_killer,
	&actor_freezer,
	&actor_builder,
	&actor_controller_toggler,
	&actor_limit_setter,
	&actor_memory_hog,
	&actor_namespacer,
	/* Late: the others are pinned to CPUs that they find online. */
	&actor_unplugger,
	/* Last: it interrupts those that it finds started. */
	&actor_interrupter,
	NULL,
};

static void do_nothing(int signal_number)
{
}

void actors_prepare(void)
{
	struct sigaction interrupted = {.sa_handler = do_nothing}; /* no SA_RESTART: EINTR */

	sigaction(SIGUSR1, &interrupted, NULL);
}

static void take_steps(struct actor *a, const struct actor_kind *kind)
{
	bool goes_on = !kind->begin || kind->begin(a);

	while (goes_on && actor_goes_on(a)) {
		goes_on = kind->step(a);
		if (kind->pause_ns &&
		    (!kind->pause_one_in || rng_below(&a->rng, kind->pause_one_in) == 0))
			actor_sleeps(a, kind->pause_ns);
	}
	if (kind->end)
		kind->end(a);
}

static void work_in_area(struct actor *a, const struct actor_kind *kind)
{
	int parent = kind->beside ? a->run_group_fd : a->shared->view.test_groups_fd;
	char name[32];

	if (kind->beside)
		snprintf(name, sizeof(name), "%s", kind->area);
	else
		snprintf(name, sizeof(name), "%s-%u", kind->area, a->index);
	a->area_fd = actor_makes_group(a, parent, name);
	if (a->area_fd < 0)
		return;
	take_steps(a, kind);
	a->area_fd = close_fd(a->area_fd);
	actor_removes_group(a, parent, name, false);
}

_Noreturn void actor_main(struct actor *a, const struct actor_kind *kind)
{
	char name[32];

	snprintf(name, sizeof(name), "cgchurn-%s", kind->name);
	prctl(PR_SET_NAME, name);
	/* Orphans of what it kills become its children, for it to reap. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	rng_init(&a->rng, a->shared->schedule.seed, (uint64_t)(a->slot - a->shared->actors) + 1);
	if (kind->area)
		work_in_area(a, kind);
	else
		take_steps(a, kind);
	atomic_store(&a->slot->state, SHARED_DONE);
	_exit(0);
}

bool actor_goes_on(struct actor *a)
{
	struct shared *b = a->shared;
	uint32_t pauses;

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

void actor_sleeps(struct actor *a, uint64_t most_ns)
{
	clock_sleep_until(clock_now_ns() + rng_below(&a->rng, most_ns + 1));
}

struct scene actor_scene(const struct actor *a)
{
	return (struct scene){.view = &a->shared->view,
			      .patience_ns = a->shared->patience_ns,
			      .group_fd = a->shared->view.test_groups_fd};
}

int actor_makes_group(struct actor *a, int parent_fd, const char *name)
{
	char reason[REFUSAL_SIZE];
	int fd;

	actor_does(a, "mkdir of a group");
	fd = group_make(parent_fd, name);
	if (fd < 0)
		shared_fault(a->shared, "making the group %s: %s", name,
			     refusal_reason(parent_fd, 1, -fd, reason));
	return fd;
}

void actor_removes_group(struct actor *a, int parent_fd, const char *name, bool at_once)
{
	_cleanup_fd int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scene s = actor_scene(a);

	s.group_fd = fd;
	if (at_once)
		s.patience_ns = 0;
	actor_does(a, "rmdir of a group");
	s.removal = group_remove(parent_fd, name, clock_now_ns() + s.patience_ns);
	shared_check(a->shared, INVARIANT_REMOVAL, &s);
	shared_count(a->shared, COUNT_REMOVALS);
}

int actor_opens_group(struct actor *a, uint32_t *ret_group)
{
	const struct view *v = &a->shared->view;
	int fd;

	*ret_group = (uint32_t)rng_below(&a->rng, v->n_groups);
	fd = openat(v->test_groups_fd, v->groups[*ret_group], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		shared_fault(a->shared, "opening a group: %s", strerror(errno));
	return fd;
}

/* In the child. */
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

static pid_t clone_into(const struct shared *b, int group_fd)
{
	pid_t self = getpid(), pid = fork_into(group_fd);

	if (pid == 0)
		begin_child(b, self);
	return pid < 0 ? -errno : pid;
}

pid_t actor_forks_into(struct actor *a, int group_fd, bool plainly)
{
	pid_t pid = plainly ? fork_and_move(a->shared, group_fd) : clone_into(a->shared, group_fd);

	if (pid < 0)
		shared_refused(a->shared, pid);
	return pid;
}

void actor_reaps(pid_t pid)
{
	kill(pid, SIGKILL);
	child_reap(pid, NULL);
}

_Noreturn void actor_child_stays(void)
{
	for (;;)
		pause();
}
