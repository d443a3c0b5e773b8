/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything around the trials of one invocation: the place in the cgroup tree, the guardian, the
 * run group, our helper programs, and the user's wish to end.
 */
#ifndef CGCHURN_INVOCATION_SESSION_H
#define CGCHURN_INVOCATION_SESSION_H

#include <stdbool.h>
#include <signal.h>

#include "base/err.h"
#include "cgroup/root.h"
#include "cgroup/run_group.h"
#include "engine/guardian.h"
#include "engine/helpers.h"

struct session {
	struct cgroup_root root;
	struct guardian guardian;
	struct run_group group;
	struct helpers helpers;
	bool has_root, has_guardian, has_group;
	int signal_fd; /* readable once SIGINT, SIGTERM or SIGHUP came; they are blocked meanwhile
			*/
	sigset_t old_mask;
};

/* Finds the place and the helper programs; changes nothing. session_end() in any case. */
int session_find(struct session *s, const char *cgroup_root, struct err *e);

/* Blocks the signals, starts the guardian, makes the run group. */
int session_begin(struct session *s, const struct run_group_settings *settings, struct err *e);

/* Whether the user wants an end, without waiting. */
bool session_interrupted(const struct session *s);

/* Removes all of it again. A failure names what stays behind. */
int session_end(struct session *s, struct err *e);

#endif
