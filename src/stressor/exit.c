/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many tasks that end at once: each thread takes the read side of the lock as it exits, and all of
 * them tasklist_lock and the pid map. Processes are made, held until all are there, and let go.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "stressor/stressor.h"

enum { SPAN_CREATE, SPAN_EXIT, SPAN_CYCLE, SPANS };
enum { PROCESSES_MAX = 256, THREADS_MAX = 256, STACK_SIZE = 64 << 10 };
enum { BY_EXIT, BY_KILL };

static const struct kind_span spans[SPANS] = {
	[SPAN_CREATE] = {"create", true, "from the first fork until all tasks are there"},
	[SPAN_EXIT] = {"exit", false, "from the word to end until all are reaped"},
	[SPAN_CYCLE] = {"cycle", true, "both"},
};

struct exit_options {
	uint64_t processes, threads, by;
};

/* Shared with the children: the state lies in shared memory. */
struct exit_state {
	_Atomic uint32_t present, go; /* futexes; a step's turn is what lets its tasks go */
	uint32_t turn;
	int32_t failure;
	pid_t pids[PROCESSES_MAX];
};

static const char *const by_choices[] = {"exit", "kill", NULL};

/* clang-format off */
#define AT(member) offsetof(struct exit_options, member)
static const struct kind_option options[] = {
	{.name = "processes", .type = KIND_COUNT, .offset = AT(processes), .fallback = 8, .min = 1,
	 .max = PROCESSES_MAX, .help = "of each step"},
	{.name = "threads", .type = KIND_COUNT, .offset = AT(threads), .fallback = 1, .min = 1,
	 .max = THREADS_MAX, .help = "of each, its leader included"},
	{.name = "by", .type = KIND_CHOICE, .offset = AT(by), .fallback = BY_EXIT,
	 .choices = by_choices, .help = "they exit by themselves when told, or are killed"},
};
/* clang-format on */

static uint64_t live_tasks(const void *opaque)
{
	const struct exit_options *o = opaque;

	return o->processes * o->threads;
}

static void futex_wait(_Atomic uint32_t *word, uint32_t seen)
{
	syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* One more is there; waits for the word. */
static void hold(struct exit_state *s)
{
	uint32_t go;

	atomic_fetch_add(&s->present, 1);
	futex_wake(&s->present);
	while ((go = atomic_load(&s->go)) != s->turn)
		futex_wait(&s->go, go);
}

static void *thread_body(void *opaque)
{
	hold(opaque);
	_exit(0);
}

static _Noreturn void child(struct exit_state *s, const struct exit_options *o)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (uint64_t i = 1; i < o->threads; i++) {
		int r = pthread_create(&thread, &attributes, thread_body, s);

		if (r == 0)
			continue;
		/* The parent counts tasks; it must not wait for one that will never be. */
		s->failure = r;
		atomic_fetch_add(&s->present, 1);
	}
	hold(s);
	_exit(0);
}

/* Forks all of them. Returns how many there are; fewer after a failure. */
static uint64_t create(struct exit_state *s, const struct exit_options *o)
{
	for (uint64_t i = 0; i < o->processes; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child(s, o);
		if (pid < 0) {
			s->failure = errno;
			return i;
		}
		s->pids[i] = pid; /* by the parent alone: the children share this memory */
	}
	return o->processes;
}

static void await_present(struct exit_state *s, uint64_t n)
{
	uint32_t present;

	while ((present = atomic_load(&s->present)) < n)
		futex_wait(&s->present, present);
}

static void end(struct exit_state *s, const struct exit_options *o, uint64_t n)
{
	if (o->by == BY_KILL && !s->failure)
		for (uint64_t i = 0; i < n; i++)
			kill(s->pids[i], SIGKILL);
	else {
		atomic_store(&s->go, s->turn);
		futex_wake(&s->go);
	}
	for (uint64_t i = 0; i < n; i++)
		child_reap(s->pids[i], NULL);
}

static void step(struct worker *w)
{
	struct exit_state *s = STRESSOR_STATE(struct exit_state, w);
	const struct exit_options *o = (const void *)w->options;
	uint64_t start, created, ended, n;

	s->failure = 0;
	s->turn++;
	atomic_store(&s->present, 0);
	start = worker_start(w);
	n = create(s, o);
	await_present(s, n * o->threads);
	created = clock_now_ns();
	end(s, o, n);
	ended = clock_now_ns();
	if (s->failure) {
		worker_error(w, SPAN_CREATE, s->failure);
		return;
	}
	worker_span(w, SPAN_CREATE, start, created);
	worker_span(w, SPAN_EXIT, created, ended);
	worker_span(w, SPAN_CYCLE, start, ended);
}

const struct stressor stressor_exit = {
	.kind =
		{
			.name = "exit",
			.summary = "many tasks that end at once",
			STRESSOR_TABLES(struct exit_options),
			.live_tasks = live_tasks,
		},
	.step = step,
};
