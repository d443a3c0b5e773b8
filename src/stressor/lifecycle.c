/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers, one after the other: see container.h for the phases, each of which is a span. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stressor/container.h"
#include "stressor/events.h"
#include "stressor/stressor.h"

enum { SPAN_READY = CONTAINER_PHASES, SPAN_WHOLE, SPANS };
_Static_assert((int)SPANS <= (int)KIND_SPANS_MAX, "too many phases");

static const struct kind_span spans[SPANS] = {
	[PHASE_MKDIR] = {"mkdir", false, "two groups, one within the other"},
	[PHASE_ENABLE] = {"enable", false, "write(2) of the controllers to cgroup.subtree_control"},
	[PHASE_LIMITS] = {"limits", false, "pids.max, memory.max, cpu.weight, where they are"},
	[PHASE_CREATE] = {"create", false, "fork(2); or clone3(2) up to the child's start"},
	[PHASE_ATTACH] = {"attach", false, "fork: write(2) of its id to cgroup.procs"},
	[PHASE_GO] = {"go", false, "fork: from there until the waiting child runs on"},
	[PHASE_NAMESPACES] = {"namespaces", false, "unshare(2)"},
	[PHASE_SECCOMP] = {"seccomp", false, "seccomp(2) of the filter"},
	[PHASE_EXEC] = {"exec", false, "execve(2), up to init's first instruction"},
	[PHASE_RUN] = {"run", false, "init lives"},
	[PHASE_KILL] = {"kill", false, "cgroup.kill, or kill(2)"},
	[PHASE_DRAIN] = {"drain", false, "reaped, and the group counts as empty"},
	[PHASE_RMDIR] = {"rmdir", false, "both groups, EBUSY tried again and counted"},
	[PHASE_GONE] = {"gone", false, "until no dying group is left; looked at every 50 us"},
	[SPAN_READY] = {"ready", true, "from the first mkdir to init's first instruction"},
	[SPAN_WHOLE] = {"whole", true, "from the first mkdir to the end: all phases"},
};

struct lifecycle_options {
	uint64_t create, namespaces, seccomp, run_ns, end, limits, gone, wait;
};

static const char *const create_choices[] = {"fork", "into", NULL};
static const char *const namespaces_choices[] = {"none", "some", "net", NULL};
static const char *const end_choices[] = {"cgroup.kill", "signal", NULL};

static const struct kind_option options[] = {
	{"create", KIND_CHOICE, offsetof(struct lifecycle_options, create), CREATE_FORK,
	 .choices = create_choices,
	 .help = "fork and move by cgroup.procs, or clone3 into the group"},
	{"namespaces", KIND_CHOICE, offsetof(struct lifecycle_options, namespaces), NAMESPACES_NONE,
	 .choices = namespaces_choices,
	 .help = "none; mount, UTS, IPC and cgroup; or these and a network"},
	{"seccomp", KIND_CHOICE, offsetof(struct lifecycle_options, seccomp), 0,
	 .choices = worker_profile_choices,
	 .help = "the filter that the container's process loads; no-clone3 is the default with "
		 "clone3 refused"},
	{"run", KIND_DURATION, offsetof(struct lifecycle_options, run_ns), 0, 0, 3600000000000,
	 .help = "how long init lives; 0: it is killed as soon as it has started"},
	{"end", KIND_CHOICE, offsetof(struct lifecycle_options, end), END_CGROUP_KILL,
	 .choices = end_choices, .help = "how it is killed"},
	{"limits", KIND_FLAG, offsetof(struct lifecycle_options, limits), 1,
	 .help = "write limits for the controllers that the hierarchy has"},
	{"gone", KIND_FLAG, offsetof(struct lifecycle_options, gone), 0,
	 .help = "wait until the kernel has let go of the groups"},
	{"wait", KIND_CHOICE, offsetof(struct lifecycle_options, wait), EVENTS_READ,
	 .choices = events_wait_choices,
	 .help = "how to see that the group is empty: read cgroup.events over and over, or be "
		 "woken, which the kernel does at most every 10 ms"},
};

