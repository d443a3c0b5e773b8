/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * execve(2) from a thread that is not the leader: the kernel ends all other threads, takes over the
 * leader's id (de_thread), and holds the read side of the lock from beginning to end of that, as a
 * single-threaded exec never does. `by` leader is the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "stressor/stressor.h"

enum { SPAN_EXEC, SPAN_CYCLE, SPANS };
enum { BY_OTHER, BY_LEADER };
enum { THREADS_MAX = 256, STACK_SIZE = 64 << 10 };

static const struct kind_span spans[SPANS] = {
	[SPAN_EXEC] = {"exec", false, "from execve's call to the program's first instruction"},
	[SPAN_CYCLE] = {"cycle", true, "from the fork of the process that execs to it reaped"},
};

struct exec_options {
	uint64_t by, threads;
};

/* Shared with the children: the state lies in shared memory. */
struct exec_state {
	struct worker_program program;
	uint64_t called; /* when the child called execve */
	int32_t failure; /* why it could not; 0 */
};

static const char *const by_choices[] = {"other", "leader", NULL};

/* clang-format off */
#define AT(member) offsetof(struct exec_options, member)
static const struct kind_option options[] = {
	{.name = "by", .type = KIND_CHOICE, .offset = AT(by), .fallback = BY_OTHER,
	 .choices = by_choices,
	 .help = "which thread calls it: another than the leader, or as a control the leader"},
	{.name = "threads", .type = KIND_COUNT, .offset = AT(threads), .fallback = 2, .min = 1,
	 .max = THREADS_MAX, .help = "threads of the process at that moment, the leader included"},
};
/* clang-format on */

static const char *refuse(const void *opaque)
{
	const struct exec_options *o = opaque;

	return o->by == BY_OTHER && o->threads < 2
		       ? "another thread than the leader needs \"threads\" of at least 2"
		       : NULL;
}

static uint64_t live_tasks(const void *opaque)
{
	return ((const struct exec_options *)opaque)->threads;
}

static int setup(struct worker *w)
{
	return worker_program_init(w, &STRESSOR_STATE(struct exec_state, w)->program, NULL, 0,
				   true);
}

static _Noreturn void call_exec(struct worker *w)
{
	struct exec_state *s = STRESSOR_STATE(struct exec_state, w);

	s->called = clock_now_ns();
	execve(s->program.argv[0], s->program.argv, (char *[]){NULL});
	s->failure = errno;
	_exit(127);
}

static void *wait_to_be_ended(void *opaque)
{
	for (;;)
		pause();
	return NULL;
}

static void *exec_body(void *opaque)
{
	call_exec(opaque);
}

/* The process: all threads but the last wait; the last one, or the leader, calls. */
static _Noreturn void child(struct worker *w, const struct exec_options *o)
{
	struct exec_state *s = STRESSOR_STATE(struct exec_state, w);
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (uint64_t i = 1; i < o->threads; i++) {
		bool calls = o->by == BY_OTHER && i + 1 == o->threads;
		int r = pthread_create(&thread, &attributes, calls ? exec_body : wait_to_be_ended,
				       w);

		if (r != 0) {
			s->failure = r;
			_exit(127);
		}
	}
	if (o->by == BY_LEADER)
		call_exec(w);
	wait_to_be_ended(NULL);
	_exit(127);
}

/* Why the step is no sample, or 0; `ret_began` is when the program did. */
static int outcome(struct exec_state *s, int status, uint64_t *ret_began)
{
	/* Taken in any case: it must not be taken for the next program's. */
	*ret_began = worker_program_began(&s->program);
	if (s->failure)
		return s->failure;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return ECHILD;
	return *ret_began ? 0 : ENODATA;
}

static void step(struct worker *w)
{
	struct exec_state *s = STRESSOR_STATE(struct exec_state, w);
	const struct exec_options *o = (const void *)w->options;
	uint64_t start, began, reaped;
	int status = 0, failure;
	pid_t pid;

	s->failure = 0;
	start = worker_start(w);
	pid = fork();
	if (pid == 0)
		child(w, o);
	if (pid < 0) {
		worker_error(w, SPAN_CYCLE, errno);
		return;
	}
	child_reap(pid, &status);
	reaped = clock_now_ns();
	failure = outcome(s, status, &began);
	if (failure) {
		worker_error(w, SPAN_EXEC, failure);
		return;
	}
	worker_span(w, SPAN_EXEC, s->called, began);
	worker_span(w, SPAN_CYCLE, start, reaped);
}

static void teardown(struct worker *w)
{
	worker_program_finish(&STRESSOR_STATE(struct exec_state, w)->program);
}

const struct stressor stressor_exec = {
	.kind =
		{
			.name = "exec",
			.summary = "execve(2) from a thread that is not the leader",
			STRESSOR_TABLES(struct exec_options),
			.refuse = refuse,
			.live_tasks = live_tasks,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
