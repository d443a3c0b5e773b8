/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a workload may say about a kind of actor: its name, the spans it times, its options. Each
 * stressor (src/stressor/) carries one of these; the parser of workloads knows nothing else of it.
 *
 * Option values lie in a plain struct of the stressor's own, at most KIND_OPTIONS_SIZE bytes,
 * without pointers, so that it can be copied into shared memory. Numbers, flags, times, sizes and
 * choices (as an index) are all uint64_t; a path is char[KIND_PATH_SIZE].
 */
#ifndef CGCHURN_WORKLOAD_KIND_H
#define CGCHURN_WORKLOAD_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIND_OPTIONS_SIZE 512
#define KIND_PATH_SIZE 128
#define KIND_SPANS_MAX 16

enum kind_option_type {
	KIND_COUNT,    /* a whole number */
	KIND_FLAG,     /* true or false */
	KIND_DURATION, /* in JSON a string with a unit ("10ms"), stored as ns */
	KIND_BYTES,  /* in JSON a number, or a string with K, M, G (1024-based), stored as bytes */
	KIND_CHOICE, /* one word of `choices`, stored as its index */
	KIND_PATH    /* an absolute path, or "" */
};

struct kind_option {
	const char *name;
	enum kind_option_type type;
	size_t offset;     /* in the stressor's options struct */
	uint64_t fallback; /* used where the workload is silent; KIND_PATH falls back to "" */
	uint64_t min, max; /* inclusive, for COUNT, DURATION, BYTES */
	const char *const *choices; /* NULL-terminated, for CHOICE */
	const char *help;           /* one line */
	/*
	 * What it has an effect with: another option of the same table, at one of those of its
	 * choices whose bit is set or, where it is no choice, at anything but 0 or "". NULL:
	 * always. A workload that gives an option which has no effect is refused.
	 */
	const char *with;
	uint32_t with_choices;
};

struct kind_span {
	const char *name;
	bool response; /* has a response time (from the intended start) too */
	const char *help;
	unsigned steps; /* of which one times this span; 0: every step does */
};

/* What its workers do to others; a report arranges workloads by the numbers of these. */
enum kind_role { KIND_OTHER, KIND_FORKS, KIND_MIGRATES };

struct kind {
	const char *name;
	const char *summary; /* one line */
	enum kind_role role;
	const char *noun;    /* what people call its steps, "forks"; NULL: "ACTOR SPAN" is shown */
	const char *noun_span; /* the span that stands for the whole step */
	const struct kind_span *spans;
	size_t n_spans; /* at most KIND_SPANS_MAX */
	const struct kind_option *options;
	size_t n_options;
	size_t options_size; /* of the options struct */

	/*
	 * Bit i set: with these options span i is timed. NULL: all are. The parser uses it to
	 * refuse a primary metric of a span that will not exist.
	 */
	uint32_t (*spans_on)(const void *options);

	/*
	 * Combinations the options must not have. Returns NULL, or a sentence that says what is
	 * wrong and what is allowed. NULL pointer: everything goes.
	 */
	const char *(*refuse)(const void *options);

	/* The most processes and threads that one worker has alive at once, itself not counted. */
	uint64_t (*live_tasks)(const void *options);

	/* Among how many leaves one worker moves tasks; NULL: two. Only with `moves_tasks`. */
	uint64_t (*leaves)(const void *options);

	bool moves_tasks;  /* writes cgroup.procs or cgroup.threads: needs at least two groups */
	bool makes_groups; /* of its own, with processes in them: not below threaded groups */

	/*
	 * NULL, or the name of the seccomp profile (workloads/profiles/) that the worker gets
	 * compiled. NULL pointer: none is ever wanted.
	 */
	const char *(*profile)(const void *options);

	/* NULL, or a reason why these options need hierarchy.threaded. */
	const char *(*wants_threaded)(const void *options);
};

/* The kinds there are, handed from the table of stressors to whoever parses. */
struct kind_table {
	const struct kind *const *kinds;
	size_t n;
};

/* NULL where there is none of this name. */
const struct kind *kind_find(const struct kind_table *table, const char *name);

/* The spans timed with these options, as a bit mask. */
uint32_t kind_spans_on(const struct kind *kind, const void *options);

/* The index of a span by name, or -1. */
int kind_span_index(const struct kind *kind, const char *span);

/* Whether an option has an effect beside the others (its `with`). */
bool kind_option_counts(const struct kind *kind, const struct kind_option *option,
			const void *options);

/* The option of this name, or NULL. */
const struct kind_option *kind_find_option(const struct kind *kind, const char *name);

/* Fills `options` (KIND_OPTIONS_SIZE bytes) with the defaults. */
void kind_defaults(const struct kind *kind, void *options);

#endif
