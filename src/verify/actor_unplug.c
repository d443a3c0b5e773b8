/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpluggers take CPUs offline and bring them back, under whoever runs there or is pinned there:
 * the kernel lets the latter run anywhere from then on. Only where `cgchurn stress` was told to.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "verify/actor.h"
#include "verify/patience.h"

/* CPUs of the board's list, `n` of them from `first` on, around its end. */
struct gone {
	uint64_t first, n;
};

static uint32_t cpu_of(const struct actor *a, const struct gone *g, uint64_t i)
{
	const struct run_cpus *cpus = &a->shared->cpus;

	return cpus->cpu[(g->first + i) % cpus->n];
}

static void take(struct actor *a, int folder, const struct gone *g)
{
	for (uint64_t i = 0; i < g->n; i++) {
		int r;

		actor_does(a, "taking a CPU offline");
		r = run_cpus_switch(folder, cpu_of(a, g, i), false);
		if (r < 0)
			shared_refused(a->shared, r);
		atomic_fetch_add(&a->shared->unplugs, r == 0);
	}
}

static void bring_back(struct actor *a, int folder, const struct gone *g)
{
	for (uint64_t i = 0; i < g->n; i++) {
		struct patience p = patience_begin(a->shared->patience_ns);
		int r;

		actor_does(a, "bringing a CPU back online");
		do
			r = run_cpus_switch(folder, cpu_of(a, g, i), true);
		while (r < 0 && patience_again(&p));
		if (r < 0)
			actor_fails(a, "CPU %" PRIu32 " does not come back online: %s",
				    cpu_of(a, g, i), strerror(-r));
	}
}

static struct shared *round_board;
static pid_t round_runner;

/* Nobody else of the round lives now, and nobody ends a pause any more. */
static void end(int signal_number)
{
	if (getppid() == round_runner)
		return;
	atomic_store(&round_board->stop, 1);
	atomic_store(&round_board->pauses, 0);
}

/*
 * Whose round runner dies is not killed as others are, but comes to an end, with all CPUs back: there may
 * be no guardian left to do it.
 */
static void outlive_round_runner(struct actor *a)
{
	struct sigaction ends = {.sa_handler = end};

	round_board = a->shared;
	round_runner = getppid();
	sigaction(SIGTERM, &ends, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

void actor_unplugs(struct actor *a)
{
	_cleanup_fd int folder = open(RUN_CPUS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0) {
		actor_fails(a, "opening " RUN_CPUS_FOLDER ": %s", strerror(errno));
		return;
	}
	outlive_round_runner(a);
	while (a->shared->cpus.n && actor_goes_on(a)) {
		struct gone gone = {.first = rng_below(&a->rng, a->shared->cpus.n),
				    .n = 1 + rng_below(&a->rng, a->shared->cpus.n)};

		take(a, folder, &gone);
		actor_dozes(a, 50 * NS_PER_MS);
		bring_back(a, folder, &gone);
		actor_dozes(a, 50 * NS_PER_MS);
	}
}
