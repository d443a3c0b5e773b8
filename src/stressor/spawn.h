/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the stressors that create processes share: options, spans, what the child does, reaping.
 *
 * For vfork, posix_spawn and CLONE_VFORK the span `spawn` includes the child's life until it execs
 * or exits, so only `cycle` compares methods. `child_start` is opt-in, because it costs system calls
 * or a page fault.
 */
#ifndef CGCHURN_STRESSOR_SPAWN_H
#define CGCHURN_STRESSOR_SPAWN_H

#include <sys/types.h>
#include <unistd.h>

#include "stressor/child.h"
#include "stressor/stressor.h"

enum { SPAWN_SPAN_SPAWN, SPAWN_SPAN_CHILD_START, SPAWN_SPAN_REAP, SPAWN_SPAN_CYCLE, SPAWN_SPANS };

enum spawn_child { SPAWN_CHILD_EXIT, SPAWN_CHILD_EXEC, SPAWN_CHILD_HOLD };
enum spawn_pages { SPAWN_PAGES_SMALL, SPAWN_PAGES_HUGE };
enum spawn_cpus { SPAWN_CPUS_SAME, SPAWN_CPUS_ANY };

struct spawn_options {
	uint64_t child;       /* enum spawn_child */
	uint64_t hold_ns;     /* how long a `hold` child lives */
	uint64_t touch_bytes; /* memory the parent has touched and so has to be copied by a fork */
	uint64_t pages;       /* enum spawn_pages, of that memory */
	uint64_t child_start; /* flag */
	uint64_t child_cpus;  /* enum spawn_cpus */
	uint64_t mode;        /* of clone3, see there */
	uint64_t groups;      /* of clone3 into-cgroup */
	uint64_t seccomp;     /* index into worker_profile_choices */
	uint64_t every_ns;    /* of moved: the time between two moves */
	char path[KIND_PATH_SIZE]; /* what `exec` children execute; "": our tiny program */
};

struct spawn_state {
	void *touched;
	struct worker_program program;
	uint64_t child_started; /* written by a child that shares or inherits this memory */
	int32_t child_errno;    /* why it could not go on; 0 */
	bool exits_at_once;     /* a child does nothing, except for a stamp */
	uint64_t turn;          /* steps so far, where a method goes round */
	void *extra;            /* a method's own */
};

extern const struct kind_span spawn_spans[SPAWN_SPANS];
extern const char *const spawn_child_choices[], *const spawn_cpus_choices[],
							*const spawn_pages_choices[];

/* The options that every method has; `default_child` is one of enum spawn_child. */
/* clang-format off */
#define SPAWN_OPTIONS(default_child) \
	{.name = "child", .type = KIND_CHOICE, .offset = offsetof(struct spawn_options, child), \
	 .fallback = default_child, .choices = spawn_child_choices, \
	 .help = "what the child does: exits, executes a program, or stays for a time"}, \
	{.name = "path", .type = KIND_PATH, .offset = offsetof(struct spawn_options, path), \
	 .help = "the program of exec children; by default a tiny static one of ours", \
	 .with = "child", .with_choices = UINT32_C(1) << SPAWN_CHILD_EXEC}, \
	{.name = "hold", .type = KIND_DURATION, .offset = offsetof(struct spawn_options, hold_ns), \
	 .fallback = 10000000, .max = 60000000000, \
	 .help = "how long a hold child stays", \
	 .with = "child", .with_choices = UINT32_C(1) << SPAWN_CHILD_HOLD}, \
	{.name = "touch", .type = KIND_BYTES, .offset = offsetof(struct spawn_options, touch_bytes), \
	 .max = 1ULL << 40, .help = "memory that the parent has touched"}, \
	{.name = "pages", .type = KIND_CHOICE, .offset = offsetof(struct spawn_options, pages), \
	 .fallback = SPAWN_PAGES_SMALL, .choices = spawn_pages_choices, \
	 .help = "of that memory: small, or transparent huge ones", .with = "touch"}, \
	{.name = "seccomp", .type = KIND_CHOICE, .offset = offsetof(struct spawn_options, seccomp), \
	 .choices = worker_profile_choices, \
	 .help = "a filter that parent and children run under; no-clone3 makes libc fall back to clone"}, \
	{.name = "child_start", .type = KIND_FLAG, .offset = offsetof(struct spawn_options, child_start), \
	 .help = "time the child's first instruction too; costs it two system calls or a page fault"}, \
	{.name = "child_cpus", .type = KIND_CHOICE, .offset = offsetof(struct spawn_options, child_cpus), \
	 .fallback = SPAWN_CPUS_SAME, .choices = spawn_cpus_choices, \
	 .help = "children stay on their parent's CPU, or may use any; any costs them a call"}

/* What the kind of a method holds, beside its name and summary; `options` is its table. */
#define SPAWN_KIND(refuse_, live_tasks_) \
	.spans = spawn_spans, .n_spans = SPAWN_SPANS, \
	.options = options, .n_options = sizeof(options) / sizeof(options[0]), \
	.options_size = sizeof(struct spawn_options), .spans_on = spawn_spans_on, \
	.refuse = refuse_, .live_tasks = live_tasks_, .profile = spawn_profile
/* clang-format on */

uint32_t spawn_spans_on(const void *options);
uint64_t spawn_live_tasks(const void *options);
const char *spawn_refuse(const void *options); /* what no method can do */
const char *spawn_profile(const void *options);

int spawn_setup(struct worker *w);
int spawn_setup_copied(struct worker *w); /* for a method that uses spawn_copied_child() */
int spawn_setup_exec(struct worker *w);   /* for a method whose children always exec */
void spawn_teardown(struct worker *w);

/* The child's side. Only system calls, so it may share its parent's memory. */
_Noreturn void spawn_child(struct worker *w);

/*
 * The same for a child with a copy of its parent's memory. Where it only exits, or stamps its start
 * and exits, it gets that by value: our shared memory is not even mapped in it, so it costs neither
 * the fork a mapping nor the child a page fault. spawn_by_value() comes before the call that makes
 * the child.
 */
struct spawn_by_value {
	bool exits_at_once;
	int stamp_fd; /* 0: no stamp */
};

static inline struct spawn_by_value spawn_by_value(const struct worker *w)
{
	const struct spawn_state *s = (const void *)w->state;

	return (struct spawn_by_value){s->exits_at_once, s->program.stamp_write};
}

_Noreturn static inline void spawn_copied_child(struct worker *w, struct spawn_by_value v)
{
	if (!v.exits_at_once)
		spawn_child(w);
	if (v.stamp_fd)
		child_stamp(v.stamp_fd, child_now_ns());
	child_exit();
}

/* The parent's side, after the call returned `pid` (or -1 with errno): records, waits, records. */
void spawn_finish(struct worker *w, uint64_t start, pid_t pid);

/* One fork(2), as the step of a method. */
void spawn_step_fork(struct worker *w);

#endif
