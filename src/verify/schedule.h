/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one round does, drawn from a seed: how many actors of which kind, what the processes look
 * like that they move, and how fast. The same seed and the same limits give the same schedule on
 * every machine.
 *
 * A schedule can be held down by limits, so that a failure can be shrunk to a small case that still
 * fails: the draw is the same, and what exceeds a limit is cut.
 */
#ifndef CGCHURN_VERIFY_SCHEDULE_H
#define CGCHURN_VERIFY_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum schedule_key {
	SCHEDULE_MOVERS,     /* each moves subjects of its own */
	SCHEDULE_SUBJECTS,   /* of each mover */
	SCHEDULE_GROUPS,     /* among which they are moved; at least 2 */
	SCHEDULE_THREADS,    /* of each subject, that stay */
	SCHEDULE_CLONERS,    /* threads of each subject that create and join threads */
	SCHEDULE_FORKERS,    /* threads of each subject that have children */
	SCHEDULE_EXECS,      /* 1: some subjects exec from a thread that is not the leader */
	SCHEDULE_LEADERLESS, /* 1: in some subjects the leader exits before its threads */
	SCHEDULE_SPAWNERS,   /* clone3 into groups */
	SCHEDULE_KILLERS,    /* kill subtrees while they fork */
	SCHEDULE_FREEZERS,   /* freeze and thaw the groups */
	SCHEDULE_BUILDERS,   /* mkdir and rmdir */
	SCHEDULE_CONTROLLER_TOGGLERS, /* enable and disable controllers over populated groups */
	SCHEDULE_LIMIT_SETTERS,       /* let forks fail at pids.max */
	SCHEDULE_MEMORY_HOGS,         /* exceed memory.max */
	SCHEDULE_INTERRUPTERS,        /* 1: signals interrupt the actors all the time */
	SCHEDULE_PINNED,              /* 1: actors and subjects are pinned to CPUs */
	SCHEDULE_UNPLUGGERS,  /* take CPUs offline and bring them back; none without permission */
	SCHEDULE_NAMESPACERS, /* end PID namespaces */
	SCHEDULE_MS,          /* how long the round lasts */
	SCHEDULE_KEYS
};

struct schedule {
	uint64_t seed;
	uint64_t value[SCHEDULE_KEYS];
	uint64_t pace_ns; /* a mover waits up to that long between two moves; 0: not at all */
};

/* At most so much of each; UINT64_MAX: as drawn. */
struct schedule_limits {
	uint64_t at_most[SCHEDULE_KEYS];
	bool may_unplug; /* else at most 0 unpluggers: the text form does not show it */
};

struct schedule_key_info {
	const char *name;
	uint64_t least, most; /* what is drawn, both inclusive */
	uint64_t one_in;      /* 0: always; n: `least` except in one of n rounds */
	uint64_t floor; /* no limit goes below: a round needs groups to move between, and time */
};

extern const struct schedule_key_info schedule_keys[SCHEDULE_KEYS];

/* Permits nothing that has to be asked for. */
void schedule_limits_none(struct schedule_limits *l);

void schedule_draw(struct schedule *s, uint64_t seed, const struct schedule_limits *limits);

/* "movers=1,killers=0"; EXIT_USAGE in `e` names what is wrong. Permissions stay as they are. */
int schedule_limits_parse(const char *text, struct schedule_limits *ret, struct err *e);

/* The same text again, "" where nothing is limited. */
#define SCHEDULE_TEXT_SIZE 512
void schedule_limits_format(const struct schedule_limits *l, char ret[SCHEDULE_TEXT_SIZE]);

/* "movers 2, subjects 3, ...", without what there is none of. */
void schedule_format(const struct schedule *s, char ret[SCHEDULE_TEXT_SIZE]);

/*
 * Holds the limits down as far as `fails` says that the schedule still fails, key by key: first
 * nothing of a kind, then half of it. Calls `fails` at most `tries` times. 0, or what `fails`
 * returned when it was negative; `limits` is then the smallest that is known to fail.
 */
int schedule_shrink(uint64_t seed, struct schedule_limits *limits, unsigned tries,
		    int (*fails)(void *opaque, const struct schedule *s), void *opaque);

#endif
