/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of CPUs on any machine. The kernel refuses a set that is shorter than its own
 * (sched_getaffinity(2): EINVAL), and glibc's cpu_set_t ends at CPU 1023. These have room for as
 * many as a kernel can be built for (CONFIG_NR_CPUS of arch/x86/Kconfig: at most 8192, and no
 * other architecture has more). Plain data, so that a set can lie in shared memory.
 */
#ifndef CGCHURN_BASE_CPUS_H
#define CGCHURN_BASE_CPUS_H

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/num.h"

#define CPUS_MAX 8192

struct cpus {
	cpu_set_t bits[CPUS_MAX / CPU_SETSIZE];
};

static inline void cpus_add(struct cpus *set, uint64_t cpu)
{
	CPU_SET_S(cpu, sizeof(set->bits), set->bits);
}

static inline bool cpus_have(const struct cpus *set, int cpu)
{
	return CPU_ISSET_S(cpu, sizeof(set->bits), set->bits);
}

static inline uint64_t cpus_count(const struct cpus *set)
{
	return (uint64_t)CPU_COUNT_S(sizeof(set->bits), set->bits);
}

/*
 * Those of a list as the kernel writes it ("0-3,8") below CPUS_MAX. Whether there is one at least,
 * and nothing else.
 */
static inline bool cpus_parse(const char *list, struct cpus *ret)
{
	uint32_t first, last;

	memset(ret, 0, sizeof(*ret));
	while (num_list_next(&list, &first, &last))
		for (; first <= last && first < CPUS_MAX; first++)
			cpus_add(ret, first);
	return cpus_count(ret) && !*list;
}

/* The n-th of them, from 0 and going round; -1 where there is none. */
static inline int cpus_nth(const struct cpus *set, uint64_t n)
{
	uint64_t count = cpus_count(set), left = count ? n % count : 0;

	for (int cpu = 0; count && cpu < CPUS_MAX; cpu++)
		if (cpus_have(set, cpu) && left-- == 0)
			return cpu;
	return -1;
}

/* Keeps those that are in both. */
static inline void cpus_intersect(struct cpus *set, const struct cpus *with)
{
	CPU_AND_S(sizeof(set->bits), set->bits, set->bits, with->bits);
}

/* Those the caller may run on. 0 or a negative errno. */
static inline int cpus_usable(struct cpus *ret)
{
	memset(ret, 0, sizeof(*ret));
	return sched_getaffinity(0, sizeof(ret->bits), ret->bits) < 0 ? -errno : 0;
}

/* Has the caller run on these only. 0 or a negative errno. */
static inline int cpus_use(const struct cpus *set)
{
	return sched_setaffinity(0, sizeof(set->bits), set->bits) < 0 ? -errno : 0;
}

/* On this one only. */
static inline int cpus_pin(int cpu)
{
	struct cpus set = {0};

	cpus_add(&set, (uint64_t)cpu);
	return cpus_use(&set);
}

#endif
