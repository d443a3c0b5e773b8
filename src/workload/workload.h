/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload: one question about churn, as a JSON file asks it, checked and from then on immutable.
 *
 * Everything in it is independent of the machine: how many workers there are here, on which CPUs and
 * in which groups, is in the plan (run/plan.h). The format is described in cgchurn-workload(5) and
 * doc/schema/cgchurn-workload-1.json.
 */
#ifndef CGCHURN_WORKLOAD_WORKLOAD_H
#define CGCHURN_WORKLOAD_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/series.h"
#include "workload/kind.h"

#define WORKLOAD_SCHEMA "cgchurn-workload/1"
#define WORKLOAD_NAME_SIZE SERIES_NAME_SIZE
#define WORKLOAD_CONTROLLERS_MAX 16
#define WORKLOAD_ACTORS_MAX 32
#define WORKLOAD_PRIMARIES_MAX 32
#define WORKLOAD_DEPTH_MAX 32
#define WORKLOAD_GROUPS_MAX 1000000 /* of one hierarchy, all levels together */
#define WORKLOAD_WARMUP_NS UINT64_C(1000000000)
#define WORKLOAD_WARMUP_MAX_MS 3600000
#define WORKLOAD_DURATION_MIN_MS 10
#define WORKLOAD_DURATION_MAX_MS (24 * 3600 * 1000)
#define WORKLOAD_TRIALS_MAX 1000
#define WORKLOAD_WHY_MAX 4096
#define WORKLOAD_WORKERS_MAX 4096 /* of one actor */
#define WORKLOAD_FILE_SIZE_MAX (1 << 20)

/*
 * The tree below the run group: `fanout` children at each of `depth` levels, so fanout^depth
 * leaves. depth 0: the tree is one group, its own leaf.
 */
struct workload_hierarchy {
	uint64_t depth;
	uint64_t fanout;
	char controllers[WORKLOAD_CONTROLLERS_MAX][32];
	size_t n_controllers;
	bool optional; /* a controller that v2 does not have here is skipped; the result says so */
	bool threaded; /* groups below the top are "threaded", so that single threads can move */
};

/* A number of workers: `fixed`, or `per_cpu` for each usable CPU, plus `add`; at least 1. */
struct workload_workers {
	uint64_t per_cpu; /* 1 for "cpus", "cpus-1", "cpus+2", 4 for "cpus*4"; 0 for a number */
	int64_t add;      /* the plain number where per_cpu is 0 */
};

enum workload_cpus_kind {
	WORKLOAD_CPUS_ALL,  /* "all": workers are dealt the usable CPUs in turn, one each */
	WORKLOAD_CPUS_ANY,  /* "any": not pinned */
	WORKLOAD_CPUS_LIST, /* "0-3,8": dealt these in turn; indices into the CPUs usable here */
};

struct workload_cpus {
	enum workload_cpus_kind kind;
	char list[128]; /* as written, syntax checked: "0-3,8" */
};

enum workload_place_kind {
	WORKLOAD_PLACE_LEAVES, /* "leaves": worker i in leaf i modulo their number (the default) */
	WORKLOAD_PLACE_LEAF,   /* "leaf:N": all of them in leaf N */
	WORKLOAD_PLACE_SIDE,   /* "side": in one group beside the tree */
	WORKLOAD_PLACE_TOP,    /* "top": in the tree's top group; not above domain controllers */
};

struct workload_place {
	enum workload_place_kind kind;
	uint64_t leaf;
};

enum workload_arrival_kind { WORKLOAD_CLOSED, WORKLOAD_PACED, WORKLOAD_POISSON };

struct workload_arrival {
	enum workload_arrival_kind kind;
	double per_second; /* of each worker; paced and poisson. (0, 1e6] */
	double jitter;     /* paced: share of the period, [0, 1], default 0.5 */
	uint64_t pause_ns; /* closed: idle time after each step ("pause": "10ms"), default 0 */
	double max_missed; /* share of starts that may be missed before the trial is invalid;
			      [0, 1], default 0.01; paced and poisson */
};

