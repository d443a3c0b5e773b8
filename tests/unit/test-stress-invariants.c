/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each invariant is seen to hold, and seen to be broken: by a kernel made of files that leaves one
 * thread behind, lists a task twice, creates a child elsewhere, ...
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake-root.h"
#include "verify/stuck.h"
#include "verify/waiter.h"

enum { EXITING = 0x4, IDLE = 0x40, KTHREAD = 0x00200000 };

/* Two groups, and process 100 with thread 101 in group 0. */
struct world {
	struct fake_root root;
	struct view view;
	struct scene scene;
	struct scene_subject subject;
	_Atomic uint64_t beats;
};

static void add(struct world *w, const char *path, const char *text)
{
	fake_root_text(&w->root, path, text);
}

/* What /proc tells of one task, by both of its names. */
static void put_task(struct world *w, int pid, int tid, const char *group, char state, int flags)
{
	char path[128], text[256];

	for (int twice = 0; twice < 2; twice++) {
		int n = snprintf(path, sizeof(path), twice ? "proc/%d/" : "proc/%d/task/%d/",
				 twice ? tid : pid, tid);

		snprintf(path + n, sizeof(path) - (size_t)n, "cgroup");
		snprintf(text, sizeof(text), "9:name=systemd:/x\n0::%s\n", group);
		add(w, path, text);
		snprintf(path + n, sizeof(path) - (size_t)n, "stat");
		/* A name that tries to be the rest of the line. */
		snprintf(text, sizeof(text),
			 "%d (a) Z 1 (b) %c 1 1 1 0 -1 %d 0 0 0 0 0 0 0 0 20 0 1 0 5 0\n", tid,
			 state, flags);
		add(w, path, text);
	}
}

static void put_list(struct world *w, const char *group, const char *file, const char *ids)
{
	char path[64];

	snprintf(path, sizeof(path), "test-groups/%s/%s", group, file);
	add(w, path, ids);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	fake_root_init(&w->root);
	put_task(w, 100, 100, "/run/test-groups/0", 'S', IDLE);
	put_task(w, 100, 101, "/run/test-groups/0", 'R', IDLE);
	put_list(w, "0", "cgroup.threads", "100\n101\n");
	put_list(w, "1/0", "cgroup.threads", "");
	put_list(w, "0", "cgroup.procs", "100\n");
	put_list(w, "1/0", "cgroup.procs", "");
	put_list(w, "0", "cgroup.events", "populated 1\nfrozen 0\n");
	put_list(w, "1/0", "cgroup.events", "populated 0\nfrozen 0\n");
	w->view = (struct view){
		.test_groups_path = "/run/test-groups", .n_groups = 2, .groups = {"0", "1/0"}};
	w->view.proc_fd = openat(w->root.fd, "proc", O_RDONLY | O_DIRECTORY);
	w->view.test_groups_fd = openat(w->root.fd, "test-groups", O_RDONLY | O_DIRECTORY);
	w->subject = (struct scene_subject){.pid = 100, .group = 0};
	w->scene = (struct scene){.view = &w->view,
				  .patience_ns = 5 * NS_PER_MS,
				  .subjects = &w->subject,
				  .n_subjects = 1};
	w->scene.group_fd = openat(w->root.fd, "test-groups/0", O_RDONLY | O_DIRECTORY);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	close(w->view.proc_fd);
	close(w->view.test_groups_fd);
	close(w->scene.group_fd);
	fake_root_finish(&w->root);
	free(w);
	return 0;
}

/* Checks and, where it is broken, that the evidence names `what`. */
static int check(struct world *w, enum invariant_id id, const char *what)
{
	struct evidence evidence = {0};
	int r = invariants[id].check(&w->scene, &evidence);

	if (r == -EBADMSG && what && !strstr(evidence.text, what))
		fail_msg("the evidence is: %s", evidence.text);
	assert_true((r == -EBADMSG) == (evidence.text[0] != '\0'));
	return r;
}

