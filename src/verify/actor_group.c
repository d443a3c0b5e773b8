/* SPDX-License-Identifier: GPL-2.0-or-later */
/* They change groups: freezers, builders, controller togglers, limit setters, memory hogs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "verify/actor.h"
#include "verify/round.h"
#include "verify/waiter.h"

/*
 * Writes it and checks that the group becomes so, and that a process that waits for it is woken: 1.
 * Or a negative errno, -ENOENT where groups cannot be frozen (before 5.2).
 */
static int set_frozen(struct actor *a, int fd, bool frozen)
{
	enum invariant_id id = frozen ? INVARIANT_FREEZE : INVARIANT_UNFROZEN;
	struct scene s = actor_scene(a);
	struct waiter waiter;
	int r;

	s.group_fd = fd;
	waiter_start(&waiter, fd, WAITER_POLL, "frozen", frozen, s.patience_ns);
	actor_does(a, "write to cgroup.freeze");
	r = io_write_attr(fd, "cgroup.freeze", frozen ? "1" : "0");
	if (r < 0 && frozen)
		shared_refused(a->shared, r);
	else if (r < 0)
		shared_fault(a->shared, "thawing a group: %s", strerror(-r));
	if (r == 0)
		r = shared_check(a->shared, id, &s);
	actor_does(a, "ending who waits for a change of cgroup.events");
	waiter_check(&waiter, a->shared, frozen ? "frozen is 1" : "frozen is 0", s.patience_ns,
		     r > 0);
	return r;
}

/* The subjects that are settled in the group, and with which epoch. */
static size_t settled_in(const struct shared *b, uint32_t group, const struct shared_subject **ret,
			 uint64_t *ret_epochs)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct shared_subject *s = &b->subjects[i];
		uint64_t epoch = atomic_load(&s->epoch);

		if (epoch % 2 || shared_group_at(s, epoch) != group || atomic_load(&s->beats) == 0)
			continue;
		ret_epochs[n] = epoch;
		ret[n++] = s;
	}
	return n;
}

/*
 * A subject that was settled in the group before it read frozen 1, and was not about to be moved
 * when its beats were read for the second time, was frozen in between.
 */
static void check_frozen(struct actor *a, int fd, uint32_t group)
{
	const struct shared_subject *settled[SHARED_SUBJECTS_MAX];
	struct scene_subject subjects[SHARED_SUBJECTS_MAX];
	uint64_t epochs[SHARED_SUBJECTS_MAX], before[SHARED_SUBJECTS_MAX];
	struct scene s = actor_scene(a);
	size_t n = settled_in(a->shared, group, settled, epochs);

	if (io_read_number(fd, "cgroup.events", "frozen") != 1)
		n = 0;
	for (size_t i = 0; i < n; i++)
		before[i] = atomic_load(&settled[i]->beats);
	actor_sleeps(a, 20 * NS_PER_MS);
	for (size_t i = 0; i < n; i++) {
		struct scene_subject subject = {.pid = atomic_load(&settled[i]->pid),
						.group = group,
						.beats_before = before[i],
						.beats_after = atomic_load(&settled[i]->beats)};

		if (atomic_load(&settled[i]->epoch) == epochs[i])
			subjects[s.n_subjects++] = subject;
	}
	s.subjects = subjects;
	shared_check(a->shared, INVARIANT_FREEZE_HOLDS, &s);
}

/* Who is born in a group that was made in a frozen one does not come to run. */
static _Noreturn void be_born_frozen(struct actor *a, int group_fd)
{
	struct scene_subject born = {.where = "that was made in a frozen one"};
	struct scene s = actor_scene(a);
	int ends[2];
	char byte;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		_exit(0);
	born.pid = actor_forks_into(a, group_fd, false);
	if (born.pid == 0 && write(ends[1], "", 1) == 1)
		actor_child_stays();
	if (born.pid <= 0)
		_exit(0);
	actor_sleeps(a, 10 * NS_PER_MS);
	born.beats_after = read(ends[0], &byte, 1) == 1;
	s.subjects = &born;
	s.n_subjects = 1;
	shared_check(a->shared, INVARIANT_FREEZE_HOLDS, &s);
	actor_reaps(born.pid);
	_exit(0);
}

/*
 * By a process that does not die with the actor: who does not come to run cannot ask to die with its
 * parent, so that one has to live until it has killed it.
 */
