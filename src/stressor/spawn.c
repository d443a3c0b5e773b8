/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/process.h"

const struct kind_span spawn_spans[SPAWN_SPANS] = {
	[SPAWN_SPAN_SPAWN] = {"spawn", true, "from the call to its return in the parent"},
	[SPAWN_SPAN_CHILD_START] = {"child_start", true,
				    "from the call to the child's first instruction"},
	[SPAWN_SPAN_REAP] = {"reap", false, "from the call's return to the child reaped"},
	[SPAWN_SPAN_CYCLE] = {"cycle", true, "from the call to the child reaped"},
};

const char *const spawn_child_choices[] = {"exit", "exec", "hold", NULL};
const char *const spawn_cpus_choices[] = {"same", "any", NULL};
const char *const spawn_pages_choices[] = {"small", "huge", NULL};

uint32_t spawn_spans_on(const void *options)
{
	const struct spawn_options *o = options;

	return UINT32_MAX & ~(o->child_start ? 0 : UINT32_C(1) << SPAWN_SPAN_CHILD_START);
}

uint64_t spawn_live_tasks(const void *options)
{
	return 1;
}

const char *spawn_profile(const void *options)
{
	return worker_profile(((const struct spawn_options *)options)->seccomp);
}

const char *spawn_refuse(const void *options)
{
	const struct spawn_options *o = options;

	if (o->path[0] && o->child != SPAWN_CHILD_EXEC)
		return "\"path\" is for \"child\": \"exec\"";
	if (o->path[0] && o->child_start)
		return "a foreign program cannot tell when it started; drop \"child_start\" or "
		       "\"path\"";
	return NULL;
}

/* What of our memory lies in transparent huge pages; 0 where that cannot be read. */
static uint64_t huge_bytes(void)
{
	static const char key[] = "AnonHugePages:";
	char text[4096];
	const char *at;

	if (io_read_attr(AT_FDCWD, "/proc/self/smaps_rollup", text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) << 10 : 0;
}

/*
 * The advice succeeds also where the kernel gives no huge pages at all (set to never, or switched
 * off for the process), and then small ones would be measured for huge ones. The ends of a mapping
 * may lie in small ones, and some that could not be found in a hurry.
 */
static bool is_huge(uint64_t bytes)
{
	enum { ENDS = 4 << 20 };
	uint64_t found = huge_bytes();

	return found > 0 && found + ENDS >= bytes / 10 * 9;
}

static int touch_memory(struct worker *w, struct spawn_state *s, const struct spawn_options *o)
{
	uint64_t bytes = o->touch_bytes;
	int advice = o->pages == SPAWN_PAGES_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	s->touched = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->touched == MAP_FAILED) {
		s->touched = NULL;
		return worker_fail(w, errno, "mapping %llu bytes to touch",
				   (unsigned long long)bytes);
	}
	/* A kernel without huge pages knows neither advice; only one of them needs them. */
	if (madvise(s->touched, bytes, advice) < 0 && o->pages == SPAWN_PAGES_HUGE)
		return worker_fail(w, errno, "transparent huge pages");
	/* 5.14 and later touch it all in one call; page by page takes half a minute in emulation.
	 */
	if (madvise(s->touched, bytes, MADV_POPULATE_WRITE) < 0)
		memset(s->touched, 1, bytes);
	if (o->pages == SPAWN_PAGES_HUGE && !is_huge(bytes))
		return worker_fail(w, EOPNOTSUPP,
				   "transparent huge pages: the kernel gave too few");
	return 0;
}

/* The filter comes last: it may refuse what the set-up does. */
static int finish_setup(struct worker *w, struct spawn_state *s, const struct spawn_options *o)
{
	int r = o->touch_bytes ? touch_memory(w, s, o) : 0;

	return r == 0 ? worker_confine(w) : r;
}

int spawn_setup_exec(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;
	int r = worker_program_init(w, &s->program, o->path[0] ? o->path : NULL,
				    o->child == SPAWN_CHILD_HOLD ? o->hold_ns : 0, o->child_start);

	return r == 0 ? finish_setup(w, s, o) : r;
}

int spawn_setup(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;

	return o->child == SPAWN_CHILD_EXEC ? spawn_setup_exec(w) : finish_setup(w, s, o);
}

int spawn_setup_copied(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;
	int r = 0;

	s->exits_at_once = o->child == SPAWN_CHILD_EXIT && o->child_cpus == SPAWN_CPUS_SAME;
	if (s->exits_at_once && o->child_start)
		r = worker_stamps_init(w, &s->program);
	if (r == 0)
		r = spawn_setup(w);
	return r == 0 && s->exits_at_once ? worker_hide_from_children(w) : r;
}

void spawn_teardown(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;

	if (s->touched)
		munmap(s->touched, o->touch_bytes);
	worker_program_finish(&s->program);
}

_Noreturn void spawn_child(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;
	struct timespec hold;

	if (o->child_start && o->child != SPAWN_CHILD_EXEC)
		s->child_started = clock_now_ns();
	if (o->child_cpus == SPAWN_CPUS_ANY)
		cpus_use(&w->usable_cpus);
	if (o->child == SPAWN_CHILD_EXEC) {
		execve(s->program.argv[0], s->program.argv, (char *[]){NULL});
		s->child_errno = errno;
		_exit(127);
	}
	if (o->child == SPAWN_CHILD_HOLD) {
		hold = clock_timespec(o->hold_ns);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &hold, NULL);
	}
	_exit(0);
}

/*
 * When the child began, from its memory or its pipe; 0 where there is no stamp. For each child that was
 * reaped, whatever came of it: a stamp that stays in the pipe would be taken for the next one's.
 */
static uint64_t take_stamp(struct spawn_state *s)
{
	uint64_t stamp = s->child_started;

	s->child_started = 0;
	return s->program.stamp_read ? worker_program_began(&s->program) : stamp;
}

/* Anything but a clean exit is a failure of the spawn: its times are no sample. */
static int child_failure(struct spawn_state *s, int status)
{
	int errnum = s->child_errno;

	s->child_errno = 0;
	if (errnum)
		return errnum;
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ? 0 : ECHILD;
}

void spawn_finish(struct worker *w, uint64_t start, pid_t pid)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	bool stamped = w->service[SPAWN_SPAN_CHILD_START] != NULL;
	uint64_t returned = clock_now_ns(), reaped, stamp;
	int status = 0, failure, r;

	if (pid < 0) {
		worker_error(w, SPAWN_SPAN_SPAWN, errno);
		return;
	}
	r = child_reap(pid, &status);
	if (r < 0) {
		worker_error(w, SPAWN_SPAN_REAP, -r);
		return;
	}
	reaped = clock_now_ns();
	stamp = stamped ? take_stamp(s) : 0;
	failure = child_failure(s, status);
	if (failure) {
		worker_error(w, SPAWN_SPAN_SPAWN, failure);
		return;
	}
	worker_span(w, SPAWN_SPAN_SPAWN, start, returned);
	worker_span(w, SPAWN_SPAN_REAP, returned, reaped);
	worker_span(w, SPAWN_SPAN_CYCLE, start, reaped);
	if (stamp)
		worker_span(w, SPAWN_SPAN_CHILD_START, start, stamp);
	else if (stamped)
		worker_error(w, SPAWN_SPAN_CHILD_START, ENODATA);
}

void spawn_step_fork(struct worker *w)
{
	struct spawn_by_value v = spawn_by_value(w);
	uint64_t start = worker_start(w);
	pid_t pid = fork();

	if (pid == 0)
		spawn_copied_child(w, v);
	spawn_finish(w, start, pid);
}