static void test_table(void **state)
{
	for (int i = 0; i < INVARIANTS; i++) {
		assert_non_null(invariants[i].name);
		assert_non_null(invariants[i].promise);
		assert_non_null(invariants[i].check);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(invariants[i].name, invariants[k].name);
		/* Abbreviated to 12 digits each, as in the kernel's Fixes: lines. */
		for (const char *at = invariants[i].guards; at; at = strchr(at, ' ')) {
			at += *at == ' ';
			assert_int_equal(strspn(at, "0123456789abcdef"), 12);
		}
	}
}

static void test_together(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_TOGETHER, NULL), 2);
	/* One thread is left behind when the process is moved to the other group. */
	w->subject.group = 1;
	put_task(w, 100, 100, "/run/test-groups/1/0", 'S', IDLE);
	assert_int_equal(check(w, INVARIANT_TOGETHER, "thread 101 of process 100"), -EBADMSG);
	/* It exits, or is dead already: then it stays where it was by right. */
	put_task(w, 100, 101, "/run/test-groups/0", 'R', IDLE | EXITING);
	assert_int_equal(check(w, INVARIANT_TOGETHER, NULL), 2);
	put_task(w, 100, 101, "/run/test-groups/0", 'Z', IDLE);
	assert_int_equal(check(w, INVARIANT_TOGETHER, NULL), 2);
	/* In the root for an instant, just born; for longer than the patience, lost. */
	put_task(w, 100, 101, "/", 'R', IDLE);
	assert_int_equal(check(w, INVARIANT_TOGETHER, "thread 101"), -EBADMSG);
	/* Nor is a group whose name only begins alike, or that was removed, the right one. */
	put_task(w, 100, 101, "/run/test-groups/1/0x", 'R', IDLE);
	assert_int_equal(check(w, INVARIANT_TOGETHER, "thread 101"), -EBADMSG);
	put_task(w, 100, 101, "/run/test-groups/1/0 (deleted)", 'R', IDLE);
	assert_int_equal(check(w, INVARIANT_TOGETHER, "thread 101"), -EBADMSG);
	/* Somebody who is gone is nobody to look at. */
	w->subject.pid = 999;
	assert_int_equal(check(w, INVARIANT_TOGETHER, NULL), 0);
}

static void test_unreadable(void **state)
{
	struct world *w = *state;

	/* A /proc without a v2 line is no kernel that breaks a promise; it cannot be judged. */
	add(w, "proc/100/task/101/cgroup", "9:name=systemd:/x\n");
	assert_int_equal(check(w, INVARIANT_TOGETHER, NULL), -ENODATA);
}

static void test_once(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_ONCE, NULL), 2);
	put_list(w, "1/0", "cgroup.threads", "101\n");
	assert_int_equal(check(w, INVARIANT_ONCE, "listed in 0 and in 1/0"), -EBADMSG);
	/* The dead have no ids. */
	put_list(w, "0", "cgroup.threads", "100\n101\n0\n");
	put_list(w, "1/0", "cgroup.threads", "0\n0\n");
	assert_int_equal(check(w, INVARIANT_ONCE, NULL), 2);
	put_list(w, "1/0", "cgroup.threads", "101\n");
	put_list(w, "0", "cgroup.threads", "100\n");
	assert_int_equal(check(w, INVARIANT_ONCE, "thread 101"), -EBADMSG);
	put_list(w, "1/0", "cgroup.threads", "");
	assert_int_equal(check(w, INVARIANT_ONCE, "no group lists it"), -EBADMSG);
	put_task(w, 100, 101, "/run/test-groups/0", 'Z', IDLE);
	assert_int_equal(check(w, INVARIANT_ONCE, NULL), 1);
}

/* A process whose leader died elsewhere is listed there; by none at all, it is lost. */
static void test_once_as_process(void **state)
{
	struct world *w = *state;

	put_list(w, "0", "cgroup.procs", "");
	put_list(w, "1/0", "cgroup.procs", "99\n100\n");
	assert_int_equal(check(w, INVARIANT_ONCE, NULL), 2);
	put_list(w, "1/0", "cgroup.procs", "99\n");
	assert_int_equal(
		check(w, INVARIANT_ONCE, "no cgroup.procs lists process 100, whose thread"),
		-EBADMSG);
	put_task(w, 100, 100, "/run/test-groups/0", 'Z', IDLE);
	put_task(w, 100, 101, "/run/test-groups/0", 'Z', IDLE);
	assert_int_equal(check(w, INVARIANT_ONCE, NULL), 2);
}

