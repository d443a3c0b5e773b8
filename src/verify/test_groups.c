/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"
#include "verify/test_groups.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/cpus.h"
#include "base/io.h"
#include "base/rng.h"
#include "cgroup/refusal.h"
#include "cgroup/group.h"
#include "verify/round_runner.h"

static int fault(struct shared *b, int r, const char *what)
{
	shared_fault(b, "%s: %s", what, strerror(-r));
	return r;
}

/* The test groups's groups lie one or two levels below it. */
static int refused(struct shared *b, int r)
{
	char reason[REFUSAL_SIZE];

	refusal_reason(b->view.test_groups_fd, 2, -r, reason);
	shared_fault(b, "making the arena's groups: %s", reason);
	return r;
}

/* Every third one lies deeper. */
static int make_group(struct view *v, uint32_t i)
{
	snprintf(v->groups[i], VIEW_NAME_SIZE, "%u", i);
	if (mkdirat(v->test_groups_fd, v->groups[i], 0755) < 0)
		return -errno;
	if (i % 3 != 2)
		return 0;
	snprintf(v->groups[i], VIEW_NAME_SIZE, "%u/0", i);
	return mkdirat(v->test_groups_fd, v->groups[i], 0755) < 0 ? -errno : 0;
}

bool test_groups_may_have(const char *controller)
{
	return strcmp(controller, "memory") != 0 && strcmp(controller, "io") != 0;
}

/* What the run group hands down. Best effort. */
static void enable_controllers(const struct view *v)
{
	char words[512], word[64], text[66];
	const char *at = words;

	if (io_read_attr(v->test_groups_fd, "cgroup.controllers", words, sizeof(words)) < 0)
		return;
	while (controller_list_next(&at, word, sizeof(word))) {
		snprintf(text, sizeof(text), "+%s", word);
		if (test_groups_may_have(word))
			io_write_attr(v->test_groups_fd, "cgroup.subtree_control", text);
	}
}

/* In the child: into the first group, until it is killed. */
static _Noreturn void be_there(const struct view *v, int told_fd)
{
	char path[64];
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/cgroup.procs", v->groups[0]);
	r = io_write_attr(v->test_groups_fd, path, "0");
	if (write(told_fd, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	for (;;)
		pause();
}

/* How /proc names the test groups: what it says of a process in the group "0", less the "/0". */
static int read_test_groups_path(struct view *v, pid_t pid)
{
	char task[16], path[VIEW_PATH_SIZE];
	size_t length;
	int r;

	snprintf(task, sizeof(task), "%d", (int)pid);
	/* Of no known name yet, so it is elsewhere; the path is what counts. */
	v->test_groups_path[0] = '\0';
	r = view_task_group(v, task, -1, path);
	if (r < 0 && r != VIEW_ELSEWHERE)
		return r == VIEW_GONE ? -ESRCH : r;
	length = strlen(path);
	if (length < 2 || strcmp(path + length - 2, "/0") != 0)
		return -EPROTO;
	snprintf(v->test_groups_path, sizeof(v->test_groups_path), "%.*s", (int)(length - 2), path);
	return 0;
}

static int learn_path(struct view *v)
{
	int ends[2], r = -EPROTO, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		be_there(v, ends[1]);
	close(ends[1]);
	if (pid < 0 || read(ends[0], &r, sizeof(r)) != sizeof(r))
		r = pid < 0 ? -EAGAIN : -EPROTO;
	if (r == 0)
		r = read_test_groups_path(v, pid);
	close(ends[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		child_reap(pid, &status);
	}
	return r;
}

/* Descriptors that subjects inherit, at the numbers that the board tells. */
static int open_view(struct view *v, int run_group_fd)
{
	if (mkdirat(run_group_fd, ROUND_GROUP_ARENA, 0755) < 0)
		return -errno;
	v->test_groups_fd = openat(run_group_fd, ROUND_GROUP_ARENA, O_RDONLY | O_DIRECTORY);
	v->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY);
	return v->test_groups_fd < 0 || v->proc_fd < 0 ? -errno : 0;
}

static uint64_t up_to(struct rng *rng, uint64_t most)
{
	return rng_below(rng, most + 1);
}

static int some_cpu(const struct shared *b, struct rng *rng)
{
	uint64_t n = 0;
	struct cpus set;
	int found = -1;

	if (!b->schedule.value[SCHEDULE_PINNED] || cpus_usable(&set) < 0)
		return -1;
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		if (cpus_have(&set, cpu) && rng_below(rng, ++n) == 0)
			found = cpu;
	return found;
}

static void draw_subject(struct shared *b, uint32_t i)
{
	struct shared_subject *s = &b->subjects[i];
	const uint64_t *value = b->schedule.value;
	struct rng rng;

	rng_init(&rng, b->schedule.seed, 1000 + i);
	s->threads = 1 + (uint32_t)up_to(&rng, value[SCHEDULE_THREADS] - 1);
	s->cloners = (uint32_t)up_to(&rng, value[SCHEDULE_CLONERS]);
	s->forkers = (uint32_t)up_to(&rng, value[SCHEDULE_FORKERS]);
	s->exec_ms = value[SCHEDULE_EXECS] && up_to(&rng, 1) ? 1 + (uint32_t)up_to(&rng, 40) : 0;
	s->leaderless = value[SCHEDULE_LEADERLESS] && up_to(&rng, 1);
	s->cpu = some_cpu(b, &rng);
	s->seed = rng_u64(&rng);
	atomic_store(&s->history[0], (uint32_t)rng_below(&rng, b->view.n_groups));
}

int test_groups_make(struct shared *b, int run_group_fd)
{
	struct view *v = &b->view;
	int r = open_view(v, run_group_fd);

	if (r < 0)
		return fault(b, r, "making the arena");
	v->n_groups = (uint32_t)b->schedule.value[SCHEDULE_GROUPS];
	for (uint32_t i = 0; i < v->n_groups && r == 0; i++)
		r = make_group(v, i);
	if (r < 0)
		return refused(b, r);
	r = learn_path(v);
	if (r < 0)
		return fault(b, r, "finding the arena's path in /proc");
	enable_controllers(v);
	b->n_subjects = (uint32_t)(b->schedule.value[SCHEDULE_MOVERS] *
				   b->schedule.value[SCHEDULE_SUBJECTS]);
	for (uint32_t i = 0; i < b->n_subjects && i < BOARD_SUBJECTS_MAX; i++)
		draw_subject(b, i);
	return 0;
}

void test_groups_pin(const struct shared *b, uint64_t which)
{
	struct rng rng;
	int cpu;

	rng_init(&rng, b->schedule.seed, 2000 + which);
	cpu = some_cpu(b, &rng);
	if (cpu >= 0)
		cpus_pin(cpu);
}