struct workload_actor {
	char name[WORKLOAD_NAME_SIZE];
	const struct kind *kind; /* static storage */
	struct workload_workers workers;
	struct workload_cpus cpus;
	struct workload_place place;
	struct workload_arrival arrival;
	_Alignas(16) unsigned char options[KIND_OPTIONS_SIZE];
	uint64_t thresholds_ns[SERIES_THRESHOLDS_MAX]; /* ascending */
	size_t n_thresholds;
	/*
	 * Share of a span's operations that may fail before the trial is invalid; [0, 1], default
	 * WORKLOAD_MAX_FAILED. 1: all of them, for a workload whose question is about failures.
	 */
	double max_failed;
};

/*
 * Samples are of operations that succeeded. Where one in ten failed, a median of all of them would
 * lie between their 45th and their 55th percentile, which is as far as a primary may be off.
 */
#define WORKLOAD_MAX_FAILED 0.1

/* Which way is better; by default less time, a higher rate. */
enum metric_direction { METRIC_LOWER_IS_BETTER, METRIC_HIGHER_IS_BETTER };
extern const char *const metric_direction_names[2]; /* "lower", "higher" */

/*
 * What a boot's percentile is: the median of its trials' percentiles, or the percentile of all its
 * trials' samples together. Chosen before the run, and the same for every boot and side.
 */
enum primary_from { PRIMARY_FROM_TRIALS, PRIMARY_FROM_POOLED };
extern const char *const primary_from_names[2]; /* "trials", "pooled" */

/*
 * A metric chosen before the run, with the relative change that matters. `metric` is one of
 *	"pQ"        the Q-th percentile, 0 < Q < 100 ("p50", "p99.9")
 *	"mean"      the mean time
 *	"rate"      operations per second
 *	"share>T"   the share of samples above the duration T, one of the actor's thresholds
 */
struct workload_primary {
	struct series_id id; /* whose */
	char metric[32];
	double tolerance; /* (0, 1]: 0.05 means that a change by less than 5 % does not matter */
	enum metric_direction direction;
	enum primary_from from; /* of percentiles */
	bool unreachable;       /* the plan holds fewer samples than it needs; measured as it is */
	/*
	 * From a stored result: the key ("time", "metric", "direction", "from") whose word only a
	 * later version knows, and that word, escaped. Such a primary stays undecided. NULL: none.
	 */
	const char *later_key;
	char later_word[32];
};

struct workload {
	char name[WORKLOAD_NAME_SIZE];
	char *why;
	struct workload_hierarchy hierarchy;
	struct workload_actor *actors;
	size_t n_actors;
	struct workload_primary primaries[WORKLOAD_PRIMARIES_MAX];
	size_t n_primaries;
	uint64_t warmup_ns;   /* [0, 1 h], default 1 s */
	uint64_t duration_ns; /* [10 ms, 24 h], default 5 s */
	uint64_t trials;      /* [1, 1000], default 3 */

	/*
	 * The workload as it was asked for, overrides applied, defaults not filled in but those of
	 * "primary" (a reader of results has no table of kinds): canonical JSON, and the SHA-256 of
	 * that text without "trials", "why" and "primary" (which do not change what a sample
	 * measures).
	 */
	char *spec;
	char sha256[65];
};

/* What readers of a spec that another machine wrote can know without a table of kinds. */
struct workload_outline_actor {
	char stressor[WORKLOAD_NAME_SIZE]; /* "": unknown */
	struct workload_workers workers;
};
struct workload_outline {
	char *why;          /* NULL: unknown */
	uint64_t warmup_ns; /* the default where it is absent */
	struct workload_outline_actor *actors;
	size_t n_actors;
};

/* What the command line changes; applied to the JSON before it is checked. */
struct workload_overrides {
	const char *const *sets; /* "ACTOR.KEY=VALUE", as --set takes them; dotted keys reach into
				    objects ("storm.options.child=exec", "migrator.workers=2"), and
				    a bare option name is found in options ("storm.child=exec").
				    "hierarchy.KEY=VALUE" changes the hierarchy. VALUE is JSON,
				    or else a string as it stands. */
	size_t n_sets;
	uint64_t warmup_ns, duration_ns, trials;
	bool has_warmup, has_duration, has_trials;
};

