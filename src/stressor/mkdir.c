/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups made and removed, as every container's start and end does: cgroup_mutex, the allocation of
 * each controller's state, kernfs. Nobody ever lives in them; they lie as deep as the leaves.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stressor/scratch_group.h"
#include "stressor/stressor.h"

enum { SPAN_MKDIR, SPAN_RMDIR, SPAN_CYCLE, SPANS };
enum { KEEP_MAX = 10000, NAME_SIZE = 16 };

static const struct kind_span spans[SPANS] = {
	[SPAN_MKDIR] = {"mkdir", true, "mkdir(2)"},
	[SPAN_RMDIR] = {"rmdir", false, "rmdir(2), of the oldest"},
	[SPAN_CYCLE] = {"cycle", true, "both"},
};

struct mkdir_options {
	uint64_t keep;
};

struct mkdir_state {
	struct scratch_group scratch_group;
	uint64_t turn;
};

/* clang-format off */
#define AT(member) offsetof(struct mkdir_options, member)
static const struct kind_option options[] = {
	{.name = "keep", .type = KIND_COUNT, .offset = AT(keep), .max = KEEP_MAX,
	 .help = "remove what was made so many steps ago: so many groups are there at any time"},
};
/* clang-format on */

static void format_name(char name[NAME_SIZE], uint64_t turn, uint64_t keep)
{
	snprintf(name, NAME_SIZE, "%u", (unsigned)(turn % (keep + 1)));
}

static int setup(struct worker *w)
{
	struct mkdir_state *s = STRESSOR_STATE(struct mkdir_state, w);
	const struct mkdir_options *o = (const void *)w->options;
	char name[NAME_SIZE];
	int r = scratch_group_init(&s->scratch_group, w, true);

	for (; r == 0 && s->turn < o->keep; s->turn++) {
		format_name(name, s->turn, o->keep);
		if (mkdirat(s->scratch_group.fd, name, 0755) < 0)
			r = worker_fail(w, errno, "making group %s", name);
	}
	return r;
}

static void step(struct worker *w)
{
	struct mkdir_state *s = STRESSOR_STATE(struct mkdir_state, w);
	const struct mkdir_options *o = (const void *)w->options;
	char newest[NAME_SIZE], oldest[NAME_SIZE];
	uint64_t start, made, removed;

	format_name(newest, s->turn, o->keep);
	s->turn++;
	format_name(oldest, s->turn, o->keep);
	start = worker_start(w);
	if (mkdirat(s->scratch_group.fd, newest, 0755) < 0) {
		worker_error(w, SPAN_MKDIR, errno);
		return;
	}
	made = clock_now_ns();
	worker_span(w, SPAN_MKDIR, start, made);
	if (unlinkat(s->scratch_group.fd, oldest, AT_REMOVEDIR) < 0) {
		worker_error(w, SPAN_RMDIR, errno);
		return;
	}
	removed = clock_now_ns();
	worker_span(w, SPAN_RMDIR, made, removed);
	worker_span(w, SPAN_CYCLE, start, removed);
}

static void teardown(struct worker *w)
{
	scratch_group_finish(&STRESSOR_STATE(struct mkdir_state, w)->scratch_group);
}

const struct stressor stressor_mkdir = {
	.kind =
		{
			.name = "mkdir",
			.summary = "makes and removes groups that stay empty",
			STRESSOR_TABLES(struct mkdir_options),
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
