/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What machine and kernel this is: the facts that a result carries, so that two results can be told
 * apart or found comparable. Gathering is host_gather()'s; the struct itself is plain data that the
 * result's reader fills from a file as well.
 *
 * One table, host_fields, says for each fact where it stands in the JSON (below "host"), how it is
 * stored, and what a comparison makes of a difference. Writer, reader, `cgchurn host` and compare
 * all go by it: a new fact is one member here, one line there, and the code that gathers it.
 */
#ifndef CGCHURN_HOST_HOST_H
#define CGCHURN_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The state of cgroup_threadgroup_rwsem; see doc/lock.md. */
enum lock_regime {
	LOCK_REGIME_UNKNOWN,
	LOCK_REGIME_GLOBAL,                  /* grace period + drain: the default mount */
	LOCK_REGIME_GLOBAL_FAVORED,          /* favordynmods without the patch */
	LOCK_REGIME_PER_THREADGROUP,         /* favordynmods with the patch */
	LOCK_REGIME_PER_THREADGROUP_RESIDUAL /* it was on and is off again, until reboot */
};
extern const char *const lock_regime_names[5];

enum tristate { TRISTATE_UNKNOWN = -1, TRISTATE_NO = 0, TRISTATE_YES = 1 };

struct host {
	char *name; /* of the node, or what its user calls it; NULL: not kept */
	char *boot_id;
	/* kernel */
	char *kernel_release, *kernel_version, *kernel_cmdline, *kernel_config_sha256;
	char *kernel_hz, *kernel_preemption, *kernel_mitigations;
	enum tristate kernel_rcu_expedited, kernel_rcu_normal;
	char *kernel_grace_periods; /* what these two come to: "normal", "expedited" */
	int64_t kernel_tainted;     /* -1 unknown */
	/* lock */
	enum tristate lock_patch_present;
	char *lock_regime;     /* one of lock_regime_names, or a word of a later version */
	char *lock_confidence; /* in words */
	char **lock_evidence;  /* sentences, strongest first */
	size_t n_lock_evidence;
	/* cpu */
	char *cpu_model, *cpu_architecture, *cpu_online, *cpu_governor;
	char *cpu_idle;                                 /* driver and deepest state */
	int64_t cpu_count, cpu_sockets, cpu_numa_nodes; /* -1 unknown */
	int64_t cpu_idle_latency_us;                    /* to wake from that state; -1 unknown */
	enum tristate cpu_smt;
	/* memory */
	int64_t memory_total_bytes;
	char *memory_thp;
	/* cgroup */
	char *cgroup_layout; /* "unified", "hybrid", "v1", "none" */
	char *cgroup_mount, *cgroup_mount_options, *cgroup_root;
	char *cgroup_controllers;
	char *cgroup_backend; /* "directory descriptors" or "libcgroup" for the run group */
	char *cgroup_libcgroup_version;
	/* inherited from whoever started us, and handed on to workers; host/inherited.c says why */
	char *inherited_policy;            /* "other", "fifo 5", ... */
	char *inherited_nice;              /* a number, which may be negative */
	char *inherited_cpus;              /* those allowed, "0-3"; "all" that are online */
	char *inherited_io_priority;       /* "none", or "class 1, level 4" */
	char *inherited_stack_limit;       /* bytes of the soft limit, or "unlimited" */
	char *inherited_personality;       /* hexadecimal */
	enum tristate inherited_thp;       /* whether the process may have transparent huge pages */
	int64_t inherited_seccomp_filters; /* how many; -1 unknown */
	/* the rest */
	char *accelerator; /* "none" is bare metal; "kvm", "tcg", ...; NULL unknown */
	char *hypervisor;  /* for people (host/hypervisor.h); NULL none seen */
	/* how time passes (host/gather.c) */
	char *clock_kind;                 /* "host" or "instructions" */
	int64_t clock_ns_per_instruction; /* -1: not counted in instructions */
	int64_t clock_busy_cpus;          /* that the program may run on; -1 likewise */
	char *clock_emulator;             /* "QEMU 7.2.22"; NULL likewise */
	char *clock_source;
	char *libc;
	double load1;    /* when the invocation began; -1 unknown */
	double uptime_s; /* likewise */
};

enum host_field_type { HOST_STRING, HOST_INT, HOST_DOUBLE, HOST_TRISTATE, HOST_STRINGS };

/* What compare makes of two results that differ in this. */
enum host_field_role {
	HOST_UNDER_TEST, /* the kernel, its lock, its mount options: heads the report */
	HOST_MUST_MATCH, /* moves latencies by itself: refused unless allowed by name */
	HOST_INFO        /* shown, never compared */
};

