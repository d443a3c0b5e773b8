/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guardian: a process that cleans up when the supervisor can no longer do it.
 *
 * Forked before the run group is made, in a session of its own, outside the run group, deaf to the
 * terminal's signals. It watches a pidfd of the supervisor and the read end of a pipe that only the
 * supervisor can write to. When the supervisor dies, however it dies, it kills the run group
 * (cgroup.kill, else by walking; frozen groups too), waits, bounded, until it is empty, and removes
 * it. It shares no memory with anybody and needs nothing but its two descriptors and the folder.
 */
#ifndef CGCHURN_RUN_GUARDIAN_H
#define CGCHURN_RUN_GUARDIAN_H

#include <sys/types.h>

#include "base/err.h"

struct guardian {
	pid_t pid;   /* 0 once dismissed */
	int pidfd;   /* readable when it has died */
	int pipe_fd; /* closing it, or dying, lets it act */
};

/*
 * Starts it for the group `name` below `parent_fd`, which need not exist yet. Call while
 * single-threaded. EXIT_FAULT in `e`.
 */
int guardian_start(int parent_fd, const char *name, struct guardian *ret, struct err *e);

/* Tells it that all is cleaned up, and reaps it. A zeroed struct is fine. */
void guardian_dismiss(struct guardian *g);

#endif
