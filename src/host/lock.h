/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which regime the lock is in, judged from evidence of different strength (doc/lock.md).
 *
 * Collecting the facts and judging them are apart, so that each combination can be tested without a
 * kernel that is in it.
 */
#ifndef CGCHURN_HOST_LOCK_H
#define CGCHURN_HOST_LOCK_H

#include "host/btf.h"
#include "host/host.h"
#include "host/kcore.h"
#include "host/probe.h"
#include "base/mounts.h"

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
int lock_tell_evidence(const struct lock_facts *f, const struct probe_verdict *probe,
		       struct host *h);

#endif