static void check_born_frozen(struct actor *a, int frozen_fd)
{
	static const char name[] = "born";
	_cleanup_fd int fd = actor_makes_group(a, frozen_fd, name);
	pid_t pid;

	if (fd < 0)
		return;
	pid = fork();
	if (pid == 0)
		be_born_frozen(a, fd);
	if (pid > 0)
		child_reap(pid, NULL);
	else
		shared_refused(a->shared, errno);
	actor_removes_group(a, frozen_fd, name, false);
}

static bool freeze(struct actor *a)
{
	uint32_t group;
	_cleanup_fd int fd = actor_opens_group(a, &group);
	int r;

	if (fd < 0)
		return false;
	r = set_frozen(a, fd, true);
	if (r == -ENOENT)
		return false;
	if (r > 0) {
		check_frozen(a, fd, group);
		check_born_frozen(a, fd);
		shared_count(a->shared, COUNT_FREEZES);
	}
	set_frozen(a, fd, false);
	return true;
}

const struct actor_kind actor_freezer = {
	.name = "freezer",
	.key = SCHEDULE_FREEZERS,
	.pause_ns = 20 * NS_PER_MS,
	.step = freeze,
};

/* The actor's own area, which has groups below it. */
static void try_to_remove_area(struct actor *a)
{
	struct scene s = actor_scene(a);
	char name[32];

	snprintf(name, sizeof(name), "%s-%u", actor_builder.area, a->index);
	actor_does(a, "rmdir of a group above others");
	s.removal = unlinkat(s.group_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
	shared_check(a->shared, INVARIANT_OCCUPIED, &s);
}

/* Its only task has ended, and its parent was told: seen at once by who looks then. */
static void check_deserted(struct actor *a, int fd, pid_t pid)
{
	struct scene s = actor_scene(a);
	siginfo_t end;

	s.group_fd = fd;
	s.patience_ns = 0;
	actor_does(a, "waiting for a child");
	TEMP_FAILURE_RETRY(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT));
	actor_does(a, "reading the lists of a group");
	shared_check(a->shared, INVARIANT_LISTS, &s);
	child_reap(pid, NULL);
	shared_check(a->shared, INVARIANT_LISTS, &s);
	/* Where controllers are switched, a charge may move while it is taken back. */
	if (!a->shared->schedule.value[SCHEDULE_CONTROLLER_TOGGLERS] &&
	    faccessat(fd, "pids.current", F_OK, 0) == 0)
		shared_check(a->shared, INVARIANT_PIDS, &s);
}

/* A child for a moment, in a group where nobody else is. */
static void inhabit(struct actor *a, int fd)
{
	bool stays = rng_below(&a->rng, 2);
	pid_t pid = actor_forks_into(a, fd, rng_below(&a->rng, 2));

	if (pid == 0 && stays)
		actor_child_stays();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return;
	if (stays) {
		try_to_remove_area(a);
		kill(pid, SIGKILL);
	}
	check_deserted(a, fd, pid);
}

/* A chain of groups, the lowest with a child for a moment; removed from below. */
static bool build_chain(struct actor *a, int parent_fd, uint64_t depth)
{
	_cleanup_fd int fd = actor_makes_group(a, parent_fd, "0");

	if (fd < 0)
		return false;
	if (depth > 1)
		build_chain(a, fd, depth - 1);
	else if (rng_below(&a->rng, 2))
		inhabit(a, fd);
	actor_removes_group(a, parent_fd, "0", true);
	return true;
}

static bool build(struct actor *a)
{
	return build_chain(a, a->area_fd, 1 + rng_below(&a->rng, 4));
}

const struct actor_kind actor_builder = {
	.name = "builder",
	.key = SCHEDULE_BUILDERS,
	.area = "build",
	.pause_ns = 2 * NS_PER_MS,
	.pause_one_in = 4,
	.step = build,
};

/*
 * Switches a controller over the populated groups, which the kernel does by migrating all their
 * tasks to other states of the same groups.
 */
static bool toggle(struct actor *a)
{
	int fd = a->shared->view.test_groups_fd, r;
	char words[512], word[64], controller[64];
	const char *at = words;
	uint64_t n = 0;

	if (io_read_attr(fd, "cgroup.controllers", words, sizeof(words)) < 0)
		return false;
	while (controller_list_next(&at, word, sizeof(word)))
		if (test_groups_may_have(word) && rng_below(&a->rng, ++n) == 0)
			strcpy(controller, word);
	if (n == 0)
		return false;
	actor_does(a, "write to cgroup.subtree_control");
	r = controller_list_switch(fd, rng_below(&a->rng, 2) ? '+' : '-', controller);
	if (r < 0)
		shared_refused(a->shared, r);
	else
		shared_count(a->shared, COUNT_TOGGLES);
	return true;
}

