/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which regime the lock is in, judged from evidence of different strength (doc/lock.md).
 *
 * Collecting the facts and judging them are apart, so that each combination can be tested without a
 * kernel that is in it.
 */
#ifndef CGCHURN_HOST_LOCK_H
#define CGCHURN_HOST_LOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/mounts.h"
#include "host/host.h"
#include "host/probe.h"

/*
 * What the kernel's own type information (BTF) says about the lock. Unlike release numbers it
 * shows backports: the patch gave every threadgroup a lock of its own, so with it
 * struct signal_struct has the member cgroup_threadgroup_rwsem, and there is the enum
 * cgroup_attach_lock_mode (Linux 6.18, commit 0568f89d4fb8).
 */
struct lock_types {
	enum tristate patch;    /* signal_struct has the member; UNKNOWN without signal_struct */
	enum tristate has_mode; /* the enum is there */
	/* Bytes from the start of struct percpu_rw_semaphore to rss.gp_count, or -1. */
	int64_t gp_count_offset;
};

/*
 * Reads raw BTF (the content of /sys/kernel/btf/vmlinux). 0, or a negative errno where the data is
 * no BTF.
 */
int lock_types_read(const void *data, size_t size, struct lock_types *ret);

/*
 * The lock's state as the kernel itself holds it: two variables, found by /proc/kallsyms and read
 * through /proc/kcore, as debuggers do. It is the only evidence that sees everything: flags of
 * mounts in other mount namespaces, and the mechanism left on after the flag is gone. Root may
 * read it, unless the kernel is locked down or was built without the files.
 */
struct lock_variables {
	/*
	 * cgroup_enable_per_threadgroup_rwsem: writers take a lock per threadgroup. Set with the
	 * first favordynmods, never cleared. UNKNOWN: a kernel without the patch has no such
	 * variable.
	 */
	enum tristate per_threadgroup;
	/*
	 * cgroup_threadgroup_rwsem.rss.gp_count above zero: somebody holds the global lock in its
	 * slow mode for readers, which spares writers the grace period. That is what favordynmods
	 * does; a writer that runs does it too, for a moment.
	 */
	enum tristate favored;
};

/*
 * `gp_count_offset` is lock_types.gp_count_offset; -1 leaves `favored` unknown. 0, or a negative
 * errno where the variables cannot be read, or what is read makes no sense.
 */
int lock_variables_read(int root, int64_t gp_count_offset, struct lock_variables *ret);

/* What the kernel's log says of favordynmods having been switched off on a patched kernel. */
enum lock_log {
	LOCK_LOG_UNKNOWN, /* not readable, or its beginning is gone and the message is not there */
	LOCK_LOG_SILENT,  /* whole since boot, and the message is not there */
	LOCK_LOG_SWITCHED_OFF /* the message is there */
};

struct lock_facts {
	const char *release; /* "6.18.44"; NULL unknown */
	const char *cmdline; /* NULL unknown */

	int types_error; /* negative errno where BTF could not be read */
	struct lock_types types;

	int variables_error; /* likewise */
	struct lock_variables variables;

	const struct cgroup_mounts *mounts; /* NULL where the list could not be read */
	bool expedited;                     /* the settings say that grace periods are expedited */
	enum tristate knows_option;   /* /sys/kernel/cgroup/features lists favordynmods (6.0) */
	enum tristate config_default; /* CONFIG_CGROUP_FAVOR_DYNMODS */
	enum lock_log log;
};

/* Reads the facts below the folder `root`; the pointers in it are the caller's. */
void lock_facts_read(int root, struct lock_facts *ret);

/*
 * Fills h->lock_*, which must be unset; `probe` may be NULL. Confidence begins with one of the
 * words "certain", "likely" and "weak", a colon and the reason. -ENOMEM.
 */
int lock_judge(const struct lock_facts *f, const struct probe_verdict *probe, struct host *h);

/* The part of it that puts the evidence into sentences. */
int lock_add_evidence(const struct lock_facts *f, const struct probe_verdict *probe,
		      struct host *h);

#endif