/*
 * Reads a workload file. `path` is a file; name lookup is catalogue_find()'s. Fails with -EINVAL
 * and EXIT_USAGE in `e`, naming file, line where known, JSON path
 * ("$.actors[1].arrival.per_second"), what was found and what is allowed. A file of any content
 * ends within a second and in bounded memory. `overrides` may be NULL; where they cut the plan so
 * short that a primary cannot be decided, that is `unreachable`, and no error. The caller frees
 * with workload_destroy().
 */
int workload_load(const char *path, const struct kind_table *kinds,
		  const struct workload_overrides *overrides, struct workload **ret, struct err *e);

/* The same from memory; `origin` names it in messages. */
int workload_parse(const char *text, size_t size, const char *origin,
		   const struct kind_table *kinds, const struct workload_overrides *overrides,
		   struct workload **ret, struct err *e);

void workload_destroy(struct workload *w); /* NULL is fine */

/*
 * The primaries of a spec that another machine wrote (result files): `ret` has room for
 * WORKLOAD_PRIMARIES_MAX. Needs no table of kinds. Unknown words are kept (later_word). -EINVAL
 * with `e` where they are malformed.
 */
int workload_primaries_from_spec(const char *spec, struct workload_primary *ret, size_t *ret_n,
				 struct err *e);

/* Whether both name the same metric of the same series. */
bool primary_same(const struct workload_primary *a, const struct workload_primary *b);

/* Whether its metric is of this series. */
bool primary_is_of(const struct workload_primary *p, const struct series_id *id);

/* Its later version's word for `key`; `known` where that is not it, or `p` is NULL. */
const char *primary_word(const struct workload_primary *p, const char *key, const char *known);

/* As series_label(), with its later version's word for the time. */
const char *primary_label(const struct workload_primary *p, char buf[SERIES_LABEL_SIZE]);

/* What cannot be read, as of a later version, stays unknown. -ENOMEM with EXIT_FAULT. */
struct json_at;
int workload_outline_read(const struct json_at *spec, struct workload_outline *ret);
void workload_outline_finish(struct workload_outline *o);

/*
 * Starts per second that a spec plans for an actor, all its workers together; NAN for a closed loop
 * and where the spec does not say.
 */
double workload_planned_rate(const char *spec, const char *actor, uint64_t cpus);

/* How many workers there are on a machine with this number of usable CPUs; at least 1. */
uint64_t workload_count_workers(const struct workload_workers *w, uint64_t cpus);

/*
 * Samples of a primary's series that one trial plans with this number of usable CPUs: of paced
 * starts those due in the window, of random ones those expected, of a closed loop with a pause the
 * most that fit. INFINITY for a closed loop without a pause, whose number nobody knows beforehand.
 */
double workload_trial_samples(const struct workload *w, const struct workload_primary *p,
			      uint64_t cpus);

/* The same for the whole that its percentile is taken from: a trial, or all trials of a run. */
double workload_planned_samples(const struct workload *w, const struct workload_primary *p,
				uint64_t cpus);

/* A shipped workload plans at least so many times what its primaries need. */
#define PRIMARY_SAMPLES_MARGIN 1.5

/* What such a whole needs at least (histogram_samples_needed()); 0 where it is no percentile. */
uint64_t primary_samples_needed(const struct workload_primary *p);

/*
 * Checks the grammar of a metric name (see struct workload_primary). Fills what applies: the
 * percentile for "pQ", the duration for "share>T".
 */
enum metric_kind {
	METRIC_INVALID,
	METRIC_PERCENTILE,
	METRIC_MEAN,
	METRIC_RATE,
	METRIC_SHARE_ABOVE
};
enum metric_kind metric_parse(const char *metric, double *ret_percentile,
			      uint64_t *ret_threshold_ns);
/* The figure of a series; NAN where its samples do not support it, or it does not count it. */
double metric_of_series(enum metric_kind kind, double percentile, uint64_t threshold_ns,
			const struct series *s);
enum metric_direction metric_default_direction(enum metric_kind kind);

#endif
