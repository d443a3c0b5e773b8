/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forks of a process that is itself being moved: where the lock is one per threadgroup, these are
 * the only forks that a migration still holds up. A helper of the worker moves it to and fro.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "stressor/spawn.h"
#include "stressor/targets.h"

/* clang-format off */
#define AT(member) offsetof(struct spawn_options, member)
static const struct kind_option options[] = {
	SPAWN_OPTIONS(SPAWN_CHILD_EXIT),
	{.name = "every", .type = KIND_DURATION, .offset = AT(every_ns), .max = 60000000000,
	 .help = "the time between two moves; 0: one after the other"},
};
/* clang-format on */

/* What the helper needs; it lives in the helper's copy of the memory alone. */
struct mover {
	int fds[2];
	struct target_id id;
	pid_t worker;
};

static uint64_t live_tasks(const void *opaque)
{
	return 1 + spawn_live_tasks(opaque);
}

/* A move that fails is no matter: it is load, and the worker's forks are what is timed. */
static _Noreturn void move_on(const struct worker *w, const struct mover *m, uint64_t every_ns)
{
	child_dies_with(m->worker);
	cpus_use(&w->usable_cpus);
	for (unsigned turn = 0;; turn++) {
		if (write(m->fds[turn % 2], m->id.text, m->id.length) < 0 && errno == ESRCH)
			_exit(0);
		if (every_ns)
			clock_sleep_until(clock_now_ns() + every_ns);
	}
}

/* At spawn_state.extra: the helper's pid. */
static pid_t helper_of(const struct spawn_state *s)
{
	return (pid_t)(intptr_t)s->extra;
}

static int setup(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	const struct spawn_options *o = (const void *)w->options;
	struct mover m = {.worker = getpid()};
	int r = worker_open_leaves(w, 2, "cgroup.procs", O_WRONLY, m.fds);
	pid_t pid;

	if (r < 0)
		return r;
	target_id_format(&m.id, m.worker);
	pid = fork();
	if (pid == 0)
		move_on(w, &m, o->every_ns);
	close(m.fds[0]);
	close(m.fds[1]);
	if (pid < 0)
		return worker_fail(w, errno, "starting the helper that moves");
	s->extra = (void *)(intptr_t)pid;
	/* Last: from here on children may not see this memory, which the helper reads. */
	return spawn_setup_copied(w);
}

static void teardown(struct worker *w)
{
	pid_t pid = helper_of(STRESSOR_STATE(struct spawn_state, w));

	if (pid > 0) {
		kill(pid, SIGKILL);
		child_reap(pid, NULL);
	}
	spawn_teardown(w);
}

const struct stressor stressor_moved = {
	.kind =
		{
			.name = "moved",
			.summary = "fork(2) in a process that is being moved between groups",
			SPAWN_KIND(spawn_refuse, live_tasks),
			.moves_tasks = true,
		},
	.setup = setup,
	.step = spawn_step_fork,
	.teardown = teardown,
};
