/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options by which a command changes the workloads it reads, shared by run and show. */
#ifndef CGCHURN_COMMAND_OVERRIDES_H
#define CGCHURN_COMMAND_OVERRIDES_H

#include "command/command.h"
#include "workload/workload.h"

struct override_options {
	struct option_strings sets;
	struct option_u64 trials, duration, warmup;
};

/* Lines of an option table; `member` is the struct override_options in the command's struct. */
#define OVERRIDE_OPTIONS(type, member)                                                           \
	{"trials",   't',                                                                        \
	 OPTION_U64, offsetof(type, member.trials),                                              \
	 "N",        "Trials of each workload, in place of its own number.",                     \
	 NULL},                                                                                  \
		{"duration",                                                                     \
		 'd',                                                                            \
		 OPTION_DURATION,                                                                \
		 offsetof(type, member.duration),                                                \
		 "TIME",                                                                         \
		 "Window of each trial, likewise (500ms, 5s, 2m).",                              \
		 NULL},                                                                          \
		{"warmup",                                                                       \
		 'w',                                                                            \
		 OPTION_DURATION,                                                                \
		 offsetof(type, member.warmup),                                                  \
		 "TIME",                                                                         \
		 "Warm-up before each window, likewise.",                                        \
		 NULL},                                                                          \
	{                                                                                        \
		"set", 0, OPTION_STRINGS, offsetof(type, member.sets), "ACTOR.KEY=VALUE",        \
			"Change a workload, several times if you like: storm.workers=8,\n"       \
			"storm.child=exec, migrator.arrival.per_second=100, hierarchy.depth=8.", \
			NULL                                                                     \
	}

/* Points into the options. */
static inline struct workload_overrides overrides_from_options(const struct override_options *o)
{
	return (struct workload_overrides){
		.sets = o->sets.items,
		.n_sets = o->sets.n,
		.warmup_ns = o->warmup.value,
		.duration_ns = o->duration.value,
		.trials = o->trials.value,
		.has_warmup = o->warmup.given,
		.has_duration = o->duration.given,
		.has_trials = o->trials.given,
	};
}

#endif
