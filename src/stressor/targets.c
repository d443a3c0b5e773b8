/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"
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

enum { STACK_SIZE = 64 << 10 };

const char *const targets_life_choices[] = {
	[TARGETS_WAIT] = "wait", [TARGETS_FORK] = "fork", [TARGETS_FORK + 1] = NULL};

uint64_t targets_live_tasks(uint64_t n_processes, uint64_t n_threads, enum targets_life life)
{
	return n_processes * (n_threads + (life == TARGETS_FORK));
}

const char *targets_refuse(uint64_t n_processes, uint64_t n_threads)
{
	return n_processes * n_threads > TARGETS_TASKS_MAX
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

/* Each thread tells its id by the pipe it is given; ids are smaller than PIPE_BUF, so never torn.
 */
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

static _Noreturn void process_body(struct worker *w, uint64_t n_threads, enum targets_life life,
				   int pipe_fd, pid_t parent)
{
	pthread_attr_t attributes;
	pthread_t thread;

	/* The worker may have died before the signal was asked for. */
	child_dies_with(parent);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (uint64_t i = 1; i < n_threads; i++)
		if (pthread_create(&thread, &attributes, thread_body, (void *)(intptr_t)pipe_fd) !=
		    0)
			_exit(1);
	if (life == TARGETS_WAIT)
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
		process_body(w, t->n_threads, t->life, ends[1], self);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0) {
		t->pids[index] = pid;
		r = read_ids(ends[0], pid, t->ids + index * t->n_threads, t->n_threads);
	}
	close(ends[0]);
	return r < 0 ? worker_fail(w, -r, "starting target %llu", (unsigned long long)index) : 0;
}

int targets_init(struct targets *t, struct worker *w, uint64_t n_processes, uint64_t n_threads,
		 enum targets_life life)
{
	uint64_t n_ids = n_processes * n_threads;
	size_t size = n_processes * sizeof(*t->pids) + n_ids * sizeof(*t->ids);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r = 0;

	if (memory == MAP_FAILED)
		return worker_fail(w, errno, "memory for %llu targets",
				   (unsigned long long)n_processes);
	/* Whoever forks may be killed before its child has exited; that is for us to reap then. */
	if (life == TARGETS_FORK && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		r = worker_fail(w, errno, "becoming a subreaper");
	*t = (struct targets){
		.life = life,
		.n_processes = n_processes,
		.n_threads = n_threads,
		.pids = memory,
		.ids = (void *)((pid_t *)memory + n_processes),
		.mapped = size,
	};
	for (uint64_t i = 0; i < n_processes && r == 0; i++)
		r = start_process(t, w, i);
	return r;
}

int targets_move(const struct targets *t, struct worker *w, int group_fd, uint64_t first,
		 uint64_t every)
{
	int r = 0;

	for (uint64_t i = first; i < t->n_processes && r == 0; i += every)
		r = io_write_attr(group_fd, "cgroup.procs", t->ids[i * t->n_threads].text);
	return r < 0 ? worker_fail(w, -r, "moving the targets into their group") : 0;
}

void targets_finish(struct targets *t)
{
	if (!t->pids)
		return;
	for (uint64_t i = 0; i < t->n_processes; i++)
		if (t->pids[i] > 0)
			kill(t->pids[i], SIGKILL);
	for (uint64_t i = 0; i < t->n_processes; i++)
		if (t->pids[i] > 0)
			child_reap(t->pids[i], NULL);
	while (t->life == TARGETS_FORK && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	munmap(t->pids, t->mapped);
	*t = (struct targets){0};
}
