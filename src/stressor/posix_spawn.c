/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>

#include "stressor/spawn.h"

enum { MODE_PLAIN, MODE_INTO_CGROUP };
enum { GROUPS_MAX = 256 };

static const char *const modes[] = {"plain", "into-cgroup", NULL};

/* clang-format off */
#define AT(member) offsetof(struct spawn_options, member)
static const struct kind_option options[] = {
	SPAWN_OPTIONS(SPAWN_CHILD_EXEC),
	{.name = "mode", .type = KIND_CHOICE, .offset = AT(mode), .fallback = MODE_PLAIN,
	 .choices = modes,
	 .help = "into-cgroup: into leaf after leaf, where libc can (glibc 2.39 and later)"},
	{.name = "groups", .type = KIND_COUNT, .offset = AT(groups), .fallback = 2, .min = 1,
	 .max = GROUPS_MAX, .help = "into-cgroup: among how many leaves"},
};
/* clang-format on */

/* At spawn_state.extra, in private memory: one set of attributes for each group. */
struct posix_spawn_extra {
	posix_spawnattr_t attributes[GROUPS_MAX];
};

static const char *refuse(const void *opaque)
{
	const struct spawn_options *o = opaque;

	if (o->child == SPAWN_CHILD_EXIT)
		return "posix_spawn always executes a program; use \"exec\" or \"hold\"";
	if (o->child_cpus == SPAWN_CPUS_ANY)
		return "posix_spawn has no attribute for CPUs; use \"child_cpus\": \"same\"";
#ifndef HAVE_POSIX_SPAWN_CGROUP
	if (o->mode == MODE_INTO_CGROUP)
		return "this C library has no posix_spawnattr_setcgroup_np (glibc 2.39 and later "
		       "do); use clone3 with \"mode\": \"into-cgroup\"";
#endif
	return spawn_refuse(o);
}

/* In the group of leaf i, for all children. */
static int set_group(struct worker *w, posix_spawnattr_t *attributes, uint64_t i)
{
#ifdef HAVE_POSIX_SPAWN_CGROUP
	int fd = worker_open_leaf(w, i, ".", O_RDONLY | O_DIRECTORY), r;

	if (fd < 0)
		return worker_fail(w, -fd, "opening leaf %llu", (unsigned long long)i);
	posix_spawnattr_init(attributes);
	r = posix_spawnattr_setcgroup_np(attributes, fd);
	if (r == 0)
		r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETCGROUP);
	return r ? worker_fail(w, r, "posix_spawn attributes") : 0;
#else
	return worker_fail(w, ENOSYS, "posix_spawnattr_setcgroup_np");
#endif
}

static int setup(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	const struct spawn_options *o = (const void *)w->options;
	struct posix_spawn_extra *extra;
	int r = 0;

	if (o->mode == MODE_INTO_CGROUP) {
		extra = calloc(1, sizeof(*extra));
		if (!extra)
			return worker_fail(w, ENOMEM, "attributes");
		s->extra = extra;
		for (uint64_t i = 0; i < o->groups && r == 0; i++)
			r = set_group(w, &extra->attributes[i], w->groups.index * o->groups + i);
	}
	return r == 0 ? spawn_setup_exec(w) : r;
}

static void step(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	const struct spawn_options *o = (const void *)w->options;
	struct posix_spawn_extra *extra = s->extra;
	posix_spawnattr_t *attributes = extra ? &extra->attributes[s->turn++ % o->groups] : NULL;
	uint64_t start = worker_start(w);
	pid_t pid = -1;
	int r = posix_spawn(&pid, s->program.argv[0], NULL, attributes, s->program.argv,
			    (char *[]){NULL});

	if (r != 0) {
		errno = r;
		pid = -1;
	}
	spawn_finish(w, start, pid);
}

static void teardown(struct worker *w)
{
	free(STRESSOR_STATE(struct spawn_state, w)->extra);
	spawn_teardown(w);
}

const struct stressor stressor_posix_spawn = {
	.kind =
		{
			.name = "posix_spawn",
			.role = KIND_FORKS,
			.noun = "spawns",
			.noun_span = "cycle",
			.summary = "posix_spawn(3): in glibc clone(CLONE_VM|CLONE_VFORK) and exec",
			SPAWN_KIND(refuse, spawn_live_tasks),
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
