/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An emulator that counts instructions (host/gather.c) runs the CPUs of a guest in turn. Where the
 * turns are short and even, the guest cannot tell them from CPUs that run at the same time. Where
 * they are not, a CPU stands still for a turn in the middle of whatever it does, a lock held say,
 * and times are those of the turns.
 */
#ifndef CGCHURN_HOST_TURNS_H
#define CGCHURN_HOST_TURNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpus.h"
#include "base/err.h"
#include "host/host.h"

#define TURNS_SPIN_NS UINT64_C(2000000000)
#define TURNS_GAP_NS 200000 /* the longest that a CPU may stand still */
#define TURNS_UNEVEN 0.02   /* how far a CPU's share may be off its part of all steps */

struct turns {
	uint64_t steps;  /* that a loop on this CPU made */
	uint64_t gap_ns; /* the longest between two steps */
};

/*
 * Runs a loop on each of these CPUs at the same time, for `spin_ns` after a second of rest. `ret`
 * has room for all. 0 or a negative errno.
 */
int turns_measure(const struct cpus *cpus, uint64_t spin_ns, struct turns *ret);

/* 0, or -ENOTSUP with EXIT_CANNOT in `e` where `n` CPUs did not run evenly and without gaps. */
int turns_judge(const struct turns *turns, size_t n, struct err *e);

/*
 * Both, where this host's clock counts instructions and the caller may run on more than one CPU of
 * `allowed`, of which none are all.
 */
int turns_check(const struct host *h, const struct cpus *allowed, struct err *e);

#endif