static uint32_t spans_on(const void *opaque)
{
	const struct lifecycle_options *o = opaque;
	uint32_t off = 0;

	if (o->create == CREATE_INTO)
		off |= UINT32_C(1) << PHASE_ATTACH | UINT32_C(1) << PHASE_GO;
	if (!o->namespaces)
		off |= UINT32_C(1) << PHASE_NAMESPACES;
	if (!o->seccomp)
		off |= UINT32_C(1) << PHASE_SECCOMP;
	if (!o->limits)
		off |= UINT32_C(1) << PHASE_LIMITS;
	if (!o->gone)
		off |= UINT32_C(1) << PHASE_GONE;
	return ~off;
}

static uint64_t live_tasks(const void *opaque)
{
	return 1;
}

static const char *profile(const void *opaque)
{
	return worker_profile(((const struct lifecycle_options *)opaque)->seccomp);
}

/* "pids memory" to "+pids +memory". */
static void format_enable(const char *controllers, char *ret, size_t size)
{
	size_t used = 0;

	for (const char *at = controllers; *at && used < size;) {
		int length = (int)strcspn(at, " ");

		used += (size_t)snprintf(ret + used, size - used, "%s+%.*s", used ? " " : "",
					 length, at);
		at += length;
		at += strspn(at, " ");
	}
}

static int prepare_init(struct worker *w, struct container_plan *p)
{
	static char stays[] = "3600000000000";
	int ends[2];

	if (access(w->child_path, X_OK) < 0)
		return worker_fail(w, errno, "%s", w->child_path);
	if (pipe2(ends, 0) < 0)
		return worker_fail(w, errno, "pipe for init's start");
	/* The child's end stays open over exec; the parent's must not. */
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	p->stamp_read = ends[0];
	p->stamp_write = ends[1];
	snprintf(p->fd_text, sizeof(p->fd_text), "%d", p->stamp_write);
	p->argv[0] = w->child_path;
	p->argv[1] = stays;
	p->argv[2] = p->fd_text;
	return 0;
}

static int setup(struct worker *w)
{
	struct container_plan *p = STRESSOR_STATE(struct container_plan, w);
	const struct lifecycle_options *o = (const void *)w->options;
	int r = scratch_group_init(&p->scratch_group, w, true);

	if (r < 0)
		return r;
	p->create = o->create;
	p->end = o->end;
	p->namespaces = o->namespaces;
	p->wait = o->wait;
	p->run_ns = o->run_ns;
	p->limits = o->limits;
	p->gone = o->gone;
	format_enable(p->scratch_group.controllers, p->enable, sizeof(p->enable));
	return prepare_init(w, p);
}

static void step(struct worker *w)
{
	struct container_plan *p = STRESSOR_STATE(struct container_plan, w);
	uint64_t start = worker_start(w), from = start;
	struct container c;
	int failure = container_live(w, p, &c);
	uint64_t end = clock_now_ns();

	for (uint64_t i = 0; i < c.retries; i++)
		worker_error(w, PHASE_RMDIR, EBUSY);
	if (failure) {
		worker_error(w, c.phase, failure);
		return;
	}
	for (unsigned i = 0; i < CONTAINER_PHASES; i++)
		if (c.ends[i]) {
			worker_span(w, i, from, c.ends[i]);
			from = c.ends[i];
		}
	worker_span(w, SPAN_READY, start, c.ends[PHASE_EXEC]);
	worker_span(w, SPAN_WHOLE, start, end);
}

static void teardown(struct worker *w)
{
	struct container_plan *p = STRESSOR_STATE(struct container_plan, w);

	if (p->stamp_read) {
		close(p->stamp_read);
		close(p->stamp_write);
	}
	scratch_group_finish(&p->scratch_group);
}

const struct stressor stressor_lifecycle = {
	.kind =
		{
			.name = "lifecycle",
			.summary = "one container after the other, from nothing to gone",
			.spans = spans,
			.n_spans = SPANS,
			.options = options,
			.n_options = sizeof(options) / sizeof(options[0]),
			.options_size = sizeof(struct lifecycle_options),
			.spans_on = spans_on,
			.live_tasks = live_tasks,
			.profile = profile,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
