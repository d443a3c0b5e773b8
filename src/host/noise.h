/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a machine noisy: what moves latencies from one run to the next, or within one, without
 * the kernel having changed; and what can be done about each. Nothing here decides whether a trial
 * counts (run/collect.c does, by what happened during the trial): it is advice before a run.
 */
#ifndef CGCHURN_HOST_NOISE_H
#define CGCHURN_HOST_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "host/host.h"

/* The moment's facts, which a result does not hold. */
struct noise_facts {
	double steal_share; /* stolen by the hypervisor, of all CPUs' time since boot; -1 unknown */
	double psi_cpu_avg60;    /* share of the last minute in which some task waited for a CPU
				    (/proc/pressure/cpu "some"), 0 to 1; -1 unknown */
	int64_t timer_ns;        /* resolution of timers; -1 unknown */
	char clock_sources[256]; /* that could be chosen, separated by blanks; "" unknown */
};

enum noise_level { NOISE_QUIET, NOISE_LOUD, NOISE_UNKNOWN };
extern const char *const noise_level_names[3];

struct noise_finding {
	const char *source; /* "governor" */
	enum noise_level level;
	char text[256];     /* what was found, a sentence */
	const char *advice; /* what to do about it; NULL where nothing needs to be done */
};

#define NOISE_SOURCES 11

/* Reads below the folder `root` ("/" or a made-up one). What cannot be read is unknown. */
void noise_read(int root, struct noise_facts *ret);

/* Pure. One finding a source, always all of them, in a fixed order. */
void noise_judge(const struct host *h, const struct noise_facts *f,
		 struct noise_finding ret[NOISE_SOURCES]);

#endif
