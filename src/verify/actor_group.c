/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Freezers, builders, togglers, squeezers: they change groups under those who live in them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cgroup/group.h"
#include "verify/actor.h"
#include "verify/test_groups.h"

static int open_some_group(struct actor *a, uint32_t *ret_group)
{
	const struct view *v = &a->shared->view;

	*ret_group = (uint32_t)rng_below(&a->rng, v->n_groups);
	return openat(v->test_groups_fd, v->groups[*ret_group], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Writes it and checks that the group comes to be so, and that who waits for it is woken. */
static bool set_frozen(struct actor *a, int fd, bool frozen)
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
		actor_fails(a, "thawing a group: %s", strerror(-r));
	if (r == 0)
		r = shared_check(a->shared, id, &s);
	actor_ends_waiter(a, &waiter, frozen ? "frozen is 1" : "frozen is 0", r > 0);
	return r > 0;
}

/* Those that are settled in the group, and with which epoch. */
static size_t settled_in(const struct shared *b, uint32_t group, struct scene_subject *ret,
			 uint64_t *ret_epochs)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct shared_subject *s = &b->subjects[i];
		uint64_t epoch = atomic_load(&s->epoch);

		if (epoch % 2 || shared_group_at(s, epoch) != group || atomic_load(&s->beats) == 0)
			continue;
		ret_epochs[n] = epoch;
		ret[n++] = (struct scene_subject){
			.pid = atomic_load(&s->pid), .group = group, .beats = &s->beats};
	}
	return n;
}

static const struct shared_subject *subject_of(const struct scene_subject *s)
{
	return (const void *)((const char *)s->beats - offsetof(struct shared_subject, beats));
}

/*
 * Who was settled in the group before it read frozen 1, and was not about to be moved when its
 * beats were read for the second time, was frozen in between.
 */
static void look_at_frozen(struct actor *a, int fd, uint32_t group)
{
	struct scene_subject subjects[BOARD_SUBJECTS_MAX];
	uint64_t epochs[BOARD_SUBJECTS_MAX];
	struct scene s = actor_scene(a);
	size_t n = settled_in(a->shared, group, subjects, epochs);

	if (io_read_number(fd, "cgroup.events", "frozen") != 1)
		n = 0;
	for (size_t i = 0; i < n; i++)
		subjects[i].beats_before = atomic_load(subjects[i].beats);
	actor_dozes(a, 20 * NS_PER_MS);
	for (size_t i = 0; i < n; i++) {
		struct scene_subject subject = subjects[i];

		subject.beats_after = atomic_load(subject.beats);
		if (atomic_load(&subject_of(&subject)->epoch) == epochs[i])
			subjects[s.n_subjects++] = subject;
	}
	s.subjects = subjects;
	shared_check(a->shared, INVARIANT_FREEZE_HOLDS, &s);
}

void actor_freezes(struct actor *a)
{
	while (actor_goes_on(a)) {
		uint32_t group;
		_cleanup_fd int fd = open_some_group(a, &group);

		if (set_frozen(a, fd, true))
			look_at_frozen(a, fd, group);
		set_frozen(a, fd, false);
		atomic_fetch_add(&a->shared->freezes, 1);
		actor_dozes(a, 20 * NS_PER_MS);
	}
}

/* A chain of groups, the lowest with a child for a moment; removed from below. */
static void build_one(struct actor *a, int area, uint64_t depth)
{
	_cleanup_fd int fd = -1;
	pid_t pid;

	actor_does(a, "mkdir of a group");
	if (mkdirat(area, "0", 0755) < 0 ||
	    (fd = openat(area, "0", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		actor_fails(a, "making a group: %s", strerror(errno));
		return;
	}
	if (depth > 1) {
		build_one(a, fd, depth - 1);
	} else if (rng_below(&a->rng, 2)) {
		pid = actor_forks_into(a, fd, rng_below(&a->rng, 2));
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			actor_reaps(pid);
		else
			shared_refused(a->shared, pid);
	}
	actor_removes_group(a, area, "0");
}

void actor_builds(struct actor *a)
{
	char name[32];
	_cleanup_fd int area = -1;

	snprintf(name, sizeof(name), "build-%u", a->index);
	area = actor_makes_group(a, name);
	while (area >= 0 && actor_goes_on(a)) {
		build_one(a, area, 1 + rng_below(&a->rng, 4));
		if (rng_below(&a->rng, 4) == 0)
			actor_dozes(a, 2 * NS_PER_MS);
	}
	if (area >= 0)
		actor_removes_group(a, a->shared->view.test_groups_fd, name);
}

/*
 * A controller to enable and disable over the populated groups, which the kernel does by migrating
 * all their tasks to other states of the same groups.
 */
static bool some_controller(struct actor *a, char ret[64])
{
	char words[512], word[64];
	const char *at = words;
	uint64_t n = 0;

	if (io_read_attr(a->shared->view.test_groups_fd, "cgroup.controllers", words,
			 sizeof(words)) < 0)
		return false;
	while (controller_list_next(&at, word, sizeof(word)))
		if (test_groups_may_have(word) && rng_below(&a->rng, ++n) == 0)
			strcpy(ret, word);
	return n > 0;
}

void actor_toggles(struct actor *a)
{
	char controller[64], text[66];

	while (actor_goes_on(a) && some_controller(a, controller)) {
		int r;

		snprintf(text, sizeof(text), "%c%s", rng_below(&a->rng, 2) ? '+' : '-', controller);
		actor_does(a, "write to cgroup.subtree_control");
		r = io_write_attr(a->shared->view.test_groups_fd, "cgroup.subtree_control", text);
		if (r < 0)
			shared_refused(a->shared, r);
		atomic_fetch_add(&a->shared->toggles, r == 0);
		actor_dozes(a, 5 * NS_PER_MS);
	}
}

/* Lets a group hit its bound for a moment: forks, threads and clones there get EAGAIN. */
void actor_squeezes(struct actor *a)
{
	while (actor_goes_on(a)) {
		uint32_t group;
		_cleanup_fd int fd = open_some_group(a, &group);

		actor_does(a, "write to pids.max");
		if (io_write_attr(fd, "pids.max", "1") == 0)
			actor_dozes(a, 5 * NS_PER_MS);
		/* Gone meanwhile where a toggler took the controller away, and its bound with it.
		 */
		io_write_attr(fd, "pids.max", "max");
		actor_dozes(a, 20 * NS_PER_MS);
	}
}

/* By descriptors opened while nobody is reaped, so that a signal never meets somebody else. */
void actor_interrupts(struct actor *a)
{
	struct shared *b = a->shared;
	int pidfds[BOARD_ACTORS_MAX], n = 0;

	for (uint32_t i = 0; i < b->n_actors; i++) {
		pid_t pid = atomic_load(&b->actors[i].pid);
		int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

		if (fd >= 0)
			pidfds[n++] = fd;
	}
	while (n && actor_goes_on(a)) {
		uint64_t i = rng_below(&a->rng, (uint64_t)n);

		syscall(SYS_pidfd_send_signal, pidfds[i], SIGUSR1, NULL, 0);
		actor_dozes(a, NS_PER_MS / 2);
	}
}
