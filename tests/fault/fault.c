/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked around our own calls of libc (-Wl,--wrap), so that the n-th of them fails as it would on a
 * bad day. What libraries call by themselves is left alone.
 *
 * FAULT_AT: which call fails, from 1 on; 0 or unset: none.
 *
 * FAULT_CALL: the one function whose calls count; unset: all that are wrapped.
 *
 * FAULT_ALL: where set, calls of forked children count, too, each child going on from its parent's
 * count; else those of the first process alone.
 *
 * FAULT_REPORT: a file that gets "COUNT NAME" at the end of the first process: how many calls there
 * were, and which of them failed ("-": none). When a child's fails, its line comes first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static long fault_at, count;
static bool fault_all;
static const char *fault_call;
static pid_t first;
static char report[4096]; /* absolute; opened each time, for the guardian closes what it inherits */
static const char *failed = "-";

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);

static void tell(void)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%ld %s\n", count, failed);
	int fd = report[0] ? __real_open(report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)
			   : -1;

	if (report[0] && __real_write(fd, line, (size_t)n) != n)
		abort();
	close(fd);
}

static void tell_at_end(void)
{
	if (getpid() == first)
		tell();
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAULT_AT"), *to = getenv("FAULT_REPORT");

	fault_at = at ? strtol(at, NULL, 10) : 0;
	fault_all = getenv("FAULT_ALL") != NULL;
	fault_call = getenv("FAULT_CALL");
	first = getpid();
	snprintf(report, sizeof(report), "%s", to ? to : "");
	atexit(tell_at_end);
}

static bool fails(const char *name, int errnum)
{
	if (!fault_all && getpid() != first)
		return false;
	if (fault_call && strcmp(name, fault_call) != 0)
		return false;
	if (++count != fault_at)
		return false;
	failed = name;
	if (getpid() != first)
		tell();
	errno = errnum;
	return true;
}

/* `result` is what the function gives where it fails. */
#define WRAP(type, name, errnum, result, parameters, arguments)                   \
	type __real_##name parameters;                                            \
	type __wrap_##name parameters;                                            \
	type __wrap_##name parameters                                             \
	{                                                                         \
		return fails(#name, errnum) ? (result) : __real_##name arguments; \
	}

WRAP(void *, malloc, ENOMEM, NULL, (size_t size), (size))
WRAP(void *, calloc, ENOMEM, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, ENOMEM, NULL, (void *p, size_t size), (p, size))
WRAP(void *, reallocarray, ENOMEM, NULL, (void *p, size_t n, size_t size), (p, n, size))
WRAP(char *, strdup, ENOMEM, NULL, (const char *text), (text))
WRAP(char *, strndup, ENOMEM, NULL, (const char *text, size_t n), (text, n))
WRAP(FILE *, open_memstream, ENOMEM, NULL, (char **text, size_t *size), (text, size))
WRAP(void *, mmap, ENOMEM, MAP_FAILED,
     (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))
WRAP(int, mkdirat, ENOSPC, -1, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(int, unlinkat, EBUSY, -1, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, renameat, ENOSPC, -1, (int from, const char *a, int to, const char *b), (from, a, to, b))
WRAP(ssize_t, write, ENOSPC, -1, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(ssize_t, read, EIO, -1, (int fd, void *data, size_t size), (fd, data, size))
WRAP(ssize_t, pread, EIO, -1, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP(int, fsync, EIO, -1, (int fd), (fd))
WRAP(int, ftruncate, ENOSPC, -1, (int fd, off_t size), (fd, size))
WRAP(int, memfd_create, EMFILE, -1, (const char *name, unsigned flags), (name, flags))
WRAP(int, eventfd, EMFILE, -1, (unsigned value, int flags), (value, flags))
WRAP(int, signalfd, EMFILE, -1, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
WRAP(int, pipe2, EMFILE, -1, (int ends[2], int flags), (ends, flags))
WRAP(DIR *, opendir, EMFILE, NULL, (const char *path), (path))
WRAP(DIR *, fdopendir, ENOMEM, NULL, (int fd), (fd))
WRAP(FILE *, fopen, EMFILE, NULL, (const char *path, const char *mode), (path, mode))
WRAP(pid_t, fork, EAGAIN, -1, (void), ())
WRAP(int, execve, ENOMEM, -1, (const char *path, char *const argv[], char *const envp[]),
     (path, argv, envp))
WRAP(int, poll, ENOMEM, -1, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms))
WRAP(int, ppoll, ENOMEM, -1,
     (struct pollfd * fds, nfds_t n, const struct timespec *t, const sigset_t *mask),
     (fds, n, t, mask))
WRAP(int, faccessat, EACCES, -1, (int fd, const char *path, int mode, int flags),
     (fd, path, mode, flags))
WRAP(int, fstat, EIO, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, fsetxattr, ENOTSUP, -1,
     (int fd, const char *name, const void *value, size_t size, int flags),
     (fd, name, value, size, flags))
WRAP(ssize_t, fgetxattr, EIO, -1, (int fd, const char *name, void *value, size_t size),
     (fd, name, value, size))
WRAP(int, fremovexattr, EIO, -1, (int fd, const char *name), (fd, name))
WRAP(ssize_t, getrandom, ENOSYS, -1, (void *data, size_t size, unsigned flags), (data, size, flags))
WRAP(int, sched_getaffinity, ENOSYS, -1, (pid_t pid, size_t size, cpu_set_t *set), (pid, size, set))
WRAP(int, sched_setaffinity, EINVAL, -1, (pid_t pid, size_t size, const cpu_set_t *set),
     (pid, size, set))

/* Those of varying arguments, with as many as there can be. */

int __wrap_open(const char *path, int flags, unsigned mode);
int __wrap_open(const char *path, int flags, unsigned mode)
{
	return fails("open", EMFILE) ? -1 : __real_open(path, flags, mode);
}

int __real_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, unsigned mode);
int __wrap_openat(int fd, const char *path, int flags, unsigned mode)
{
	return fails("openat", EMFILE) ? -1 : __real_openat(fd, path, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, long argument);
int __wrap_fcntl(int fd, int command, long argument)
{
	return fails("fcntl", EMFILE) ? -1 : __real_fcntl(fd, command, argument);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	/* Waking a futex cannot fail. */
	if (number != SYS_futex && fails("syscall", number == SYS_clone3 ? EAGAIN : EMFILE))
		return -1;
	return __real_syscall(number, a, b, c, d, e, f);
}
