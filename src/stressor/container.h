/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One container from nothing to gone, as a runtime does it, phase after phase. Each phase ends
 * where the next begins, so that together they are the whole:
 *
 *	mkdir       two groups, one within the other
 *	enable      the controllers handed down to the inner one
 *	limits      pids.max, memory.max, cpu.weight
 *	create      fork; or clone3 into the group, up to the child's first instruction
 *	attach      fork: its id written to cgroup.procs
 *	go          fork: from there until the child, which waited, runs on
 *	namespaces  unshare(2)
 *	seccomp     the filter loaded
 *	exec        execve(2), up to the first instruction of a tiny init
 *	run         it lives
 *	kill        cgroup.kill, or SIGKILL
 *	drain       reaped, and the group counts as empty
 *	rmdir       both groups, EBUSY tried again and counted
 *	gone        the kernel has let go of them (nr_dying_descendants)
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

/* What is the same for all containers of a worker; in memory shared with their processes. */
struct container_plan {
	struct scratch_group scratch_group;
	uint64_t create, end, namespaces, wait; /* enums above and events.h */
	uint64_t run_ns;
	bool limits, gone;
	char enable[256];            /* "+pids +memory"; "" */
	int stamp_read, stamp_write; /* the pipe that init stamps into */
	char *argv[4];
	char fd_text[12];

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
