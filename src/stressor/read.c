/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what monitors read: lists of processes (css_set_lock), statistics (a flush of rstat), the
 * group of a process (/proc/PID/cgroup). Each read is one of the whole file, on a descriptor that
 * was opened before the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stressor/stressor.h"
#include "stressor/targets.h"

enum { SPAN_READ, SPANS };
enum { FILE_PROCS, FILE_THREADS, FILE_MEMORY_STAT, FILE_CPU_STAT, FILE_CGROUP_STAT, FILE_PID };
enum { GROUPS_MAX = 256, BUFFER_SIZE = 64 << 10 };

static const struct kind_span spans[SPANS] = {
	[SPAN_READ] = {"read", true, "pread(2) of the whole file"},
};

struct read_options {
	uint64_t file, groups, targets;
};

struct read_state {
	struct targets targets;
	int32_t fds[GROUPS_MAX];
	uint64_t turn;
	char *buffer; /* private memory */
};

static const char *const file_choices[] = {
	"cgroup.procs", "cgroup.threads", "memory.stat", "cpu.stat",
	"cgroup.stat",  "pid-cgroup",     NULL};

/* clang-format off */
#define AT(member) offsetof(struct read_options, member)
static const struct kind_option options[] = {
	{.name = "file", .type = KIND_CHOICE, .offset = AT(file), .fallback = FILE_PROCS,
	 .choices = file_choices,
	 .help = "of a leaf; pid-cgroup is /proc/PID/cgroup of the reader itself"},
	{.name = "groups", .type = KIND_COUNT, .offset = AT(groups), .fallback = 1, .min = 1,
	 .max = GROUPS_MAX, .help = "leaves read in turn, from the reader's own on"},
	{.name = "targets", .type = KIND_COUNT, .offset = AT(targets), .max = TARGETS_MAX,
	 .help = "waiting processes of ours in the first of them, to make lists long"},
};
/* clang-format on */

static uint64_t live_tasks(const void *opaque)
{
	return ((const struct read_options *)opaque)->targets;
}

static uint64_t files_used(const struct read_options *o)
{
	return o->file == FILE_PID ? 1 : o->groups;
}

static int open_file(struct worker *w, const struct read_options *o, uint64_t leaf)
{
	int fd;

	if (o->file != FILE_PID)
		return worker_open_leaf(w, leaf, file_choices[o->file], O_RDONLY);
	fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_files(struct worker *w, struct read_state *s, const struct read_options *o)
{
	for (uint64_t i = 0; i < files_used(o); i++) {
		int fd = open_file(w, o, w->groups.index + i);

		if (fd < 0)
			return worker_fail(w, -fd, "%s of leaf %llu", file_choices[o->file],
					   (unsigned long long)(w->groups.index + i));
		s->fds[i] = fd;
	}
	return 0;
}

static int place_targets(struct worker *w, struct read_state *s)
{
	int fd = worker_open_leaf(w, w->groups.index, ".", O_RDONLY | O_DIRECTORY), r;

	if (fd < 0)
		return worker_fail(w, -fd, "opening a leaf");
	r = targets_move(&s->targets, w, fd, 0, 1);
	close(fd);
	return r;
}

static int setup(struct worker *w)
{
	struct read_state *s = STRESSOR_STATE(struct read_state, w);
	const struct read_options *o = (const void *)w->options;
	const struct targets_options of = {
		.targets = o->targets, .threads = 1, .life = TARGETS_WAIT};
	int r = open_files(w, s, o);

	if (r < 0)
		return r;
	s->buffer = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (s->buffer == MAP_FAILED) {
		s->buffer = NULL;
		return worker_fail(w, errno, "mapping a buffer");
	}
	if (o->targets)
		r = targets_init(&s->targets, w, &of);
	return r == 0 && o->targets ? place_targets(w, s) : r;
}

/* To the file's end: lists come in pages. 0 or an errno. */
static int read_whole(int fd, char *buffer)
{
	off_t at = 0;
	ssize_t n;

	do {
		n = pread(fd, buffer, BUFFER_SIZE, at);
		at += n > 0 ? n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? errno : 0;
}

static void step(struct worker *w)
{
	struct read_state *s = STRESSOR_STATE(struct read_state, w);
	const struct read_options *o = (const void *)w->options;
	int fd = s->fds[s->turn++ % files_used(o)], failure;
	uint64_t start = worker_start(w);

	failure = read_whole(fd, s->buffer);
	if (failure)
		worker_error(w, SPAN_READ, failure);
	else
		worker_span(w, SPAN_READ, start, clock_now_ns());
}

static void teardown(struct worker *w)
{
	struct read_state *s = STRESSOR_STATE(struct read_state, w);

	targets_finish(&s->targets);
	if (s->buffer)
		munmap(s->buffer, BUFFER_SIZE);
}

const struct stressor stressor_read = {
	.kind =
		{
			.name = "read",
			.summary = "reads lists of processes and statistics, as monitors do",
			STRESSOR_TABLES(struct read_options),
			.live_tasks = live_tasks,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
