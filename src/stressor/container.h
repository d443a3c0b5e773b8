/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One container from nothing to gone, as a runtime does it, phase after phase. Each phase ends
 * where the next begins, so that together they are the whole; lifecycle.c says what is in each.
 */
#ifndef CGCHURN_STRESSOR_CONTAINER_H
#define CGCHURN_STRESSOR_CONTAINER_H

#include <sys/types.h>

#include "stressor/scratch_group.h"

enum container_phase {
	PHASE_MKDIR,
	PHASE_ENABLE,
	PHASE_LIMITS,
	PHASE_CREATE,
	PHASE_ATTACH,
	PHASE_GO,
	PHASE_NAMESPACES,
	PHASE_SECCOMP,
	PHASE_EXEC,
	PHASE_RUN,
	PHASE_KILL,
	PHASE_DRAIN,
	PHASE_RMDIR,
	PHASE_GONE,
	CONTAINER_PHASES
};

enum container_create { CREATE_FORK, CREATE_INTO };
enum container_end { END_CGROUP_KILL, END_SIGNAL };
enum container_namespaces { NAMESPACES_NONE, NAMESPACES_SOME, NAMESPACES_NET };

struct container_options {
	uint64_t create, end, namespaces, wait; /* enums above and of scratch_group.h */
	uint64_t seccomp;                       /* index into worker_profile_choices */
	uint64_t run_ns, limits, gone;
};

/* What is the same for all containers of a worker; in memory shared with their processes. */
struct container_plan {
	const struct container_options *options;
	struct scratch_group scratch_group;
	char enable[256]; /* "+pids +memory"; "" */
	struct worker_program init;

	/* between parent and child of the container under way */
	_Atomic uint32_t go; /* a futex */
	uint32_t turn;
	uint64_t began, unshared, filtered; /* the child's stamps */
	int32_t failure;                    /* the child's errno, or 0 */
	uint32_t failed_phase;              /* and where */
};

struct container {
	uint64_t ends[CONTAINER_PHASES]; /* when the phase was over; 0: it was not gone through */
	uint64_t retries;                /* rmdir: how often EBUSY */
	int outer_fd, inner_fd;          /* -1: not open */
	pid_t pid;                       /* 0: none */
	uint32_t phase;                  /* the one under way; where a failure happened */
};

/*
 * Goes through all phases. 0, or the errno with which c->phase failed; nothing of the container is
 * left then either, if the kernel lets it go.
 */
int container_live(struct worker *w, struct container_plan *p, struct container *c);

#endif
