/* SPDX-License-Identifier: GPL-2.0-or-later */
/* They disturb the other actors: unpluggers take CPUs from them, interrupters send signals. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "verify/actor.h"

/* This unplugger's: an actor is a process of its own. */
static struct {
	struct shared *shared;
	pid_t round_runner;
	int folder; /* RUN_CPUS_FOLDER */
} unplugger;

/* Nobody else of the round lives now, and nobody ends a pause any more. */
static void stop(int signal_number)
{
	if (getppid() == unplugger.round_runner)
		return;
	atomic_store(&unplugger.shared->stop, 1);
	atomic_store(&unplugger.shared->pauses, 0);
}

/*
 * When its round runner dies, it is not killed as the others are but ends with all CPUs back: there
 * may be no guardian left to do that.
 */
static bool prepare_unplugging(struct actor *a)
{
	struct sigaction stops = {.sa_handler = stop};

	unplugger.folder = open(RUN_CPUS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (unplugger.folder < 0) {
		shared_fault(a->shared, "opening " RUN_CPUS_FOLDER ": %s", strerror(errno));
		return false;
	}
	unplugger.shared = a->shared;
	unplugger.round_runner = getppid();
	sigaction(SIGTERM, &stops, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return a->shared->cpus.n > 0;
}

static void take(struct actor *a, uint32_t cpu)
{
	int r;

	actor_does(a, "taking a CPU offline");
	r = run_cpus_switch(unplugger.folder, cpu, false);
	if (r < 0)
		shared_refused(a->shared, r);
	else
		shared_count(a->shared, COUNT_UNPLUGS);
}

static void bring_back(struct actor *a, uint32_t cpu)
{
	struct patience p = patience_begin(a->shared->patience_ns);
	int r;

	actor_does(a, "bringing a CPU back online");
	do
		r = run_cpus_switch(unplugger.folder, cpu, true);
	while (r < 0 && patience_again(&p));
	if (r < 0)
		shared_fault(a->shared, "CPU %" PRIu32 " does not come back online: %s", cpu,
			     strerror(-r));
}

/* Some of the list, from one on and around its end. */
static bool unplug(struct actor *a)
{
	const struct run_cpus *cpus = &a->shared->cpus;
	uint64_t first = rng_below(&a->rng, cpus->n), n = 1 + rng_below(&a->rng, cpus->n);

	for (uint64_t i = 0; i < n; i++)
		take(a, cpus->cpu[(first + i) % cpus->n]);
	actor_sleeps(a, 50 * NS_PER_MS);
	for (uint64_t i = 0; i < n; i++)
		bring_back(a, cpus->cpu[(first + i) % cpus->n]);
	return true;
}

/*
 * Whoever runs on such a CPU or is pinned to it may run anywhere from then on. Only where
 * --unplug-cpus was given.
 */
const struct actor_kind actor_unplugger = {
	.name = "unplugger",
	.key = SCHEDULE_UNPLUGGERS,
	.pause_ns = 50 * NS_PER_MS,
	.begin = prepare_unplugging,
	.step = unplug,
};

/* Of the actors that were started; opened while nobody is reaped, so that each is the right one. */
static struct {
	int fds[SHARED_ACTORS_MAX];
	uint64_t n;
} targets;

static bool open_targets(struct actor *a)
{
	for (uint32_t i = 0; i < a->shared->n_actors; i++) {
		pid_t pid = atomic_load(&a->shared->actors[i].pid);
		int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

		if (fd >= 0)
			targets.fds[targets.n++] = fd;
	}
	return targets.n > 0;
}

static bool interrupt(struct actor *a)
{
	int fd = targets.fds[rng_below(&a->rng, targets.n)];

	syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0);
	return true;
}

const struct actor_kind actor_interrupter = {
	.name = "interrupter",
	.key = SCHEDULE_INTERRUPTERS,
	.pause_ns = NS_PER_MS / 2,
	.begin = open_targets,
	.step = interrupt,
};