static void test_lists(void **state)
{
	struct world *w = *state;

	w->scene.listed = 100;
	assert_int_equal(check(w, INVARIANT_LISTS, NULL), 2);
	w->scene.listed = 10;
	assert_int_equal(check(w, INVARIANT_LISTS, "cgroup.procs lacks process 10,"), -EBADMSG);
	/* In one of the lists only. */
	w->scene.listed = 101;
	assert_int_equal(check(w, INVARIANT_LISTS, "cgroup.procs lacks process 101,"), -EBADMSG);
	put_list(w, "0", "cgroup.procs", "100\n101\n");
	assert_int_equal(check(w, INVARIANT_LISTS, NULL), 2);
	put_list(w, "0", "cgroup.threads", "100\n");
	assert_int_equal(check(w, INVARIANT_LISTS, "cgroup.threads lacks process 101,"), -EBADMSG);
	/* All have ended: a 0 is one too many. */
	w->scene.listed = 0;
	assert_int_equal(check(w, INVARIANT_LISTS, "cgroup.procs lists 100, and all"), -EBADMSG);
	put_list(w, "0", "cgroup.procs", "");
	put_list(w, "0", "cgroup.threads", "0\n");
	assert_int_equal(check(w, INVARIANT_LISTS, "cgroup.threads lists 0, and all"), -EBADMSG);
	put_list(w, "0", "cgroup.threads", "");
	assert_int_equal(check(w, INVARIANT_LISTS, NULL), 2);
	assert_int_equal(unlinkat(w->scene.group_fd, "cgroup.threads", 0), 0);
	assert_int_equal(check(w, INVARIANT_LISTS, NULL), -ENOENT);
}

static void test_births(void **state)
{
	struct world *w = *state;

	for (int id = INVARIANT_BIRTH; id <= INVARIANT_CLONE_INTO; id++) {
		int pid = 200 + id;

		w->scene.child.pid = pid;
		assert_int_equal(check(w, id, NULL), 0);
		put_task(w, pid, pid, "/run/test-groups/1/0", 'S', IDLE);
		w->scene.child.groups = 1 << 1;
		assert_int_equal(check(w, id, NULL), 1);
		w->scene.child.groups = 1 << 0 | 1 << 1;
		assert_int_equal(check(w, id, NULL), 1);
		w->scene.child.groups = 1 << 0;
		assert_int_equal(check(w, id, "is in /run/test-groups/1/0"), -EBADMSG);
		put_task(w, pid, pid, "/run", 'S', IDLE);
		w->scene.child.groups = 1 << 0 | 1 << 1;
		assert_int_equal(check(w, id, "is in /run "), -EBADMSG);
	}
}

static void test_populated(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_POPULATED, NULL), 2);
	put_list(w, "1/0", "cgroup.events", "populated 1\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_POPULATED, "group 1/0 reads populated 1"), -EBADMSG);
	put_list(w, "1/0", "cgroup.events", "populated 0\nfrozen 0\n");
	put_list(w, "0", "cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_POPULATED, "lists 2 tasks"), -EBADMSG);
}

static void test_freeze_and_thaw(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_FREEZE, "frozen is 0"), -EBADMSG);
	put_list(w, "0", "cgroup.events", "populated 1\nfrozen 1\n");
	assert_int_equal(check(w, INVARIANT_FREEZE, NULL), 1);
	/* Who has no heart that could be seen is not looked at. */
	assert_int_equal(check(w, INVARIANT_THAW, NULL), 0);
	w->subject.beats = &w->beats;
	assert_int_equal(check(w, INVARIANT_THAW, "process 100"), -EBADMSG);
}

