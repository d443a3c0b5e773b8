/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads created and joined inside one process. Each takes the read side of the global lock like a
 * fork does, and where the patch is in force also its own threadgroup's rwsem.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <time.h>

#include "stressor/stressor.h"

enum { SPAN_SPAWN, SPAN_CHILD_START, SPAN_REAP, SPAN_CYCLE, SPANS };
enum { CHILD_EXIT, CHILD_HOLD };
enum { STACK_SIZE = 64 << 10 };

static const struct kind_span spans[SPANS] = {
	[SPAN_SPAWN] = {"spawn", true, "pthread_create(3)"},
	[SPAN_CHILD_START] = {"child_start", true,
			      "from pthread_create's call to the thread's start"},
	[SPAN_REAP] = {"reap", false, "pthread_join(3)"},
	[SPAN_CYCLE] = {"cycle", true, "from pthread_create's call to the thread joined"},
};

struct thread_options {
	uint64_t child, hold_ns, child_start;
};

struct thread_state {
	pthread_attr_t attributes;
	uint64_t started;
};

static const char *const children[] = {"exit", "hold", NULL};

static const struct kind_option options[] = {
	{"child", KIND_CHOICE, offsetof(struct thread_options, child), CHILD_EXIT,
	 .choices = children, .help = "the thread returns at once, or stays for a time"},
	{"hold", KIND_DURATION, offsetof(struct thread_options, hold_ns), 10000000, 0, 60000000000,
	 .help = "how long a hold thread stays"},
	{"child_start", KIND_FLAG, offsetof(struct thread_options, child_start), 0,
	 .help = "time the thread's first instruction too"},
};

static uint32_t spans_on(const void *opaque)
{
	const struct thread_options *o = opaque;

	return UINT32_MAX & ~(o->child_start ? 0 : UINT32_C(1) << SPAN_CHILD_START);
}

static uint64_t live_tasks(const void *opaque)
{
	return 1;
}

static int setup(struct worker *w)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);

	/* A small stack, which glibc keeps and hands to the next thread: no mmap between steps. */
	pthread_attr_init(&s->attributes);
	pthread_attr_setstacksize(&s->attributes, STACK_SIZE);
	return 0;
}

static void *body(void *opaque)
{
	struct worker *w = opaque;
	struct thread_options *o = (void *)w->options;
	struct timespec hold;

	if (o->child_start)
		STRESSOR_STATE(struct thread_state, w)->started = clock_now_ns();
	if (o->child == CHILD_HOLD) {
		hold = clock_timespec(o->hold_ns);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &hold, NULL);
	}
	return NULL;
}

static void step(struct worker *w)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);
	uint64_t start = worker_start(w), returned, joined;
	pthread_t thread;
	int r = pthread_create(&thread, &s->attributes, body, w);

	returned = clock_now_ns();
	if (r != 0) {
		worker_error(w, SPAN_SPAWN, r);
		return;
	}
	pthread_join(thread, NULL);
	joined = clock_now_ns();
	worker_span(w, SPAN_SPAWN, start, returned);
	worker_span(w, SPAN_REAP, returned, joined);
	worker_span(w, SPAN_CYCLE, start, joined);
	if (w->service[SPAN_CHILD_START])
		worker_span(w, SPAN_CHILD_START, start, s->started);
}

const struct stressor stressor_thread = {
	.kind =
		{
			.name = "thread",
			.summary = "pthread_create(3) and join: the storm inside one process",
			.spans = spans,
			.n_spans = SPANS,
			.options = options,
			.n_options = sizeof(options) / sizeof(options[0]),
			.options_size = sizeof(struct thread_options),
			.spans_on = spans_on,
			.live_tasks = live_tasks,
		},
	.setup = setup,
	.step = step,
};
