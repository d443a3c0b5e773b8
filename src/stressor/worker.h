/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stressor sees of the worker it runs in.
 *
 * A worker is one single-threaded, static process (run/worker_main.c). This struct lies in
 * memory shared with the supervisor, and so does the stressor's state: a shared mapping is not
 * copied on write, so what a step writes here costs the next fork nothing. Pointers are the
 * worker's own.
 *
 * Between the gate and the stop a step must not allocate, print, lock or sleep unless an option
 * requires it.
 */
#ifndef CGCHURN_STRESSOR_WORKER_H
#define CGCHURN_STRESSOR_WORKER_H

#include <limits.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cpus.h"
#include "base/rng.h"
#include "record/wait_causes.h"
#include "record/recorder.h"
#include "workload/kind.h"

#define WORKER_STATE_SIZE 4096
#define WORKER_ERRORS 8

struct worker_errors {
	int32_t errnum;
	uint64_t count;
};

/* Where this worker stands among the groups; enough to name and open any leaf. */
struct worker_groups {
	int tree_fd; /* O_PATH of the tree's top group; -1 once the set-up is over */
	uint32_t depth, fanout;
	uint64_t n_leaves;
	uint64_t index; /* of this worker in its actor: workers that use n leaves begin at index * n
			 */
};

struct worker {
	/* settled before the start */
	_Alignas(16) unsigned char options[KIND_OPTIONS_SIZE];
	struct worker_groups groups;
	struct cpus usable_cpus; /* those the run may use, for children that are not to stay here */
	char child_path[PATH_MAX]; /* our tiny program, for children that exec */
	struct sock_fprog filter;  /* the seccomp filter that its kind asked for; len 0: none */
	uint64_t window_start, window_ns;
	struct rng rng;
	void *mapping; /* the shared memory that this struct and the recorders lie in */
	size_t mapping_size;

	/* of the current step */
	_Alignas(64) uint64_t started; /* when it began */
	uint64_t intended;             /* when it was due; 0 in a closed loop */
	uint64_t offset;         /* of its intended (closed: actual) start from the window's */
	bool recording;          /* it belongs to the window */
	uint64_t first_interval; /* of the ring, that can lie in the step */

	struct recorder *service[KIND_SPANS_MAX];  /* NULL: this span is not timed */
	struct recorder *response[KIND_SPANS_MAX]; /* NULL: has no response time */
	struct raw_ring *raw;                      /* NULL unless asked for */
	/* Attribution: what the kernel records of this worker, and its parts; NULL without. */
	const struct part_ring *ring;
	struct part_recorder *service_parts[KIND_SPANS_MAX], *response_parts[KIND_SPANS_MAX];
	struct worker_errors errors[KIND_SPANS_MAX][WORKER_ERRORS];

	/* why the set-up failed, for the message */
	char failure[256];

	_Alignas(64) unsigned char state[WORKER_STATE_SIZE];
};

/* Begins a step: every step calls this first, and works from the time it returns. */
static inline uint64_t worker_start(struct worker *w)
{
	uint64_t now;

	if (__builtin_expect(w->ring != NULL, 0))
		w->first_interval = w->ring->written;
	now = clock_now_ns();
	w->started = now;
	if (w->intended == 0) {
		w->offset = now - w->window_start;
		w->recording = w->offset < w->window_ns;
	}
	return now;
}

/* The slow parts of worker_span(), out of line. */
void worker_raw(struct worker *w, unsigned span, uint64_t service_ns, uint64_t response_ns);
void worker_parts(struct worker *w, unsigned span, uint64_t from, uint64_t to);

/* Records a span of the current step. */
static inline void worker_span(struct worker *w, unsigned span, uint64_t from, uint64_t to)
{
	if (!w->recording)
		return;
	recorder_add(w->service[span], w->offset, to - from);
	if (w->response[span])
		recorder_add(w->response[span], w->offset, to - w->intended);
	if (__builtin_expect(w->raw != NULL, 0))
		worker_raw(w, span, to - from, to - w->intended);
	if (__builtin_expect(w->ring != NULL, 0))
		worker_parts(w, span, from, to);
}

/* Counts a failure of a span; there is no sample then. */
void worker_error(struct worker *w, unsigned span, int errnum);

/* Fails the set-up with a sentence for the user; returns -errnum. */
int worker_fail(struct worker *w, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Keeps the shared mapping out of children that are forked from here on, so that a fork does not
 * copy it. They must not touch the worker then.
 */
int worker_hide_from_children(struct worker *w);

/* An option that chooses a seccomp profile: its choices, and kind.profile()'s answer to one. */
extern const char *const worker_profile_choices[];
const char *worker_profile(uint64_t choice);

/*
 * Confines the calling process for good to worker.filter, and all that it will fork or execute. Two
 * system calls; fit for a child that shares memory. 0 or a negative errno.
 */
int worker_load_filter(const struct worker *w);

/* The same for the worker in its set-up, where it asked for a filter. 0, or after worker_fail(). */
int worker_confine(struct worker *w);

/* Opens a file of leaf `index` modulo their number. A descriptor, or a negative errno. */
int worker_open_leaf(struct worker *w, uint64_t index, const char *file, int flags);

/* The same of the worker's own `n` leaves. 0, or a negative errno after worker_fail(). */
int worker_open_leaves(struct worker *w, uint64_t n, const char *file, int flags, int *ret_fds);

/*
 * What children execute: cgchurn-child HOLD_NS [FD], which may stamp the time of its first
 * instruction into a pipe, or a foreign program.
 */
struct worker_program {
	char *argv[4];
	char hold_text[24], fd_text[12];
	int stamp_read, stamp_write; /* 0: no pipe */
};

/* `path`: NULL or the foreign program. 0, or a negative errno after worker_fail(). */
int worker_program_init(struct worker *w, struct worker_program *p, char *path, uint64_t hold_ns,
			bool stamps);

/* The pipe alone, for a child that stamps without an exec. */
int worker_stamps_init(struct worker *w, struct worker_program *p);

/* Takes the stamp, without waiting; 0: there is none. One that stays is the next program's. */
uint64_t worker_program_began(const struct worker_program *p);

void worker_program_finish(struct worker_program *p);

#endif