/* Groups above those where tasks live: the test groups, and "1" above "1/0". */
static void test_ancestors(void **state)
{
	struct world *w = *state;

	add(w, "test-groups/cgroup.events", "populated 1\nfrozen 0\n");
	put_list(w, "1", "cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_ANCESTORS, NULL), 2);
	/* Stuck at 1, and at 0. */
	put_list(w, "1", "cgroup.events", "populated 1\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_ANCESTORS, "1 reads populated 1"), -EBADMSG);
	put_list(w, "1/0", "cgroup.threads", "101\n");
	assert_int_equal(check(w, INVARIANT_ANCESTORS, NULL), 2);
	put_list(w, "1", "cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_ANCESTORS, "1 reads populated 0 and lists 1 tasks"),
			 -EBADMSG);
	add(w, "test-groups/cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_ANCESTORS, "test-groups reads populated 0"), -EBADMSG);
}

static void test_frozen(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_UNFROZEN, NULL), 1);
	put_list(w, "0", "cgroup.events", "populated 1\nfrozen 1\n");
	assert_int_equal(check(w, INVARIANT_UNFROZEN, "frozen is 1 and not 0"), -EBADMSG);
	w->subject.beats_before = w->subject.beats_after = 7;
	assert_int_equal(check(w, INVARIANT_FREEZE_HOLDS, NULL), 1);
	w->subject.beats_after = 9;
	assert_int_equal(check(w, INVARIANT_FREEZE_HOLDS, "process 100 ran on in group 0"),
			 -EBADMSG);
	w->subject.where = "that is none of the view's";
	assert_int_equal(check(w, INVARIANT_FREEZE_HOLDS, "in group that is none of the view's"),
			 -EBADMSG);
	w->scene.n_subjects = 0;
	assert_int_equal(check(w, INVARIANT_FREEZE_HOLDS, NULL), 0);
}

/* Who waits on a kernel of files: writes to them are seen by inotify, and nothing wakes who polls.
 */
static void test_notify(void **state)
{
	struct world *w = *state;
	struct waiter waiter;

	waiter_start(&waiter, w->scene.group_fd, WAITER_POLL | WAITER_INOTIFY, "frozen", 1,
		     w->scene.patience_ns);
	assert_true(waiter.pid > 0);
	put_list(w, "0", "cgroup.events", "populated 1\nfrozen 1\n");
	w->scene.unwoken = waiter_end(&waiter);
	w->scene.change = "frozen is 1";
	assert_int_equal(w->scene.unwoken, WAITER_POLL);
	assert_int_equal(
		check(w, INVARIANT_NOTIFY, "(frozen is 1), and who waited for that by poll"),
		-EBADMSG);
	/* A change that comes without a word: the file is another one. */
	waiter_start(&waiter, w->scene.group_fd, WAITER_POLL | WAITER_INOTIFY, "frozen", 0,
		     w->scene.patience_ns);
	assert_int_equal(unlinkat(w->scene.group_fd, "cgroup.events", 0), 0);
	put_list(w, "0", "cgroup.events", "populated 1\nfrozen 0\n");
	w->scene.unwoken = waiter_end(&waiter);
	assert_int_equal(w->scene.unwoken, WAITER_POLL | WAITER_INOTIFY);
	assert_int_equal(check(w, INVARIANT_NOTIFY, "by poll and inotify was"), -EBADMSG);
	w->scene.unwoken = 0;
	assert_int_equal(check(w, INVARIANT_NOTIFY, NULL), 1);
	/* What is so already is no change, and nobody waits for it. */
	waiter_start(&waiter, w->scene.group_fd, WAITER_POLL | WAITER_INOTIFY, "frozen", 0,
		     w->scene.patience_ns);
	assert_int_equal(waiter_end(&waiter), -ENOENT);
	waiter_start(&waiter, w->scene.group_fd, WAITER_POLL | WAITER_INOTIFY, "frozen", 1,
		     w->scene.patience_ns);
	waiter_cancel(&waiter);
	assert_int_equal(waiter_end(&waiter), -ENOENT);
}

/* Who waits for a child that does not die is not the one that is named. */
static void test_stuck(void **state)
{
	struct evidence e = {0};
	struct world *w = *state;

	stuck_find_below(&w->view, 1, &e);
	assert_int_equal(e.n_stuck, 1);
	assert_int_equal(e.stuck[0], 1);
	e.n_stuck = 0;
	add(w, "proc/100/task/101/status",
	    "Name:\tx\nSigPnd:\t0000000000000100\nShdPnd:\t0000000000000000\n");
	stuck_find_below(&w->view, 1, &e);
	assert_int_equal(e.n_stuck, 1);
	assert_int_equal(e.stuck[0], 100);
	/* Also where its leader is dead, and only a thread hangs; not when all have ended. */
	e.n_stuck = 0;
	put_task(w, 100, 100, "/run/test-groups/0", 'Z', IDLE);
	stuck_find_below(&w->view, 1, &e);
	assert_int_equal(e.stuck[0], 100);
	e.n_stuck = 0;
	put_task(w, 100, 101, "/run/test-groups/0", 'Z', IDLE);
	stuck_find_below(&w->view, 1, &e);
	assert_int_equal(e.stuck[0], 1);
	w->scene.stuck = "a mover hangs";
	w->scene.waiting = 1;
	assert_int_equal(check(w, INVARIANT_RESPONDS, "a mover hangs"), -EBADMSG);
	e.n_stuck = 0;
	put_list(w, "0", "cgroup.procs", "100\n101\n");
	stuck_find_in_group(w->view.test_groups_fd, &e);
	assert_int_equal(e.n_stuck, 2);
	stuck_describe(&e);
	assert_int_equal(e.n_stuck, 0);
	assert_non_null(strstr(e.text, "\nStuck: pid 100"));
}

static void test_kill(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_KILL_DRAINS, "populated is 1"), -EBADMSG);
	put_list(w, "0", "cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(check(w, INVARIANT_KILL_DRAINS, NULL), 1);
	/* An empty group proves nothing where somebody was missed and ended by itself. */
	w->scene.outlived = 101;
	assert_int_equal(check(w, INVARIANT_KILL_DRAINS, "process 101"), -EBADMSG);
	assert_int_equal(check(w, INVARIANT_KILL_SPARES, NULL), 1);
	/* Its leader may be dead; when its last thread is, too, it was not spared. */
	put_task(w, 100, 100, "/run/test-groups/0", 'Z', IDLE);
	assert_int_equal(check(w, INVARIANT_KILL_SPARES, NULL), 1);
	put_task(w, 100, 101, "/run/test-groups/0", 'R', IDLE | EXITING);
	assert_int_equal(check(w, INVARIANT_KILL_SPARES, "process 100 in group 0"), -EBADMSG);
	/* Somebody killed the process that it dies with, which is no promise of the kernel's. */
	w->subject.parent = 90;
	put_task(w, 90, 90, "/run/staff", 'S', IDLE);
	assert_int_equal(check(w, INVARIANT_KILL_SPARES, "process 100 in group 0"), -EBADMSG);
	put_task(w, 90, 90, "/run/staff", 'Z', IDLE);
	assert_int_equal(check(w, INVARIANT_KILL_SPARES, NULL), 0);
	/* And the dead do not run on, thawed or not. */
	w->subject.beats = &w->beats;
	assert_int_equal(check(w, INVARIANT_THAW, NULL), 0);
}