const struct actor_kind actor_controller_toggler = {
	.name = "controller-toggler",
	.key = SCHEDULE_CONTROLLER_TOGGLERS,
	.pause_ns = 5 * NS_PER_MS,
	.step = toggle,
};

/* For a moment forks, threads and clones in a group get EAGAIN. */
static bool limit_pids(struct actor *a)
{
	uint32_t group;
	_cleanup_fd int fd = actor_opens_group(a, &group);

	if (fd < 0)
		return false;
	actor_does(a, "write to pids.max");
	if (io_write_attr(fd, "pids.max", "1") == 0)
		actor_sleeps(a, 5 * NS_PER_MS);
	/* Gone meanwhile where a controller toggler took the controller away, with its limit. */
	io_write_attr(fd, "pids.max", "max");
	return true;
}

const struct actor_kind actor_limit_setter = {
	.name = "limit-setter",
	.key = SCHEDULE_LIMIT_SETTERS,
	.pause_ns = 20 * NS_PER_MS,
	.step = limit_pids,
};

/* What a process needs for itself fits in, and what it then touches does not by far. */
enum { ALLOWED_BYTES = 4 << 20, TOUCHED_BYTES = 64 << 20 };

static _Noreturn void touch(void)
{
	char *memory = mmap(NULL, TOUCHED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	/* Refused by RLIMIT_AS or vm.overcommit_memory, and not by the group. */
	if (memory == MAP_FAILED)
		_exit(OOM_NOTHING_TOUCHED);
	for (long i = 0; i < TOUCHED_BYTES; i += 4096)
		((volatile char *)memory)[i] = 1;
	_exit(0);
}

/* None of it can be swapped out, so the OOM killer is the only way; else check_oom() decides nothing. */
static int limit_memory(struct actor *a, int fd)
{
	char bytes[16];
	int r;

	snprintf(bytes, sizeof(bytes), "%d", ALLOWED_BYTES);
	r = io_write_attr(fd, "memory.max", bytes);
	/* Absent where there is no swap accounting; the last one before 4.19. */
	io_write_attr(fd, "memory.swap.max", "0");
	io_write_attr(fd, "memory.oom.group", rng_below(&a->rng, 2) ? "1" : "0");
	return r;
}

static void exceed_memory(struct actor *a, int fd)
{
	struct scene s = actor_scene(a);

	s.group_fd = fd;
	actor_does(a, "exceeding memory.max");
	s.child.pid = actor_forks_into(a, fd, rng_below(&a->rng, 2));
	if (s.child.pid == 0)
		touch();
	if (s.child.pid < 0)
		return;
	child_reap(s.child.pid, &s.child.status);
	if (shared_check(a->shared, INVARIANT_OOM, &s) > 0)
		shared_count(a->shared, COUNT_OOM_KILLS);
}

static bool enable_memory(struct actor *a)
{
	controller_list_switch(a->area_fd, '+', "memory");
	return true;
}

/* Whether to go on: not where v2 has no memory controller. */
static bool use_memory(struct actor *a)
{
	static const char name[] = "victim";
	_cleanup_fd int fd = actor_makes_group(a, a->area_fd, name);
	int r;

	if (fd < 0)
		return false;
	r = limit_memory(a, fd);
	if (r == 0)
		exceed_memory(a, fd);
	else if (r != -ENOENT)
		shared_fault(a->shared, "writing memory.max: %s", strerror(-r));
	actor_removes_group(a, a->area_fd, name, false);
	return r == 0;
}

/*
 * A process that needs more memory than its group may have. Beside the test groups, because the
 * kernel need not let go of removed groups with the memory controller (test_groups_may_have()).
 */
const struct actor_kind actor_memory_hog = {
	.name = "memory-hog",
	.key = SCHEDULE_MEMORY_HOGS,
	.area = ROUND_GROUP_HOGS,
	.beside = true,
	.pause_ns = 50 * NS_PER_MS,
	.begin = enable_memory,
	.step = use_memory,
};
