/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/process.h"

enum { STACK_SIZE = 64 << 10 };

const char *const targets_life_choices[] = {
	[TARGETS_WAIT] = "wait", [TARGETS_FORK] = "fork", [TARGETS_FORK + 1] = NULL};

uint64_t targets_live_tasks(const void *options)
{
	const struct targets_options *o = options;

	return o->targets * (o->threads + (o->life == TARGETS_FORK));
}

const char *targets_refuse(const void *options)
{
	const struct targets_options *o = options;

	return o->targets * o->threads > TARGETS_TASKS_MAX
		       ? "\"targets\" times \"threads\" must not exceed 16384"
		       : NULL;
}

void target_id_format(struct target_id *id, pid_t pid)
{
	id->length = (uint8_t)snprintf(id->text, sizeof(id->text), "%d", (int)pid);
}

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

/* Each thread writes its id into the pipe; ids are smaller than PIPE_BUF, so never torn. */
static void *thread_body(void *opaque)
{
	int pipe_fd = (int)(intptr_t)opaque;
	pid_t tid = gettid();

	if (write(pipe_fd, &tid, sizeof(tid)) != sizeof(tid))
		_exit(1);
	stay();
}

/* Children that cannot be made (pids.max, a freeze's end) are no matter: this is load. */
static _Noreturn void fork_on(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			child_reap(pid, NULL);
	}
}

static _Noreturn void process_body(struct worker *w, const struct targets_options *o, int pipe_fd,
				   pid_t parent)
{
	pthread_attr_t attributes;
	pthread_t thread;

	/* The worker may have died before the signal was asked for. */
	child_dies_with(parent);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (uint64_t i = 1; i < o->threads; i++)
		if (pthread_create(&thread, &attributes, thread_body, (void *)(intptr_t)pipe_fd) !=
		    0)
			_exit(1);
	if (o->life == TARGETS_WAIT)
		thread_body((void *)(intptr_t)pipe_fd);
	/* On its worker's CPU it would measure who gets that CPU. */
	cpus_use(&w->usable_cpus);
	if (write(pipe_fd, &(pid_t){getpid()}, sizeof(pid_t)) != sizeof(pid_t))
		_exit(1);
	fork_on();
}

/* Reads the ids of one process; a process that ends early closes the pipe, which ends the wait. */
static int read_ids(int pipe_fd, pid_t pid, struct target_id *ids, uint64_t n)
{
	uint64_t other = 1;

	for (uint64_t i = 0; i < n; i++) {
		pid_t tid;
		ssize_t r;

		do
			r = read(pipe_fd, &tid, sizeof(tid));
		while (r < 0 && errno == EINTR);
		if (r != sizeof(tid))
			return -EAGAIN;
		target_id_format(&ids[tid == pid ? 0 : other++], tid);
		if (other > n)
			return -EPROTO;
	}
	return 0;
}

static int start_process(struct targets *t, struct worker *w, uint64_t index)
{
	pid_t self = getpid(), pid;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return worker_fail(w, errno, "pipe for target %llu", (unsigned long long)index);
	pid = fork();
	if (pid == 0)
		process_body(w, &t->of, ends[1], self);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0) {
		t->pids[index] = pid;
		r = read_ids(ends[0], pid, t->ids + index * t->of.threads, t->of.threads);
	}
	close(ends[0]);
	return r < 0 ? worker_fail(w, -r, "starting target %llu", (unsigned long long)index) : 0;
}

int targets_init(struct targets *t, struct worker *w, const struct targets_options *o)
{
	size_t size = o->targets * (sizeof(*t->pids) + o->threads * sizeof(*t->ids));
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r = 0;

	if (memory == MAP_FAILED)
		return worker_fail(w, errno, "memory for %llu targets",
				   (unsigned long long)o->targets);
	/* Whoever forks may be killed before its child has exited; that is for us to reap then. */
	if (o->life == TARGETS_FORK && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		r = worker_fail(w, errno, "becoming a subreaper");
	*t = (struct targets){
		.of = *o,
		.pids = memory,
		.ids = (void *)((pid_t *)memory + o->targets),
		.mapped = size,
	};
	for (uint64_t i = 0; i < o->targets && r == 0; i++)
		r = start_process(t, w, i);
	return r;
}

int targets_move(const struct targets *t, struct worker *w, int group_fd, uint64_t first,
		 uint64_t every)
{
	int r = 0;

	for (uint64_t i = first; i < t->of.targets && r == 0; i += every)
		r = io_write_attr(group_fd, "cgroup.procs", t->ids[i * t->of.threads].text);
	return r < 0 ? worker_fail(w, -r, "moving the targets into their group") : 0;
}

void targets_finish(struct targets *t)
{
	if (!t->pids)
		return;
	for (uint64_t i = 0; i < t->of.targets; i++)
		if (t->pids[i] > 0)
			kill(t->pids[i], SIGKILL);
	for (uint64_t i = 0; i < t->of.targets; i++)
		if (t->pids[i] > 0)
			child_reap(t->pids[i], NULL);
	while (t->of.life == TARGETS_FORK && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	munmap(t->pids, t->mapped);
	*t = (struct targets){0};
}
