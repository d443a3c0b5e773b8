/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers, one after the other; each phase of container.h is a span. */
#include <errno.h>

#include "cgroup/group.h"
#include "stressor/container.h"
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

static const char *const create_choices[] = {"fork", "into", NULL};
static const char *const namespaces_choices[] = {"none", "some", "net", NULL};
static const char *const end_choices[] = {"cgroup.kill", "signal", NULL};

/* clang-format off */
#define AT(member) offsetof(struct container_options, member)
static const struct kind_option options[] = {
	{.name = "create", .type = KIND_CHOICE, .offset = AT(create), .fallback = CREATE_FORK,
	 .choices = create_choices,
	 .help = "fork and move by cgroup.procs, or clone3 into the group"},
	{.name = "namespaces", .type = KIND_CHOICE, .offset = AT(namespaces),
	 .fallback = NAMESPACES_NONE, .choices = namespaces_choices,
	 .help = "none; mount, UTS, IPC and cgroup; or these and a network"},
	{.name = "seccomp", .type = KIND_CHOICE, .offset = AT(seccomp),
	 .choices = worker_profile_choices,
	 .help = "the filter that the container's process loads; no-clone3 is the default with "
		 "clone3 refused"},
	{.name = "run", .type = KIND_DURATION, .offset = AT(run_ns), .max = 3600000000000,
	 .help = "how long init lives; 0: it is killed as soon as it has started"},
	{.name = "end", .type = KIND_CHOICE, .offset = AT(end), .fallback = END_CGROUP_KILL,
	 .choices = end_choices, .help = "how it is killed"},
	{.name = "limits", .type = KIND_FLAG, .offset = AT(limits), .fallback = 1,
	 .help = "write limits for the controllers that the hierarchy has"},
	{.name = "gone", .type = KIND_FLAG, .offset = AT(gone),
	 .help = "wait until the kernel has let go of the groups"},
	{.name = "wait", .type = KIND_CHOICE, .offset = AT(wait), .fallback = EVENTS_READ,
	 .choices = events_wait_choices,
	 .help = "how to see that the group is empty: read cgroup.events over and over, or be "
		 "woken, which the kernel does at most every 10 ms"},
};
/* clang-format on */

static uint32_t spans_on(const void *opaque)
{
	const struct container_options *o = opaque;
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
	return worker_profile(((const struct container_options *)opaque)->seccomp);
}

static int setup(struct worker *w)
{
	struct container_plan *p = STRESSOR_STATE(struct container_plan, w);
	int r = scratch_group_init(&p->scratch_group, w, true);
	const char *at = p->scratch_group.controllers;
	char word[64] = "+";

	if (r < 0)
		return r;
	p->options = (const void *)w->options;
	while (controller_list_next(&at, word + 1, sizeof(word) - 1))
		controller_list_append(p->enable, sizeof(p->enable), " ", word);
	/* It lives for an hour, unless it is killed. */
	return worker_program_init(w, &p->init, NULL, 3600 * NS_PER_S, true);
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

	worker_program_finish(&p->init);
	scratch_group_finish(&p->scratch_group);
}

const struct stressor stressor_lifecycle = {
	.kind =
		{
			.name = "lifecycle",
			.summary = "one container after the other, from nothing to gone",
			STRESSOR_TABLES(struct container_options),
			.spans_on = spans_on,
			.live_tasks = live_tasks,
			.profile = profile,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
