/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seccomp filters: compiled by libseccomp in whoever prepares a process, loaded by the process
 * itself with two raw system calls, so that nothing of libseccomp runs between fork and exec.
 */
#ifndef CGCHURN_SECCOMP_FILTER_H
#define CGCHURN_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A system call that is let through, if (argument & mask) == value. */
struct sandbox_rule {
	const char *syscall;
	unsigned argument;
	uint64_t mask; /* 0: whatever the arguments */
	uint64_t value;
};

struct sandbox_policy {
	const struct sandbox_rule *allowed;
	size_t n_allowed;
	int denied_errnum; /* what all other calls fail with */
};

struct sandbox_filter {
	struct sock_filter *instructions;
	unsigned short n;
	unsigned unknown; /* rules skipped because this architecture has no such call */
};

/* EXIT_FAULT in `e`. The caller frees with sandbox_filter_finish(). */
int sandbox_filter_compile(const struct sandbox_policy *policy, struct sandbox_filter *ret,
			   struct err *e);
void sandbox_filter_finish(struct sandbox_filter *f);

/*
 * Confines the calling thread for good, and all it will ever fork or exec (no_new_privs). Safe in a
 * child after fork. 0 or a negative errno.
 */
int sandbox_filter_load(const struct sandbox_filter *f);

#endif
