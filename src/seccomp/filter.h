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

/*
 * Gives up all capabilities of the calling thread for good, and every way to gain some by an exec
 * (no_new_privs; capabilities(7)). A process of user 0 still owns the files of user 0: it can write
 * to groups that root made, and signal other processes of root's. Two system calls, safe in a child
 * after fork. 0 or a negative errno.
 */
int privileges_drop(void);

/*
 * seccomp profiles in the format of the Open Container Initiative (runtime-spec, config-linux.md,
 * "Seccomp"), as container runtimes read them: defaultAction, defaultErrnoRet, architectures,
 * syscalls.
 */
#define PROFILE_FILE_SIZE_MAX (1 << 20)

/*
 * Compiles a profile for this machine's architecture; other architectures that it names are left
 * out. System calls that do not exist here, and rules that say what the default says, are skipped
 * (ret->unknown counts the former). Instructions are in libseccomp's order of priority, not in a
 * binary tree, as in runtimes. EXIT_USAGE in `e` with file, line and JSON path where the profile is
 * wrong. The caller frees with sandbox_filter_finish().
 */
int sandbox_profile_load(const char *path, struct sandbox_filter *ret, struct err *e);

/* The same from memory; `origin` names it in messages. */
int sandbox_profile_compile(const char *text, size_t size, const char *origin,
			    struct sandbox_filter *ret, struct err *e);

#endif
