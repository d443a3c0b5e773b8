/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/process.h"
#include "stressor/clone3_into.h"
#include "stressor/spawn.h"

#define STEPS 100

/* A worker as worker_main.c makes it: all of it in shared memory. */
struct shared {
	struct worker worker;
	struct recorder recorders[SPAWN_SPANS];
};

static struct shared *make_shared(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	assert_ptr_not_equal(shared, MAP_FAILED);
	for (unsigned i = 0; i < SPAWN_SPANS; i++) {
		recorder_init(&shared->recorders[i], NS_PER_S, NULL, 0);
		shared->worker.service[i] = &shared->recorders[i];
	}
	shared->worker.mapping = shared;
	shared->worker.mapping_size = sizeof(*shared);
	shared->worker.window_start = clock_now_ns();
	shared->worker.window_ns = UINT64_MAX;
	return shared;
}

/* Of all children reaped so far. */
static long child_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return usage.ru_minflt;
}

static long faults_of_least_children(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	long before = child_faults();

	for (int i = 0; i < STEPS; i++) {
		pid_t pid = clone3_raw(&args);

		if (pid == 0)
			child_exit();
		assert_true(pid > 0);
		assert_int_equal(child_reap(pid, NULL), 0);
	}
	return child_faults() - before;
}

/*
 * A child that stamps its start and exits writes to its stack, as the least one may or may not, and
 * may lie in another page of it: two faults more. The shared memory, the vdso or a function of
 * libc would each add one.
 */
static void test_children_that_exit_fault_little(void **state)
{
	const struct stressor *stressor = stressor_find("clone3");
	struct shared *shared = make_shared();
	struct worker *w = &shared->worker;
	long least = faults_of_least_children(), before;

	((struct spawn_options *)(void *)w->options)->child_start = 1;
	assert_int_equal(stressor->setup(w), 0);
	before = child_faults();
	for (int i = 0; i < STEPS; i++)
		stressor->step(w);
	print_message("# faults of %d children: %ld, at least %ld\n", STEPS, child_faults() - before,
		      least);
	assert_true(child_faults() - before <= least + 2 * STEPS);
	assert_int_equal(shared->recorders[SPAWN_SPAN_CHILD_START].histogram.count, STEPS);
	assert_int_equal(shared->recorders[SPAWN_SPAN_CYCLE].histogram.count, STEPS);
	assert_true(shared->recorders[SPAWN_SPAN_CHILD_START].histogram.max_ns <=
		    shared->recorders[SPAWN_SPAN_CYCLE].histogram.max_ns);
	stressor->teardown(w);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children_that_exit_fault_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
