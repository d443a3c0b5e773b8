/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/confined.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "seccomp/reader.h"

/* What comes back, in memory that both share. */
struct report {
	int returned;
	struct err err;
};

static int run_child(int (*work)(void *data, struct err *e), void *data, struct report *report)
{
	int r = sandbox_confine_reader(&report->err);

	if (r == 0)
		r = work(data, &report->err);
	if (r >= 0 && fflush(NULL) != 0)
		r = err_sys(&report->err, EXIT_FAULT, errno, "the output");
	return r;
}

/* The shared memory was the child's to write: whatever lies there, the text must end. */
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
	if (e)
		*e = report->err;
	return report->returned;
}

int confined_run(int (*work)(void *data, struct err *e), void *data, struct err *e)
{
	struct report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, r;
	pid_t pid;

	if (report == MAP_FAILED)
		return err_sys(e, EXIT_FAULT, errno, "shared memory");
	fflush(NULL); /* or the child prints it again */
	pid = fork();
	if (pid == 0) {
		/* Whoever ends us by a signal must not leave it computing. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		report->returned = run_child(work, data, report);
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

FILE *confined_output(struct err *e)
{
	int fd = memfd_create("cgchurn", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!file) {
		err_sys(e, EXIT_FAULT, errno, "a file in memory");
		close_fd(fd);
	}
	return file;
}

int confined_output_read(FILE *output, char **ret_text, size_t *ret_size, struct err *e)
{
	int fd = fileno(output), r;

	/* The child printed through a copy of the stream: this one knows nothing of it. */
	r = lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
	if (r == 0)
		r = io_read_fd(fd, SIZE_MAX - 1, ret_text, ret_size);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "reading back what was made") : 0;
}
