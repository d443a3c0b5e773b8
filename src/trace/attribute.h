/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribution: tracing programs in the kernel that report to each worker what it waited for
 * (attribute.bpf.c), so that its spans can be taken apart (record/wait_causes.h). doc/lock.md explains
 * what is traced and how.
 *
 * The programs hang on this process: nothing is pinned, so however it dies the kernel detaches
 * them. All descriptors are close-on-exec; start the guardian before attribution_open(), for it
 * would inherit them.
 */
#ifndef CGCHURN_TRACE_ATTRIBUTE_H
#define CGCHURN_TRACE_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct attribution;

/*
 * Loads the programs for up to `workers` workers at once; attaches nothing yet. EXIT_CANNOT in `e`
 * with the reason where this build or this host cannot: no BPF in the build, no BTF or no direct
 * calls in the kernel, lockdown, no right, a pid namespace. -ENOTSUP then.
 */
int attribution_open(struct attribution **ret, size_t workers, struct err *e);
void attribution_close(struct attribution *a); /* NULL is fine */

/* Puts the programs in place and takes them away again; some 100 ms each. */
int attribution_attach(struct attribution *a, struct err *e);
void attribution_detach(struct attribution *a);

/* The array of rings, one struct part_ring a worker, for workers to map and read. */
int attribution_rings_fd(const struct attribution *a);

/* Empties the ring `index` and follows the single-threaded process `pid` into it from now on. 0 or
 * a negative errno. */
int attribution_watch(struct attribution *a, size_t index, pid_t pid);

/* Forgets all that are followed. */
void attribution_forget(struct attribution *a);

/* What cannot be told apart on this kernel, as a sentence; NULL: nothing. */
const char *attribution_gap(const struct attribution *a);

#endif
