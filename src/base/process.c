/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum { FRAMES = 6 };

static bool is_gone(ssize_t r)
{
	return r == 0 || r == -ENOENT || r == -ESRCH || r == -ENODEV;
}

int proc_stat_read(int proc_fd, const char *task, struct proc_stat *ret)
{
	struct proc_stat found = {0};
	char path[64], text[4096];
	const char *open, *close;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/stat", task) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	n = io_read_attr(proc_fd, path, text, sizeof(text));
	if (n <= 0)
		return is_gone(n) ? -ESRCH : (int)n;
	/* "PID (NAME) STATE ...": the name may hold anything, parentheses too. */
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return -EPROTO;
	snprintf(found.name, sizeof(found.name), "%.*s", (int)(close - open - 1), open + 1);
	/* From field 3: state, parent, four more, flags (9), twelve more, start time (22). */
	if (sscanf(close + 1,
		   " %c %d %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		   "%" SCNu64,
		   &found.state, &found.parent, &found.flags, &found.started) != 4)
		return -EPROTO;
	*ret = found;
	return 0;
}

int proc_stat_of(pid_t pid, struct proc_stat *ret)
{
	char task[32];

	snprintf(task, sizeof(task), "/proc/%d", (int)pid);
	return proc_stat_read(AT_FDCWD, task, ret);
}

pid_t proc_self(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static void unblock_all(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void child_undo_inherited(void)
{
	signal(SIGCHLD, SIG_DFL);
	unblock_all();
}

void child_default_signals(void)
{
	/* SIGKILL, SIGSTOP and those of libc refuse, and need no default. */
	for (int n = 1; n < NSIG; n++)
		signal(n, SIG_DFL);
	unblock_all();
}

void child_dies_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

void child_begin(pid_t parent)
{
	child_dies_with(parent);
	setsid();
	unblock_all();
}

int child_reap(pid_t pid, int *ret_status)
{
	pid_t r;

	do
		r = waitpid(pid, ret_status, 0);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int child_wait(pid_t pid, uint64_t deadline_ns, int *ret_status)
{
	uint64_t pause = NS_PER_MS / 8;

	for (;;) {
		int status;
		pid_t r = waitpid(pid, &status, WNOHANG);

		if (r == pid) {
			if (ret_status)
				*ret_status = status;
			return 0;
		}
		if (r < 0 && errno != EINTR)
			return -errno;
		if (clock_now_ns() >= deadline_ns)
			return -ETIME;
		clock_sleep_until(clock_now_ns() + pause);
		if (pause < 8 * NS_PER_MS)
			pause *= 2;
	}
}

int child_kill(pid_t pid, const char *what, struct err *e)
{
	char text[CHILD_TEXT_SIZE];
	int r;

	kill(pid, SIGKILL);
	r = child_wait(pid, clock_now_ns() + CHILD_KILL_SECONDS * NS_PER_S, NULL);
	if (r != -ETIME)
		return 0; /* ended, or reaped by somebody else */
	err_set(e, EXIT_CANNOT, ETIME, "%s was killed and has not ended after %d s: %s", what,
		CHILD_KILL_SECONDS, child_describe(pid, text));
	return -ETIME;
}

/* "[<0>] function+0x10/0x20" a line. */
static size_t add_frames(const char *stack, char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (int n = 0; n < FRAMES && (stack = strstr(stack, "] ")); n++) {
		size_t length = strcspn(stack += 2, "+\n");

		if (used + length + 4 > size)
			break;
		used += (size_t)snprintf(ret + used, size - used, "%s%.*s", n ? " < " : "",
					 (int)length, stack);
	}
	return used;
}

static void find_place(pid_t pid, char *ret, size_t size)
{
	char path[48], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	if (io_read_attr(AT_FDCWD, path, text, sizeof(text)) > 0 && add_frames(text, ret, size))
		return;
	snprintf(path, sizeof(path), "/proc/%d/wchan", (int)pid);
	if (io_read_attr(AT_FDCWD, path, text, sizeof(text)) > 0 && strcmp(text, "0") != 0)
		snprintf(ret, size, "%.100s", text);
	else
		snprintf(ret, size, "a place that cannot be read");
}

const char *child_describe(pid_t pid, char ret[CHILD_TEXT_SIZE])
{
	struct proc_stat stat;
	char place[CHILD_TEXT_SIZE - 96];

	/* In another PID namespace's /proc the id is another process's. */
	if (proc_self() != getpid() || proc_stat_of(pid, &stat) < 0) {
		snprintf(ret, CHILD_TEXT_SIZE, "pid %d", (int)pid);
		return ret;
	}
	find_place(pid, place, sizeof(place));
	snprintf(ret, CHILD_TEXT_SIZE, "pid %d (%.40s), state %c, at %s", (int)pid, stat.name,
		 stat.state, place);
	return ret;
}
