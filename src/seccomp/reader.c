/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/reader.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "seccomp/filter.h"

/*
 * What libc needs to read, print, allocate and exit. fstat() is newfstatat() of an empty path in
 * today's libc; a path cannot be seen from a filter, so that call can also find out whether a
 * file exists, and no more.
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
	int r;

	tzset(); /* libc opens the time zone's file with the first time that it converts */
	r = sandbox_filter_compile(&policy, &filter, e);
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

/* What comes back, in memory that both share. */
struct report {
	int returned;
	struct err err;
};

struct job {
	int (*work)(void *data, FILE *to, struct err *e);
	void *data;
	FILE *to;
};

static int run_child(const struct job *job, struct report *report)
{
	int r = sandbox_confine_reader(&report->err);

	if (r == 0)
		r = job->work(job->data, job->to, &report->err);
	if (r >= 0 && fflush(NULL) != 0)
		r = err_sys(&report->err, EXIT_FAULT, errno, "the output");
	return r;
}

/* Of enum exit_code, where it failed: 0 or a regression is no failure that a reader can have. */
static bool is_failure(enum exit_code code)
{
	return code == EXIT_USAGE || code == EXIT_INCONCLUSIVE || code == EXIT_CANNOT ||
	       code == EXIT_FAULT;
}

/*
 * The shared memory was the child's to write: whatever lies there, the text must end, and what
 * failed must not end the program as if it had not.
 */
static int take_report(struct report *report, int status, struct err *e)
{
	if (!WIFEXITED(status))
		return err_set(e, EXIT_FAULT, EPROTO,
			       "the confined process that read the files died of signal %d",
			       WTERMSIG(status));
	report->err.text[sizeof(report->err.text) - 1] = '\0';
	report->err.hint[sizeof(report->err.hint) - 1] = '\0';
	if (report->returned >= 0)
		return report->returned;
	if (!is_failure(report->err.exit_code))
		return err_set(e, EXIT_FAULT, EPROTO,
			       "the confined process that read the files failed with the exit "
			       "code %d, which is none of a failure",
			       (int)report->err.exit_code);
	if (e)
		*e = report->err;
	return report->returned;
}

static int run(const struct job *job, struct err *e)
{
	struct report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t self = getpid(), pid;
	int status, r;

	if (report == MAP_FAILED)
		return err_sys(e, EXIT_FAULT, errno, "shared memory");
	fflush(NULL); /* or the child prints it again */
	pid = fork();
	if (pid == 0) {
		/* Whoever ends us by a signal must not leave it computing. */
		child_dies_with(self);
		report->returned = run_child(job, report);
		_exit(0);
	}
	if (pid < 0) {
		r = err_sys(e, EXIT_FAULT, errno, "fork");
		goto unmap;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			r = err_sys(e, EXIT_FAULT, errno, "waiting for the confined process");
			goto unmap;
		}
	r = take_report(report, status, e);
unmap:
	munmap(report, sizeof(*report));
	return r;
}

static int read_back(FILE *to, char **ret_text, size_t *ret_size, struct err *e)
{
	int fd = fileno(to), r;

	/* The child printed through a copy of the stream: this one knows nothing of it. */
	r = lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
	if (r == 0)
		r = io_read_fd(fd, SIZE_MAX - 1, ret_text, ret_size);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "reading back what was made") : 0;
}

int confined_make(int (*work)(void *data, FILE *to, struct err *e), void *data, char **ret_text,
		  size_t *ret_size, struct err *e)
{
	int fd = memfd_create("cgchurn", MFD_CLOEXEC), r, read;
	_cleanup_file FILE *to = fd < 0 ? NULL : fdopen(fd, "w+");
	const struct job job = {.work = work, .data = data, .to = to};

	if (!to) {
		r = err_sys(e, EXIT_FAULT, errno, "a file in memory");
		close_fd(fd);
		return r;
	}
	r = run(&job, e);
	read = r < 0 ? r : read_back(to, ret_text, ret_size, e);
	return read < 0 ? read : r;
}
