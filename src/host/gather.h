/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of host_gather() share: where to look, where to put what was found, and what they
 * learn from each other. Private to src/host/.
 */
#ifndef CGCHURN_HOST_GATHER_H
#define CGCHURN_HOST_GATHER_H

#include <stddef.h>

#include "base/mounts.h"
#include "host/host.h"
#include "host/kernel.h"
#include "host/probe.h"

#define GATHER_TEXT_SIZE 8192 /* an attribute or a small table of /proc and /sys */

struct gather {
	int root; /* the folder that stands for "/"; all paths are relative to it */
	struct host *h;
	const char *cgroup_root;           /* where the run group will lie; may be NULL */
	const struct probe_verdict *probe; /* further evidence of the lock's regime, or NULL */
	struct kernel_config config;
	struct cgroup_mounts mounts;
	bool has_mounts; /* false: the list could not be read, which is not the same as empty */
	int r;           /* -ENOMEM once memory ran out */
};

/* Copies `text` into a field that is not set yet; NULL and "" leave it unknown. */
void gather_set(struct gather *g, char **field, const char *text);
void gather_setf(struct gather *g, char **field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a small file; NULL where it cannot be read. Returns `buf`. */
const char *gather_read(struct gather *g, const char *path, char *buf, size_t size);

/* The file's content as a field, as a number (-1 unknown), as a truth ("0" or another number). */
void gather_file(struct gather *g, char **field, const char *path);
int64_t gather_number(struct gather *g, const char *path);
enum tristate gather_truth(struct gather *g, const char *path);

/* The word in brackets of "always [madvise] never" or "none (full)"; NULL where there is none. */
const char *gather_chosen(const char *text, const char *brackets, char *buf, size_t size);

/*
 * The value of the first line with this key in a table of "key : value" lines, as /proc/cpuinfo and
 * /proc/meminfo are, cut to fit. Returns `buf`, or NULL.
 */
const char *gather_value(const char *table, const char *key, char *buf, size_t size);

/*
 * Calls `visit` with each record of the kernel's log that is the kernel's own and no program's,
 * "priority,sequence,time,flags;text" (/dev/kmsg below the folder `root`;
 * Documentation/ABI/testing/dev-kmsg), until it returns true or there are no more. `ret_whole`: the
 * log was whole since boot, as far as it was read. 0, or a negative errno where it may not be read.
 */
int kmsg_visit(int root, bool (*visit)(const char *record, void *opaque), void *opaque,
	       bool *ret_whole);

/* The parts. Each leaves what it cannot read unknown. */
void gather_kernel(struct gather *g);
void gather_cpu(struct gather *g);
void gather_virtualisation(struct gather *g);
void gather_inherited(struct gather *g);
void gather_lock(struct gather *g);

#endif
