/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cpus.h"
#include "base/io.h"
#include "base/rng.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "verify/round.h"

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
	char words[512], word[64];
	const char *at = words;

	if (io_read_attr(v->test_groups_fd, "cgroup.controllers", words, sizeof(words)) < 0)
		return;
	while (controller_list_next(&at, word, sizeof(word)))
		if (test_groups_may_have(word))
			controller_list_switch(v->test_groups_fd, '+', word);
}

/* How /proc names the test groups: as the group of the round runner, which lies beside them. */
static int learn_path(struct view *v)
{
	char path[VIEW_PATH_SIZE];
	int r = view_task_group(v, "self", VIEW_ELSEWHERE, path), n;
	char *slash = r == VIEW_ELSEWHERE ? strrchr(path, '/') : NULL;

	if (!slash)
		return r < 0 && r > VIEW_ELSEWHERE ? r : -EPROTO;
	*slash = '\0';
	n = snprintf(v->test_groups_path, VIEW_PATH_SIZE, "%s/%s", path, ROUND_GROUP_TEST);
	return n < VIEW_PATH_SIZE ? 0 : -ENAMETOOLONG;
}

/* Descriptors that subjects inherit, at the numbers that the shared memory names. */
static int open_view(struct view *v, int run_group_fd)
{
	if (mkdirat(run_group_fd, ROUND_GROUP_TEST, 0755) < 0)
		return -errno;
	v->test_groups_fd = openat(run_group_fd, ROUND_GROUP_TEST, O_RDONLY | O_DIRECTORY);
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
	const uint64_t *value = b->schedule.value;
	struct view *v = &b->view;
	char reason[REFUSAL_SIZE];
	int r = open_view(v, run_group_fd);

	if (r == 0)
		r = learn_path(v);
	if (r < 0) {
		shared_fault(b, "making the group " ROUND_GROUP_TEST ": %s", strerror(-r));
		return r;
	}
	v->n_groups = (uint32_t)value[SCHEDULE_GROUPS];
	for (uint32_t i = 0; i < v->n_groups && r == 0; i++)
		r = make_group(v, i);
	if (r < 0) {
		/* They lie one or two levels below their own. */
		shared_fault(b, "making the test groups: %s",
			     refusal_reason(v->test_groups_fd, 2, -r, reason));
		return r;
	}
	enable_controllers(v);
	b->n_subjects = (uint32_t)(value[SCHEDULE_MOVERS] * value[SCHEDULE_SUBJECTS]);
	for (uint32_t i = 0; i < b->n_subjects && i < SHARED_SUBJECTS_MAX; i++)
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