static void test_counters(void **state)
{
	struct world *w = *state;

	w->scene.pids_before = 3;
	put_list(w, "0", "pids.current", "3\n");
	put_list(w, "0", "cgroup.stat", "nr_descendants 0\nnr_dying_descendants 0\n");
	assert_int_equal(check(w, INVARIANT_PIDS, NULL), 1);
	assert_int_equal(check(w, INVARIANT_DYING, NULL), 1);
	put_list(w, "0", "pids.current", "4\n");
	put_list(w, "0", "cgroup.stat",
		 "nr_descendants 0\nnr_subsys_memory 1\nnr_dying_descendants 2\n"
		 "nr_dying_subsys_cpu 0\nnr_dying_subsys_memory 2\n");
	assert_int_equal(check(w, INVARIANT_PIDS, "pids.current is 4 and not 3"), -EBADMSG);
	assert_int_equal(check(w, INVARIANT_DYING, "is 2"), -EBADMSG);
	assert_int_equal(check(w, INVARIANT_DYING, "ms\nnr_dying_subsys_memory 2"), -EBADMSG);
}

static void test_oom(void **state)
{
	struct world *w = *state;

	put_list(w, "0", "memory.events", "low 0\nmax 9\noom 1\noom_kill 1\n");
	w->scene.child.status = SIGKILL;
	assert_int_equal(check(w, INVARIANT_OOM, NULL), 1);
	/* Its own alarm, before it came to it. */
	w->scene.child.status = SIGALRM;
	assert_int_equal(check(w, INVARIANT_OOM, NULL), 0);
	w->scene.child.status = 0;
	assert_int_equal(check(w, INVARIANT_OOM, "wait status 0"), -EBADMSG);
	w->scene.child.status = SIGKILL;
	put_list(w, "0", "memory.events", "low 0\nmax 9\noom 0\noom_kill 0\n");
	assert_int_equal(check(w, INVARIANT_OOM, "is 0"), -EBADMSG);
}

