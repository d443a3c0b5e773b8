/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seccomp profiles in the format of the Open Container Initiative (runtime-spec, config-linux.md,
 * "Seccomp"), as container runtimes read them: defaultAction, defaultErrnoRet, architectures,
 * syscalls. Compiled in the process that prepares a container; the container's own process loads
 * the result with two system calls.
 */
#ifndef CGCHURN_SECCOMP_PROFILE_H
#define CGCHURN_SECCOMP_PROFILE_H

#include <stddef.h>

#include "base/err.h"
#include "seccomp/filter.h"

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