struct host_field {
	const char *path;  /* dotted, below "host": "kernel.release" */
	const char *label; /* for people: "kernel" */
	enum host_field_type type;
	enum host_field_role role;
	size_t offset;
	size_t count_offset; /* HOST_STRINGS: of the size_t that counts them */
	/* Always known since a release: where it is unknown, an older one wrote the result, and
	 * nothing is compared. */
	bool may_lack;
	bool fixed;         /* no option allows a difference */
	const char *absent; /* what it was before results said so; NULL: unknown */
};

extern const struct host_field host_fields[];
extern const size_t host_n_fields;

/* The fact's member of `h`, of the type that the field names. */
static inline void *host_member(const struct host *h, const struct host_field *field)
{
	return (char *)h + field->offset;
}

/*
 * The fact for people, in `buf` or elsewhere: "yes", "1.9 GiB", sentences one after the other; NULL
 * where it is unknown.
 */
#define HOST_FACT_SIZE 8192
const char *host_fact(const struct host *h, const struct host_field *field,
		      char buf[HOST_FACT_SIZE]);

/* The text; "unknown" for NULL and "". */
const char *host_known(const char *text);

/* LOCK_REGIME_UNKNOWN for a word that this version does not know, too. */
enum lock_regime host_regime(const struct host *h);
/* The word itself; "unknown" where there is none. */
const char *host_regime_word(const struct host *h);
/* -ENOMEM. */
int host_set_regime(struct host *h, enum lock_regime regime);

/* Zeroes and sets what is unknown to unknown. */
void host_init(struct host *h);

/* Frees, and sets to unknown, the facts whose paths begin so: "lock."; "" are all. */
void host_clear(struct host *h, const char *prefix);

static inline void host_finish(struct host *h)
{
	host_clear(h, "");
}

/*
 * Fills kernel_grace_periods from the two settings where it is not known: rcu_normal overrides
 * rcu_expedited (kernel/rcu/update.c). Results from before rcu_normal was recorded have the latter
 * alone, which then decides. -ENOMEM.
 */
int host_derive_grace_periods(struct host *h);

/* Reads the two settings below the folder `root`, and derives; the rest of `h` stays. -ENOMEM. */
int host_read_grace_periods(int root, struct host *h);

/*
 * What of it is unusual, for people: "nice: 5; CPUs: 0"; NULL where nothing is. Returns `buf`.
 */
#define HOST_INHERITED_SIZE 512
const char *host_inherited(const struct host *h, char buf[HOST_INHERITED_SIZE]);

/* Whether its time is a count of instructions, which nothing outside the guest changes. */
bool host_counts_instructions(const struct host *h);

/* What times by that clock are, and what they do not show. */
extern const char host_clock_limits[];

/* Whether grace periods are known to be expedited, by the settings. */
bool host_expedites(const struct host *h);

/*
 * Reads this machine. `cgroup_root` (may be NULL) is the folder the run group will lie in. Facts
 * that cannot be read stay unknown; only -ENOMEM fails. Takes some 50 ms.
 *
 * CGCHURN_ACCELERATOR in the environment names the accelerator, for guests that cannot know it.
 * cgroup_backend and cgroup_libcgroup_version are the caller's to fill.
 */
int host_gather(struct host *h, const char *cgroup_root, struct err *e);

/* The same, with the folder `root` for "/": another machine's /proc and /sys. */
int host_gather_from(int root, struct host *h, const char *cgroup_root, struct err *e);

/*
 * Calls the host `name` instead of its node's name, for results of containers and for who does not
 * want that one in a file: "" keeps none. NULL changes nothing. -ENOMEM.
 */
int host_rename(struct host *h, const char *name);

/* Whether the lock's regime stands beyond doubt; where not, a probe (host/probe.h) may settle it.
 */
bool host_lock_certain(const struct host *h);

/*
 * Judges the lock anew, with what a probe found beside all else. On failure (-ENOMEM) the lock's
 * fields are unknown.
 */
struct probe_verdict;
int host_judge_lock(struct host *h, const struct probe_verdict *probe, struct err *e);

/*
 * The lock's regime in plain words (host/explain.c): what it means, how to turn the faster one on,
 * what that costs. Pure; doc/lock.md has the kernel facts behind the sentences.
 */

/* Whether the patch is in force, in a few words: "no: the lock is global". */
const char *lock_in_force(const struct host *h);

/* What a migration and a fork go through in this regime. */
const char *lock_meaning(const struct host *h);

/*
 * Where RCU grace periods are expedited (host_expedites()): that this hides most of what the
 * default mount costs, what to expect instead, and how to measure as other machines are. NULL
 * elsewhere.
 */
const char *lock_expectation(const struct host *h);

#define LOCK_ADVICE_SIZE 1024

/*
 * What can be done, as sentences of some hundred bytes: how to turn favordynmods on here, or why
 * there is nothing to turn on. Returns `buf`.
 */
const char *lock_how_to(const struct host *h, char buf[LOCK_ADVICE_SIZE]);

/* What that costs, or would cost; NULL where there is nothing to choose. */
const char *lock_cost(const struct host *h);

#endif
