/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's state around a trial: facts that can make the trial invalid, whatever its figures.
 */
#ifndef CGCHURN_RUN_ENV_H
#define CGCHURN_RUN_ENV_H

#include <stdbool.h>
#include <stdint.h>

struct env {
	uint64_t at_ns;        /* CLOCK_MONOTONIC: when it was read */
	char clock_source[32]; /* "" where unknown */
	double load1;
	uint64_t steal_ns; /* since boot, all CPUs; /proc/stat counts in ticks of 1/USER_HZ */
	uint64_t busy_ns; /* CPU time used since boot, by anybody, on all CPUs; likewise in ticks */
	uint64_t used_ns; /* of it by the group given to env_read(); cpu.stat usage_usec */
	bool has_used;
	uint64_t psi_cpu_ns; /* since boot, "some" total of /proc/pressure/cpu */
	bool has_psi;
	uint64_t throttled_ns; /* of the group given to env_read(); cpu.stat throttled_usec */
	bool has_throttled;
	uint64_t taint; /* /proc/sys/kernel/tainted */
	/*
	 * How many warnings with a trace (WARN, and what KASAN, KCSAN and UBSAN report) and how
	 * many oopses the kernel has had since boot: /sys/kernel/warn_count and oops_count,
	 * from 6.2 on and in stable kernels before it; 0 where unknown. A tainted kernel's next
	 * ones show here and not in its taint.
	 */
	uint64_t warnings, oopses;
	/* Whether a mount of v2, and of v1, shows favordynmods: either decides the lock's regime.
	 */
	bool favored_v2, favored_v1;
};

/* What cannot be read stays zero and unknown. `group_fd` may be -1. */
void env_read(struct env *ret, int group_fd);

/* Stolen time from one to the other; 0 where the kernel's count went back. */
uint64_t env_stolen_ns(const struct env *before, const struct env *after);

#endif
