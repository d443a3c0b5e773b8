/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads created and joined inside one process. Each takes the read side of the global lock like a
 * fork does, and where the patch is in force also its own threadgroup's rwsem: with `batch` and
 * `peers` many at once take that one, which is where the patch may cost something. All of them
 * share the address space and libc's cache of stacks too, with their own locks.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "stressor/stressor.h"

enum { SPAN_SPAWN, SPAN_CHILD_START, SPAN_REAP, SPAN_CYCLE, SPANS };
enum { CHILD_EXIT, CHILD_HOLD };
enum { STACK_SIZE = 64 << 10, BATCH_MAX = 256, PEERS_MAX = 64 };

static const struct kind_span spans[SPANS] = {
	[SPAN_SPAWN] = {"spawn", true, "pthread_create(3), all of the batch"},
	[SPAN_CHILD_START] = {"child_start", true,
			      "from the first pthread_create's call to the last thread's start"},
	[SPAN_REAP] = {"reap", false, "pthread_join(3), all of the batch"},
	[SPAN_CYCLE] = {"cycle", true,
			"from the first pthread_create's call to the last thread joined"},
};

struct thread_options {
	uint64_t child, hold_ns, child_start, batch, peers, seccomp;
};

struct thread_state {
	pthread_attr_t attributes;
	pthread_t peers[PEERS_MAX];
	uint64_t n_peers;
	_Atomic bool stop;
	uint64_t started; /* by the last thread of the batch to write it */
};

static const char *const children[] = {"exit", "hold", NULL};

/* clang-format off */
#define AT(member) offsetof(struct thread_options, member)
static const struct kind_option options[] = {
	{.name = "child", .type = KIND_CHOICE, .offset = AT(child), .fallback = CHILD_EXIT,
	 .choices = children, .help = "the thread returns at once, or stays for a time"},
	{.name = "hold", .type = KIND_DURATION, .offset = AT(hold_ns), .fallback = 10000000,
	 .max = 60000000000, .help = "how long a hold thread stays", .with = "child",
	 .with_choices = UINT32_C(1) << CHILD_HOLD},
	{.name = "child_start", .type = KIND_FLAG, .offset = AT(child_start),
	 .help = "time the thread's first instruction too"},
	{.name = "seccomp", .type = KIND_CHOICE, .offset = AT(seccomp),
	 .choices = worker_profile_choices,
	 .help = "a filter that the process runs under; no-clone3 makes libc fall back to clone"},
	{.name = "batch", .type = KIND_COUNT, .offset = AT(batch), .fallback = 1, .min = 1,
	 .max = BATCH_MAX,
	 .help = "threads of each step, created one after the other, then joined"},
	{.name = "peers", .type = KIND_COUNT, .offset = AT(peers), .max = PEERS_MAX,
	 .help = "threads of the same process that do the same all the time, on any CPU, untimed"},
};
/* clang-format on */

static uint32_t spans_on(const void *opaque)
{
	const struct thread_options *o = opaque;

	return UINT32_MAX & ~(o->child_start ? 0 : UINT32_C(1) << SPAN_CHILD_START);
}

static const char *refuse(const void *opaque)
{
	const struct thread_options *o = opaque;

	return o->peers && o->child_start
		       ? "\"child_start\" cannot tell the step's threads from those of \"peers\""
		       : NULL;
}

static uint64_t live_tasks(const void *opaque)
{
	const struct thread_options *o = opaque;

	return o->batch + o->peers * (1 + o->batch);
}

static const char *profile(const void *opaque)
{
	return worker_profile(((const struct thread_options *)opaque)->seccomp);
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

/* Creates the batch. 0 or an errno; *ret_n is how many there are. */
static int create(struct worker *w, pthread_t *threads, uint64_t *ret_n)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);
	struct thread_options *o = (void *)w->options;
	int r = 0;

	for (*ret_n = 0; *ret_n < o->batch; ++*ret_n) {
		r = pthread_create(&threads[*ret_n], &s->attributes, body, w);
		if (r != 0)
			break;
	}
	return r;
}

static void join(const pthread_t *threads, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void *peer(void *opaque)
{
	struct worker *w = opaque;
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);
	pthread_t threads[BATCH_MAX];
	uint64_t n;

	cpus_use(&w->usable_cpus);
	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		create(w, threads, &n);
		join(threads, n);
	}
	return NULL;
}

static int setup(struct worker *w)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);
	struct thread_options *o = (void *)w->options;
	int r;

	/* A small stack, which glibc keeps and hands to the next thread: no mmap between steps. */
	pthread_attr_init(&s->attributes);
	pthread_attr_setstacksize(&s->attributes, STACK_SIZE);
	r = worker_confine(w);
	if (r < 0)
		return r;
	for (; s->n_peers < o->peers; s->n_peers++) {
		r = pthread_create(&s->peers[s->n_peers], &s->attributes, peer, w);

		if (r != 0)
			return worker_fail(w, r, "starting a peer");
	}
	return 0;
}

static void step(struct worker *w)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);
	pthread_t threads[BATCH_MAX];
	uint64_t start = worker_start(w), returned, joined, n;
	int r = create(w, threads, &n);

	returned = clock_now_ns();
	join(threads, n);
	joined = clock_now_ns();
	if (r != 0) {
		worker_error(w, SPAN_SPAWN, r);
		return;
	}
	worker_span(w, SPAN_SPAWN, start, returned);
	worker_span(w, SPAN_REAP, returned, joined);
	worker_span(w, SPAN_CYCLE, start, joined);
	if (w->service[SPAN_CHILD_START])
		worker_span(w, SPAN_CHILD_START, start, s->started);
}

static void teardown(struct worker *w)
{
	struct thread_state *s = STRESSOR_STATE(struct thread_state, w);

	atomic_store(&s->stop, true);
	join(s->peers, s->n_peers);
}

const struct stressor stressor_thread = {
	.kind =
		{
			.name = "thread",
			.role = KIND_FORKS,
			.noun = "new threads",
			.noun_span = "cycle",
			.summary = "pthread_create(3) and join: the storm inside one process",
			STRESSOR_TABLES(struct thread_options),
			.spans_on = spans_on,
			.refuse = refuse,
			.live_tasks = live_tasks,
			.profile = profile,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