/* A process that got none, or whose memory could go to swap, says nothing about the group's bound. */
static void test_oom_elsewhere(void **state)
{
	struct world *w = *state;

	put_list(w, "0", "memory.events", "oom_kill 0\n");
	w->scene.child.status = OOM_NOTHING_TOUCHED << 8;
	assert_int_equal(check(w, INVARIANT_OOM, NULL), 0);
	w->scene.child.status = 0;
	add(w, "proc/meminfo", "MemTotal:  9 kB\nSwapTotal:       0 kB\n");
	assert_int_equal(check(w, INVARIANT_OOM, "wait status 0"), -EBADMSG);
	add(w, "proc/meminfo", "MemTotal:  9 kB\nSwapTotal: 1048576 kB\n");
	assert_int_equal(check(w, INVARIANT_OOM, NULL), 0);
	put_list(w, "0", "memory.swap.max", "0\n");
	assert_int_equal(check(w, INVARIANT_OOM, "wait status 0"), -EBADMSG);
}

static void put_thread(struct world *w, int pid, char state, int flags, const char *schedstat)
{
	char path[64];

	put_task(w, pid, pid, "/", state, flags);
	snprintf(path, sizeof(path), "proc/%d/schedstat", pid);
	add(w, path, schedstat);
}

/* Of those that are ready to run, a kernel thread that does not come to it is told of. */
static void test_starved(void **state)
{
	struct world *w = *state;
	struct evidence evidence = {.text = "It hangs."};
	struct starved s;

	add(w, "proc/self/schedstat", "500 1 1\n");
	starved_look(&w->view, &s);
	assert_int_equal(s.n, 0);
	put_thread(w, 20, 'R', KTHREAD, "1000 5 7\n");
	put_thread(w, 21, 'R', KTHREAD, "1000 5 7\n");
	put_thread(w, 22, 'S', KTHREAD, "1000 5 7\n");
	put_thread(w, 23, 'R', 0, "1000 5 7\n");
	/* Never came to run at all. */
	put_thread(w, 24, 'R', KTHREAD, "0 0 0\n");
	starved_look(&w->view, &s);
	assert_int_equal(s.n, 3);
	put_thread(w, 21, 'R', KTHREAD, "1001 5 8\n");
	starved_keep(&w->view, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.threads[0].pid + s.threads[1].pid, 20 + 24);
	put_thread(w, 21, 'S', KTHREAD, "1001 5 8\n");
	put_thread(w, 24, 'R', KTHREAD, "1 0 1\n");
	starved_keep(&w->view, &s);
	assert_int_equal(s.n, 1);
	put_thread(w, 24, 'S', KTHREAD, "1 0 1\n");
	starved_add(&w->view, 20 * NS_PER_MS, &evidence);
	assert_string_equal(evidence.text,
			    "It hangs.\nThe kernel thread a) Z 1 (b (20) is ready to run, and the "
			    "scheduler has given it no CPU for at least 20 ms.");
	/* A kernel that keeps no statistics shows naughts for everybody. */
	add(w, "proc/self/schedstat", "0 0 0\n");
	starved_look(&w->view, &s);
	assert_int_equal(s.n, 0);
}

