/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/turns.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"

struct spinner {
	pthread_t thread;
	int cpu, error;
	uint64_t start_ns, end_ns;
	struct turns turns;
};

static void *spin(void *opaque)
{
	struct spinner *s = opaque;
	uint64_t now, last;

	s->error = cpus_pin(s->cpu);
	clock_sleep_until(s->start_ns);
	now = clock_now_ns();
	do {
		last = now;
		now = clock_now_ns();
		if (now - last > s->turns.gap_ns)
			s->turns.gap_ns = now - last;
		s->turns.steps++;
	} while (now < s->end_ns);
	return NULL;
}

int turns_measure(const struct cpus *cpus, uint64_t spin_ns, struct turns *ret)
{
	size_t n = cpus_count(cpus), started = 0;
	_cleanup_free struct spinner *spinners = calloc(n + 1, sizeof(*spinners));
	uint64_t start = clock_now_ns() + NS_PER_S;
	int r = spinners ? 0 : -ENOMEM;

	for (; r == 0 && started < n; started++) {
		spinners[started] = (struct spinner){.cpu = cpus_nth(cpus, started),
						     .start_ns = start,
						     .end_ns = start + spin_ns};
		r = -pthread_create(&spinners[started].thread, NULL, spin, &spinners[started]);
		if (r < 0)
			break;
	}
	for (size_t i = 0; i < started; i++) {
		pthread_join(spinners[i].thread, NULL);
		ret[i] = spinners[i].turns;
		if (r == 0)
			r = spinners[i].error;
	}
	return r;
}

int turns_judge(const struct turns *turns, size_t n, struct err *e)
{
	uint64_t all = 0, gap = 0;
	double least = 1, most = 0;

	for (size_t i = 0; i < n; i++)
		all += turns[i].steps;
	for (size_t i = 0; i < n; i++) {
		double share = all ? (double)turns[i].steps / (double)all : 0;

		least = fmin(least, share);
		most = fmax(most, share);
		gap = turns[i].gap_ns > gap ? turns[i].gap_ns : gap;
	}
	if (gap <= TURNS_GAP_NS && least * (double)n >= 1 - TURNS_UNEVEN &&
	    most * (double)n <= 1 + TURNS_UNEVEN)
		return 0;
	err_set(e, EXIT_CANNOT, ENOTSUP,
		"the emulator runs the CPUs in turn, and unevenly: of a loop on each of %zu, one "
		"made %.1f %% of the steps and one %.1f %%, and one stood still for %.2f ms",
		n, 100 * least, 100 * most, (double)gap / NS_PER_MS);
	err_hint(e,
		 "A CPU may be off its part by %g %% and stand still for %g ms. One CPU works: "
		 "taskset 1 cgchurn",
		 100 * TURNS_UNEVEN, (double)TURNS_GAP_NS / NS_PER_MS);
	return -ENOTSUP;
}

int turns_check(const struct host *h, const struct cpus *allowed, struct err *e)
{
	_cleanup_free struct turns *turns = calloc(CPUS_MAX, sizeof(*turns));
	struct cpus cpus;
	int r = turns ? cpus_usable(&cpus) : -ENOMEM;

	if (r == 0 && cpus_count(allowed))
		cpus_intersect(&cpus, allowed);
	if (r == 0 && (!host_counts_instructions(h) || cpus_count(&cpus) < 2))
		return 0;
	if (r == 0)
		r = turns_measure(&cpus, TURNS_SPIN_NS, turns);
	return r < 0 ? err_sys(e, EXIT_CANNOT, -r, "a loop on each CPU")
		     : turns_judge(turns, cpus_count(&cpus), e);
}
