/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that waits for a change of cgroup.events as systemd and container runtimes do: by
 * poll(2) for POLLPRI, and by inotify (Documentation/admin-guide/cgroup-v2.rst, "[Un]populated
 * Notification"). Who only reads the file would never miss a notification that is lost.
 */
#ifndef CGCHURN_VERIFY_WAITER_H
#define CGCHURN_VERIFY_WAITER_H

#include "verify/shared.h"

enum { WAITER_POLL = 1, WAITER_INOTIFY = 2 };

struct waiter {
	pid_t pid; /* 0: none */
	int fd;    /* a socket to it; closed when the change has come */
};

/*
 * Starts one that waits by these `ways` until `key` reads `wanted`, and returns when it has read
 * the file and is about to wait. None where it reads that already, or cannot be started.
 *
 * The kernel wakes who polls at once (kernfs_notify() in fs/kernfs/file.c), and leaves inotify to a
 * work queue, whose thread may be given no CPU for as long as the load lasts: inotify can be judged
 * only at rest.
 */
void waiter_start(struct waiter *w, int group_fd, int ways, const char *key, int64_t wanted,
		  uint64_t patience_ns);

/*
 * Call it when the key reads `wanted`. The ways by which the waiter was not woken within the
 * patience, 0: by both it was; -ENOENT where there is no waiter.
 */
int waiter_end(struct waiter *w);

/* Where the change did not come. */
void waiter_cancel(struct waiter *w);

/* Ends it, and checks INVARIANT_NOTIFY of a `change` ("frozen is 1") that `came`; else cancels it. */
void waiter_check(struct waiter *w, struct shared *b, const char *change, uint64_t patience_ns,
		  bool came);

#endif