static void test_facts(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, INVARIANT_REMOVAL, NULL), 1);
	w->scene.removal = -EBUSY;
	assert_int_equal(check(w, INVARIANT_REMOVAL, "EBUSY"), -EBADMSG);
	w->scene.removal = -EACCES;
	assert_int_equal(check(w, INVARIANT_REMOVAL, NULL), -EACCES);
	w->scene.removal = -EBUSY;
	assert_int_equal(check(w, INVARIANT_OCCUPIED, NULL), 1);
	w->scene.removal = 0;
	assert_int_equal(check(w, INVARIANT_OCCUPIED, "was removed"), -EBADMSG);
	w->scene.removal = -EACCES;
	assert_int_equal(check(w, INVARIANT_OCCUPIED, NULL), -EACCES);
	assert_int_equal(check(w, INVARIANT_RESPONDS, NULL), 1);
	w->scene.stuck = "a mover hangs";
	assert_int_equal(check(w, INVARIANT_RESPONDS, "a mover hangs"), -EBADMSG);
	assert_int_equal(check(w, INVARIANT_KERNEL_LOG, NULL), 1);
	w->scene.log = "BUG: x";
	assert_int_equal(check(w, INVARIANT_KERNEL_LOG, "BUG: x"), -EBADMSG);
	assert_int_equal(check(w, INVARIANT_TAINT, NULL), 1);
	w->scene.before.taint = 1 | 1 << 12;
	w->scene.now.taint = 1 << 12;
	assert_int_equal(check(w, INVARIANT_TAINT, NULL), 1);
	w->scene.now.taint = 1 << 12 | 1 << 9;
	assert_int_equal(check(w, INVARIANT_TAINT, "gained 512"), -EBADMSG);
	w->scene.now.taint = -EACCES;
	assert_int_equal(check(w, INVARIANT_TAINT, NULL), -EACCES);
}

/* The second warning of a kernel adds nothing to its taint; where it counts none, nothing is seen.
 */
static void test_counts(void **state)
{
	static const char *const files[] = {"sys/kernel/warn_count", "sys/kernel/oops_count"};
	struct world *w = *state;
	struct fake_root root;

	fake_root_init(&root);
	kernel_counts_read(root.fd, &w->scene.before);
	assert_int_equal(check(w, INVARIANT_TAINT, NULL), -ENOENT);
	fake_root_text(&root, "proc/sys/kernel/tainted", "512\n");
	kernel_counts_read(root.fd, &w->scene.before);
	w->scene.now = w->scene.before;
	assert_int_equal(w->scene.now.warnings, -ENOENT);
	assert_int_equal(check(w, INVARIANT_TAINT, NULL), 1);
	for (int i = 0; i < 2; i++) {
		fake_root_text(&root, files[i], "1\n");
		kernel_counts_read(root.fd, &w->scene.before);
		w->scene.now = w->scene.before;
		assert_int_equal(check(w, INVARIANT_TAINT, NULL), 1);
		fake_root_text(&root, files[i], "2\n");
		kernel_counts_read(root.fd, &w->scene.now);
		assert_int_equal(check(w, INVARIANT_TAINT, "_count was 1 and is 2"), -EBADMSG);
		/* What could be read, and cannot now, is not unchanged. */
		w->scene.now = w->scene.before;
		*(i == 0 ? &w->scene.now.warnings : &w->scene.now.oopses) = -EMFILE;
		assert_int_equal(check(w, INVARIANT_TAINT, NULL), -EMFILE);
	}
	fake_root_finish(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test_setup_teardown(test_together, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_once_as_process, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_births, setup, teardown),
		cmocka_unit_test_setup_teardown(test_populated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_freeze_and_thaw, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ancestors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frozen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notify, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_starved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_oom, setup, teardown),
		cmocka_unit_test_setup_teardown(test_oom_elsewhere, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
