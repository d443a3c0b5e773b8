/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything around the trials of one invocation: the place in the cgroup tree, the guardian, the
 * run group, our helper programs, and the user's wish to end.
 *
 * That wish is SIGINT, SIGTERM or SIGHUP, unless it was ignored when we began. They are blocked
 * from session_find() to session_end() and stay unread in a signalfd, so that whoever waits for
 * anything can wait for them, too. What comes while it is cleaned up is taken with the first, and
 * ends nothing: all of that is bounded. After session_end() they have their old effect again.
 */
#ifndef CGCHURN_RUN_SESSION_H
#define CGCHURN_RUN_SESSION_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cgroup/root.h"
#include "cgroup/run_group.h"
#include "result/result.h"
#include "run/guardian.h"
#include "run/instrument.h"
#include "run/list.h"

/* The programs that cgchurn starts: cgchurn-worker and cgchurn-child. */
struct helpers {
	char worker[PATH_MAX], child[PATH_MAX]; /* absolute */
};

/* Finds cgchurn-subject, which only the stress needs. EXIT_CANNOT in `e` where it is missing. */
int helpers_find_subject(char ret[PATH_MAX], struct err *e);

struct session {
	struct cgroup_root root;
	struct guardian guardian;
	struct run_group group;
	struct helpers helpers;
	char name[RUN_GROUP_NAME_SIZE]; /* of the run group, from session_begin() on */
	bool has_root, has_guardian, has_group;
	int signal_fd; /* readable once one of them came; else -1 */
	int signal;    /* the first of them, after session_end(); 0: none came */
	sigset_t old_mask;
};

/* Blocks the signals, finds the place and the helper programs. session_end() in any case. */
int session_find(struct session *s, const char *cgroup_root, struct err *e);

/* Starts the guardian, makes the run group. */
int session_begin(struct session *s, const struct run_group_settings *settings, struct err *e);

/* -EINTR, and EXIT_INTERRUPTED in `e`, where the user wants an end; does not wait. */
int session_check(const struct session *s, struct err *e);

/* Removes all of it again, and takes the signals that came. A failure names what stays behind. */
int session_end(struct session *s, struct err *e);

/*
 * Tool, id, label (may be NULL), time, and a seed: `*seed`, or where `seed` is NULL a random one.
 * EXIT_FAULT in `e`.
 */
int prepare_result(struct result *r, const char *label, const uint64_t *seed, struct err *e);

/*
 * The host's facts and what measuring costs, after session_find(). `name`: see host_rename().
 */
int prepare_host(const struct session *s, const char *name, struct result *r, struct err *e);

/* session_begin() with the bounds and controllers that the planned list asks for. */
int prepare_session(struct session *s, const struct run_list *l, bool enable_controllers,
		    struct result *r, struct err *e);

#endif
