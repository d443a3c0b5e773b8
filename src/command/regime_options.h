/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of `cgchurn run` that sets the lock's regime, settles it, and traces the kernel. */
#ifndef CGCHURN_COMMAND_REGIME_OPTIONS_H
#define CGCHURN_COMMAND_REGIME_OPTIONS_H

#include "trace/attribute.h"
#include "command/command.h"
#include "run/regime.h"
#include "run/list.h"
#include "run/session.h"
#include "result/result.h"

struct regime_options {
	const char *favordynmods;
	bool allow_one_way, attribute;
};

extern const char *const regime_options_choices[];

/* The options, for the table of a command whose struct `type` has a struct regime_options. */
#define REGIME_OPTIONS(type, member)                                                              \
	{"attribute",                                                                             \
	 0,                                                                                       \
	 OPTION_FLAG,                                                                             \
	 offsetof(type, member.attribute),                                                        \
	 NULL,                                                                                    \
	 "Trace the kernel while measuring, and tell what each span's time went to: grace\n"      \
	 "period, draining forks, locks, waiting for a CPU. Each trial is run without tracing\n"  \
	 "too, so it takes twice as long and shows what tracing costs. As root.",                 \
	 NULL},                                                                                   \
		{"favordynmods",                                                                  \
		 0,                                                                               \
		 OPTION_CHOICE,                                                                   \
		 offsetof(type, member.favordynmods),                                             \
		 "WHETHER",                                                                       \
		 "Remount cgroup v2 with (on) or without (off) favordynmods for this run, and "   \
		 "put\n"                                                                          \
		 "it back at the end; keep, the default, leaves it. `cgchurn host` explains it.", \
		 regime_options_choices},                                                         \
	{                                                                                         \
		"allow-one-way", 0, OPTION_FLAG, offsetof(type, member.allow_one_way), NULL,      \
			"Agree that on a kernel with the per-threadgroup patch \"on\" stays in "  \
			"force "                                                                  \
			"until\nreboot, whatever is remounted.",                                  \
			NULL                                                                      \
	}

struct regime_setup {
	struct regime_override override;
	struct attribution *attribution; /* NULL: not asked for, or not possible */
	bool stack_samples;              /* at stacks instead */
};

/* Whether the wishes can be met, before anything is started. */
int regime_setup_check(const struct regime_options *o, const struct host *h, struct err *e);

/* Remounts as wished, with the session begun. `h` is gathered anew where that changed anything. */
int regime_setup_override(struct regime_setup *l, const struct regime_options *o, struct host *h,
			  struct err *e);

/* Settles a doubtful regime by behaviour; loads the tracing programs where they are wished. */
int regime_setup_begin(struct regime_setup *l, const struct regime_options *o, struct session *s,
		       const struct run_list *list, struct result *result, struct err *e);

/* Undoes all of it. What could not be undone is told on stderr. */
void regime_setup_end(struct regime_setup *l);

#endif
