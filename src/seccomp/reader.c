/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/reader.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "seccomp/filter.h"

/*
 * What libc needs to read, print, allocate and exit. fstat() is newfstatat() of an empty path in
 * today's libc; a path cannot be seen from a filter, so that call can also tell whether a file
 * exists, and no more.
 */
static const struct sandbox_rule allowed[] = {
	{"read", 0, 0, 0},
	{"write", 0, 0, 0},
	{"writev", 0, 0, 0},
	{"lseek", 0, 0, 0},
	{"close", 0, 0, 0},
	{"fstat", 0, 0, 0},
	{"newfstatat", 3, UINT64_MAX, AT_EMPTY_PATH},
	{"ioctl", 1, UINT64_MAX, TCGETS}, /* isatty() */
	{"brk", 0, 0, 0},
	{"mmap", 2, PROT_EXEC, 0},
	{"mprotect", 2, PROT_EXEC, 0},
	{"mremap", 0, 0, 0},
	{"munmap", 0, 0, 0},
	{"madvise", 0, 0, 0},
	{"futex", 0, 0, 0},
	{"getrandom", 0, 0, 0}, /* json-c's hash seed */
	{"clock_gettime", 0, 0, 0},
	{"rt_sigreturn", 0, 0, 0},
	{"rt_sigprocmask", 0, 0, 0},
	{"restart_syscall", 0, 0, 0},
#ifdef __SANITIZE_ADDRESS__
	{"sigaltstack", 0, 0, 0}, /* its runtime asks before a function that does not return */
#endif
	{"exit", 0, 0, 0},
	{"exit_group", 0, 0, 0},
};

#ifdef __SANITIZE_ADDRESS__
static bool confined;

/* The leak checker clones a tracer at exit, which is just what a confined process may not do. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return confined;
}
#endif

int sandbox_confine_reader(struct err *e)
{
	static const struct sandbox_policy policy = {
		.allowed = allowed,
		.n_allowed = sizeof(allowed) / sizeof(allowed[0]),
		.denied_errnum = EPERM,
	};
	struct sandbox_filter filter;
	int r = sandbox_filter_compile(&policy, &filter, e);

	if (r < 0)
		return r;
	r = sandbox_filter_load(&filter);
	sandbox_filter_finish(&filter);
	if (r < 0) {
		err_sys(e, EXIT_CANNOT, -r, "seccomp");
		err_hint(e, "Result files are only read in confinement, which needs a kernel with "
			    "CONFIG_SECCOMP_FILTER.");
		return r;
	}
#ifdef __SANITIZE_ADDRESS__
	confined = true;
#endif
	return 0;
}
