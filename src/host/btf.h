/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's own type information (BTF) says about the lock. Types do not lie about
 * backports as release numbers do: the patch gave every threadgroup a lock of its own, so with it
 * struct signal_struct has the member cgroup_threadgroup_rwsem, and there is the enum
 * cgroup_attach_lock_mode (Linux 6.18, commit 0568f89d4fb8).
 */
#ifndef CGCHURN_HOST_BTF_H
#define CGCHURN_HOST_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "host/host.h"

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

#endif
