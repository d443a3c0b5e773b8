/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgchurn-subject SHARED_FD INDEX (argv[0] is its absolute path): a process to be moved that makes
 * moving it hard.
 *
 * Its threads create and join threads, have children and look where these were born, exec this
 * program anew from a thread that is not the leader, or go on without their leader. Static, for an
 * exec of it to cost little. Ends by SIGKILL alone, from its mover or with it.
 *
 * After an exec it goes on as the same subject of the shared memory, with the same pid.
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpus.h"
#include "base/process.h"
#include "base/rng.h"
#include "verify/shared.h"

enum { STACK_SIZE = 64 << 10 };

static struct shared *shared;
static struct shared_subject *self;
static pthread_attr_t attributes;
static char **own_argv;

/* A thread of its own randomness. */
struct thread {
	uint64_t stream;
	struct rng rng;
};

static struct thread *begin(void *opaque)
{
	struct thread *t = opaque;

	rng_init(&t->rng, self->seed ^ clock_now_ns(), t->stream);
	return t;
}

static void doze(struct thread *t, uint64_t most_ns)
{
	clock_sleep_until(clock_now_ns() + rng_below(&t->rng, most_ns + 1));
	atomic_fetch_add(&self->beats, 1);
}

/* Threads may be refused for a while: pids.max is hit on purpose. */
static void start_thread(void *(*body)(void *), void *opaque)
{
	pthread_t thread;
	int r;

	while ((r = pthread_create(&thread, &attributes, body, opaque)) != 0) {
		shared_refused(shared, r);
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	}
	pthread_detach(thread);
}

static void *stays(void *opaque)
{
	struct thread *t = begin(opaque);

	for (;;)
		doze(t, 4 * NS_PER_MS);
	return NULL;
}

static void *short_life(void *opaque)
{
	uint64_t until = (uint64_t)(uintptr_t)opaque;

	if (until)
		clock_sleep_until(clock_now_ns() + until);
	return NULL;
}

static void *clones(void *opaque)
{
	struct thread *t = begin(opaque);

	for (;;) {
		uint64_t life = rng_below(&t->rng, 2) ? 0 : rng_below(&t->rng, NS_PER_MS);
		pthread_t thread;
		int r = pthread_create(&thread, &attributes, short_life, (void *)(uintptr_t)life);

		if (r == 0) {
			pthread_join(thread, NULL);
			shared_count(shared, COUNT_THREADS);
		} else {
			shared_refused(shared, r);
			doze(t, NS_PER_MS);
		}
		atomic_fetch_add(&self->beats, 1);
	}
	return NULL;
}

/* In a child of a process with threads: nothing but system calls. */
static _Noreturn void be_a_child(void)
{
	struct itimerval timer = {.it_value = {.tv_sec = shared_lifetime_s(shared)}};

	/* The signal comes when the thread dies that forked, by an exec too. */
	child_dies_with(atomic_load(&self->pid));
	setitimer(ITIMER_REAL, &timer, NULL);
	for (;;)
		syscall(SYS_pause);
}

static void check_birth(pid_t child, uint64_t before, uint64_t after)
{
	struct scene s = {.view = &shared->view, .patience_ns = shared->patience_ns};

	s.child.pid = child;
	s.child.groups = shared_groups_between(self, before, after);
	if (s.child.groups)
		shared_check(shared, INVARIANT_BIRTH, &s);
}

static void *forks(void *opaque)
{
	struct thread *t = begin(opaque);

	for (;;) {
		uint64_t before = atomic_load(&self->epoch), after;
		pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

		if (child == 0)
			be_a_child();
		after = atomic_load(&self->epoch);
		if (child < 0) {
			shared_refused(shared, errno);
			doze(t, NS_PER_MS);
			continue;
		}
		check_birth(child, before, after);
		kill(child, SIGKILL);
		child_reap(child, NULL);
		shared_count(shared, COUNT_CHILDREN);
		if (rng_below(&t->rng, 4) == 0)
			doze(t, NS_PER_MS);
		atomic_fetch_add(&self->beats, 1);
	}
	return NULL;
}

static void *executes(void *opaque)
{
	struct thread *t = begin(opaque);

	doze(t, 2 * self->exec_ms * NS_PER_MS);
	shared_count(shared, COUNT_EXECS);
	/* By this thread, and so kept by the exec: frozen at its end, the program cannot ask itself. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Not /proc/self/exe: that is the leader's, who may be dead. */
	execv(own_argv[0], own_argv);
	shared_fault(shared, "exec of a subject: %s", strerror(errno));
	return stays(opaque);
}

static void pin(void)
{
	if (self->cpu >= 0)
		cpus_pin(self->cpu);
}

static void start_threads(void *(*body)(void *), uint32_t n, uint64_t first_stream)
{
	static struct thread threads[64];
	static uint32_t used;

	for (uint32_t i = 0; i < n && used < sizeof(threads) / sizeof(threads[0]); i++) {
		struct thread *t = &threads[used++];

		t->stream = first_stream + i;
		start_thread(body, t);
	}
}

int main(int argc, char **argv)
{
	static struct thread leader = {.stream = 1000};
	unsigned long index = argc == 3 ? strtoul(argv[2], NULL, 10) : SHARED_SUBJECTS_MAX;

	shared = index < SHARED_SUBJECTS_MAX ? shared_map((int)strtol(argv[1], NULL, 10)) : NULL;
	if (!shared)
		return 2;
	self = &shared->subjects[index];
	own_argv = argv;
	/* Asked for by thread; who died before sends nothing. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atomic_load(&self->mover))
		return 1;
	/* Children of the program before the exec, dead of their parent's death. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	pin();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	start_threads(stays, self->threads, 0);
	start_threads(clones, self->cloners, 100);
	start_threads(forks, self->forkers, 200);
	start_threads(executes, self->exec_ms > 0, 300);
	atomic_fetch_add(&self->beats, 1);
	if (self->leaderless)
		pthread_exit(NULL);
	stays(&leader);
}
